"""The end of a game: its result, ratings and rewards, in one transaction."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from msgspec.json import encode as encode_json
from prometheus_client import Counter

from core import replica
from core.ids import UserId
from game import events, journals, selectors
from game.author import catalogue
from game.author.refusals import GameIsOver
from game.author.results import Places
from game.models import Game, JournalEntry, Rating, Seat, Snapshot
from game.ratings import Strength, after_match
from game.records import Ending
from game.rewards import GIVEN_UP, reward
from game.services.creation import tell_list
from realtime.publishing import publish

ended = Counter("game_ended_total", "Games that ended, by reason", ["game", "reason"])

MAX_RATING_GAIN_A_DAY = 400
"""Maximum gain of a player's rating at one game in 24 hours."""


class OwnedElsewhere(Exception):
    """Another worker has written this game's next entry."""


@transaction.atomic
def finish(*, game_id: uuid.UUID, epoch: int, seq: int, ending: Ending) -> events.GameOver:
    """End a game as the owner of this epoch.

    Writes the last entry, frees the seats, updates the ratings and rewards the players. A game in which
    nobody has moved is aborted, whatever the reason. Raises ``OwnedElsewhere``.
    """
    game = Game.objects.select_for_update().get(pk=game_id)
    if game.state in Game.OVER or game.epoch != epoch:
        raise OwnedElsewhere
    everybody = list(game.seats.order_by("number"))
    # Others have taken the seats of those who are left out here.
    seats = [seat for seat in everybody if seat.left_at is None]
    numbers = {seat.number: seat for seat in seats}
    idle = {numbers[number].user_id for number in ending.idle if number in numbers}
    moved, passive = selectors.movers(game)
    movers = moved - idle
    leavers = _leavers(game, seats, ending, movers)
    if not movers and ending.reason not in ("error", "operator"):
        ending = ending._replace(reason="aborted", winners=(), places=(), scores=(0.0,) * game.seats_wanted)
    # A seat that was never taken has a score but no row.
    scores = {seat: 0.0 if seat.left_at else ending.scores[seat.number] for seat in everybody}
    winner_ids = [numbers[number].user_id for number in ending.winners if number in numbers]
    places = _places(ending, numbers)
    if former := [seat.user_id for seat in everybody if seat.left_at is not None]:
        places.append(former)
    players = [seat for seat in everybody if seat.user_id in movers or seat in seats]
    players = [seat for seat in players if seat.user_id not in idle | passive]
    counts = _counts(game, ending, movers, players)
    changes = _rate(game.name, players, winner_ids, ending.teams, places) if counts and game.rated else []
    over = events.GameOver(
        winner_ids=winner_ids,
        reason=ending.reason,
        scores={str(seat.user_id): score for seat, score in scores.items()},
        ratings=changes,
        rewards=reward(game, seats, ending, movers, places) if counts else [],
        places=places,
        seq=seq,
    )
    tell_list(game)
    after = {change.user_id: change.after for change in changes}
    for seat, score in scores.items():
        seat.is_open, seat.score, seat.rating_after = False, score, after.get(seat.user_id)
    Seat.objects.bulk_update(everybody, ["is_open", "score", "rating_after"])
    game.state = Game.State.after(ending.reason)
    # Ends the ownership: a snapshot that is still on its way is rejected.
    game.epoch += 1
    game.finished_at = timezone.now()
    game.due_at = game.to_move = None
    game.final_view = ending.final_view
    game.result = json.loads(encode_json(over)) | {"tick": ending.tick}
    game.save(update_fields=["state", "epoch", "finished_at", "due_at", "to_move", "final_view", "result"])
    Snapshot.objects.filter(game=game).delete()
    _journal_end(game, seq, game.finished_at, ending)
    replica.note_once_committed(seat.user_id for seat in everybody)
    transaction.on_commit(ended.labels(game=game.name, reason=ending.reason).inc)
    publish(
        events.GameFinished(
            game_id=game.pk,
            game=game.name,
            mode=game.mode,
            options=game.options,
            reason=ending.reason,
            user_ids=[seat.user_id for seat in everybody if seat.bot_level is None],
            winner_ids=winner_ids,
            places=places,
            scores={seat.user_id: score for seat, score in scores.items()},
            rated=game.rated,
            against_bot=any(seat.bot_level is not None for seat in seats),
        )
    )
    if leavers is not None:
        publish(leavers)
    return over


def _journal_end(game: Game, seq: int, at: datetime, ending: Ending) -> None:
    """Write the last entry, which another owner's entry of this number forbids.

    In a database of its own it is committed at once, before the result. If that is not stored then, the entry
    counts for nothing: the owner writes it again, or the next one deletes it.
    """
    alias = journals.alias(game.journal)
    entries = JournalEntry.objects.using(alias)
    try:
        with transaction.atomic(using=alias):
            entries.create(
                game_id=game.pk,
                seq=seq,
                at=at,
                kind=JournalEntry.Kind.OVER,
                data=encode_json({"reason": ending.reason, "winners": ending.winners}).decode(),
            )
    except IntegrityError:
        if not entries.filter(game=game.pk, seq=seq, kind=JournalEntry.Kind.OVER).exists():
            raise OwnedElsewhere from None


@transaction.atomic
def end_unopened(*, game_id: uuid.UUID) -> None:
    """End a game without a winner for an operator, even if its rules are missing or fail.

    Raises ``GameIsOver``, ``OwnedElsewhere``.
    """
    game = Game.objects.select_for_update().get(pk=game_id)
    if game.state in Game.OVER:
        raise GameIsOver
    entries = JournalEntry.objects.using(journals.alias(game.journal)).filter(game=game.pk)
    last = entries.aggregate(Max("seq", default=0))["seq__max"]
    ending = without_rules("operator", seats=game.seats_wanted)
    finish(game_id=game_id, epoch=game.epoch, seq=last + 1, ending=ending)


def without_rules(reason: str, *, seats: int, tick: int = 0) -> Ending:
    """Return the ending of a game whose rules can provide neither a view nor scores."""
    return Ending(
        winners=(),
        reason=reason,
        scores=(0.0,) * seats,
        final_view={"turn": None, "you": None},
        tick=tick,
    )


def _places(ending: Ending, numbers: Mapping[int, Seat]) -> list[list[int]]:
    """Return the users by place."""
    losers = tuple(number for number in numbers if number not in ending.winners)
    places = ending.places or (ending.winners, losers)
    users = [[numbers[number].user_id for number in place if number in numbers] for place in places]
    return [place for place in users if place]


def _counts(game: Game, ending: Ending, movers: Collection[int], players: Collection[Seat]) -> bool:
    """Return whether the game counts for ratings and rewards.

    ``players`` are all but those who have only let time pass, or left before they had moved.
    """
    if Game.State.after(ending.reason) != Game.State.FINISHED or len(players) < min(game.seats_wanted, 2):
        return False
    if game.seats_wanted == 1:
        return bool(movers)
    if ending.reason in GIVEN_UP:
        # Nobody gains by a game that somebody else has left at once.
        return all(seat.user_id in movers for seat in players)
    # The rules of a turn-based game may end it before everybody has had a turn.
    by_its_rules = ending.reason in ("win", "draw") and not catalogue.get(game.name).real_time
    return len(movers) >= (1 if by_its_rules else 2)


def _leavers(
    game: Game, seats: Sequence[Seat], ending: Ending, movers: Collection[int]
) -> events.MatchLeft | None:
    """Return the players of a queue's game who left before they had moved."""
    queue = seats[0].queue if seats else None
    winners = [seat for seat in seats if seat.number in ending.winners]
    left = [seat.user_id for seat in seats if seat.number in ending.idle]
    if ending.reason in GIVEN_UP:
        left = [seat.user_id for seat in seats if seat not in winners and seat.user_id not in movers]
    if queue is None:
        return None
    people = [seat for seat in winners if seat.bot_level is None]
    stayed = {} if movers else {seat.user_id: seat.queued_at or game.created_at for seat in people}
    if not left:
        return None
    return events.MatchLeft(game_id=game.pk, queue=queue, reason=ending.reason, left=left, stayed=stayed)


def _rate(
    name: str,
    players: Sequence[Seat],
    winner_ids: Collection[UserId],
    teams: Places,
    places: Sequence[Sequence[int]],
) -> list[events.RatingChange]:
    """Rate those players whom the queue has seated."""
    rated = [seat for seat in players if seat.queue is not None]
    sides = [[index for index, seat in enumerate(rated) if seat.number in team] for team in teams]
    sides = [side for side in sides if side]
    if len(sides or rated) < 2:
        return []
    user_ids = sorted(seat.user_id for seat in rated)
    # Always in ascending order of user id, so that two games with the same players cannot deadlock.
    Rating.objects.bulk_create(
        [
            Rating(
                user_id=user_id, game=name, mu=Strength().mu, sigma=Strength().sigma, shown=Strength().shown
            )
            for user_id in user_ids
        ],
        ignore_conflicts=True,
    )
    locked = Rating.objects.select_for_update().filter(game=name, user_id__in=user_ids).order_by("user_id")
    ratings = {rating.user_id: rating for rating in locked}
    ordered = [ratings[seat.user_id] for seat in rated]
    before = [Strength(rating.mu, rating.sigma) for rating in ordered]
    place_of = {user_id: place for place, users in enumerate(places) for user_id in users}
    ranks = [place_of[seat.user_id] for seat in rated]
    began_day_at = selectors.ratings_a_day_ago(name, user_ids)
    changes = []
    for seat, rating, strength in zip(rated, ordered, after_match(before, ranks, sides), strict=True):
        if strength.shown > rating.shown:
            highest = began_day_at.get(rating.user_id, rating.shown) + MAX_RATING_GAIN_A_DAY
            strength = strength.at_most(max(highest, rating.shown))
        changes.append(events.RatingChange(user_id=rating.user_id, before=rating.shown, after=strength.shown))
        rating.mu, rating.sigma, rating.shown = strength.mu, strength.sigma, strength.shown
        rating.played += 1
        rating.won += seat.user_id in winner_ids
        rating.save(update_fields=["mu", "sigma", "shown", "played", "won"])
    return changes
