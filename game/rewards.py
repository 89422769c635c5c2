"""Rewards for games: experience and gold, limited for repeated games with the same opponents."""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from msgspec import UNSET

from accounts.models import User
from core.ids import UserId
from game.events import Reward
from game.models import Game, RewardRule, Seat
from game.payouts import Payout, find
from game.records import Ending
from progression import currencies
from progression import services as progression
from progression.achievements import services as achievements
from progression.achievements.metrics import Metric
from progression.events import ItemGranted

logger = logging.getLogger(__name__)

WIN, DRAW, LOSS = Payout(xp=50, gold=20), Payout(xp=30, gold=10), Payout(xp=20, gold=5)
"""For the first place, one between (or a draw), and the last, unless an app declares payouts for the game."""
BOT_SHARE = 2
"""The reward is divided by this in games against a bot, or alone."""
MAX_REWARDED_PER_OPPONENT_A_DAY = 10
"""Maximum rewarded games in 24 hours with the same opponent, against bots, or alone."""
MAX_REWARDED_A_DAY = 50
"""The same with all opponents together: guest accounts are free, so new opponents are no limit."""

GIVEN_UP = ("resign", "timeout", "forfeit", "abandoned", "aborted")
"""Reasons brought about by the losers, who get nothing: otherwise losing quickly would pay."""


def reward(
    game: Game,
    seats: Sequence[Seat],
    ending: Ending,
    movers: Collection[int],
    places: Sequence[Collection[int]],
) -> list[Reward]:
    """Reward the people who moved in a game, in the transaction that ends it.

    ``places`` are the users by place.
    """
    seated = [seat.user_id for seat in seats if seat.bot_level is None and seat.user_id in movers]
    people = User.objects.filter(pk__in=seated, is_active=True).order_by("pk").values_list("pk", flat=True)
    # The counts below cannot change until the end of the transaction.
    progression.lock(*people)
    winners = {seat.user_id for seat in seats if seat.number in ending.winners}
    rules = [rule.payout for rule in RewardRule.objects.all()]
    rewards = []
    for user_id in people:
        worth = _worth(user_id, game, seats, ending, places, rules)
        if worth is None or _has_had_enough(user_id, seats):
            continue
        goods = Counter(progression.drawn(worth.drops))
        goods.update(dict(worth.items))
        goods.update(_declared(worth.currencies))
        goods.update(gold=worth.gold, gems=worth.gems)
        given = progression.give(
            user_id, goods=goods, xp=worth.xp, cause=f"game: {game.name}", key=f"game:{game.pk}"
        )
        rewards.append(
            Reward(
                user_id=user_id,
                xp=given.xp,
                gold=given.gold,
                level_up=given.level_up is not None,
                gems=given.gems or UNSET,
                currencies=given.currencies or UNSET,
                items=[ItemGranted(**item) for item in given.items] or UNSET,
            )
        )
        achievements.record(user_id, metric=Metric.GAMES_PLAYED)
        if user_id in winners:
            achievements.record(user_id, metric=Metric.GAMES_WON)
    return rewards


def _worth(
    user_id: UserId,
    game: Game,
    seats: Sequence[Seat],
    ending: Ending,
    places: Sequence[Collection[int]],
    rules: Sequence[Payout],
) -> Payout | None:
    (own,) = (seat.number for seat in seats if seat.user_id == user_id)
    if own in ending.left:
        return None
    place = next((number for number, users in enumerate(places, 1) if user_id in users), len(places))
    payout = find(game.name, game.mode, place, is_last=place == len(places), first=rules)
    if own in ending.winners:
        worth = WIN
    elif ending.reason in GIVEN_UP:
        return None
    elif not ending.winners or user_id not in places[-1]:
        worth = DRAW
    else:
        worth = LOSS
    worth = worth if payout is None else payout
    if len(seats) == 1 or any(seat.bot_level is not None for seat in seats):
        return worth.divided(BOT_SHARE)
    return worth


def _declared(wanted: Mapping[str, int]) -> Mapping[str, int]:
    """Leave out currencies that no app declares any more: a rule that names one must not keep a game open."""
    if unknown := wanted.keys() - currencies.declared():
        logger.warning("A reward contains unknown currencies: %s", ", ".join(sorted(unknown)))
    return {name: amount for name, amount in wanted.items() if name not in unknown}


def _has_had_enough(user_id: UserId, seats: Sequence[Seat]) -> bool:
    lately = Seat.objects.filter(
        game__state=Game.State.FINISHED, game__finished_at__gt=timezone.now() - timedelta(days=1)
    )
    own = lately.filter(user_id=user_id)
    if own.count() >= MAX_REWARDED_A_DAY:
        return True
    if len(seats) == 1:
        return own.filter(game__seats_wanted=1).count() >= MAX_REWARDED_PER_OPPONENT_A_DAY
    others = lately.filter(game__seats__user_id=user_id).exclude(user_id=user_id)
    if any(seat.bot_level is not None for seat in seats):
        return others.filter(bot_level__isnull=False).count() >= MAX_REWARDED_PER_OPPONENT_A_DAY
    met = others.filter(user_id__in=[seat.user_id for seat in seats]).values_list("user_id")
    times = dict(met.annotate(Count("game_id")))
    # One new opponent at the table makes it a different match.
    opponents = [seat.user_id for seat in seats if seat.user_id != user_id]
    return (
        min((times.get(opponent, 0) for opponent in opponents), default=0) >= MAX_REWARDED_PER_OPPONENT_A_DAY
    )
