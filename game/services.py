"""Services of games: creation, seating and ending. Moves go through the journal instead."""

import json
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from msgspec import to_builtins
from msgspec.json import encode as encode_json
from prometheus_client import Counter

from core.refusals import Conflict, Invalid
from game import events, selectors
from game.author import catalogue
from game.author.game import Game as Rules
from game.author.match import Match
from game.author.refusals import GameIsOver
from game.models import Game, JournalEntry, Rating, Seat, Snapshot
from game.ratings import Strength, after_match
from game.records import Ending, QueuedParty, RoomRecord, SeatedGame, SeatRecord
from game.refusals import GameFull, TooManyGames, UnknownMatch
from game.rewards import GIVEN_UP, reward
from realtime.publishing import publish

ended = Counter("game_ended_total", "Games that ended, by reason", ["game", "reason"])

MAX_SEED = 2**53
TRIED_BYTES = 64 * 1024
MAX_RATING_GAIN_A_DAY = 400
"""Maximum gain of a player's rating at one game in 24 hours."""
MAX_UNFINISHED = 20
"""Maximum unfinished games that one user may have created, against flooding."""

User = get_user_model()


class OwnedElsewhere(Exception):
    """Another worker has written this game's next entry."""


class Player(NamedTuple):
    """A user to be seated; bots have a level."""

    user_id: int
    bot_level: int | None = None


@transaction.atomic
def create_game(
    *,
    name: str,
    players: Sequence[Player],
    mode: str = "",
    options: Mapping[str, Any] | None = None,
    private: bool = False,
    created_by: int | None = None,
    seats_wanted: int | None = None,
    rematch_of: Game | None = None,
) -> Game:
    """Create an unrated game and seat the players in this order.

    It is unrated because the players chose each other. Raises ``UnknownGame`` and ``InvalidOptions``.
    """
    rules = catalogue.get(name)
    wanted = seats_wanted or max(len(players), rules.min_players)
    seed = secrets.randbelow(MAX_SEED)
    match = Match.new(rules, seats=wanted, seed=seed, options=options)
    game = Game.objects.create(
        name=name,
        mode=mode,
        seats_wanted=wanted,
        seed=seed,
        # With defaults filled in: a replay must not change when a default does.
        options=to_builtins(match.options),
        private=private,
        created_by_id=created_by,
        rematch_of=rematch_of,
        state=Game.State.WAITING_FOR_PLAYERS if len(players) == wanted else Game.State.CREATED,
    )
    ratings = selectors.shown_ratings(name, [player.user_id for player in players])
    Seat.objects.bulk_create(
        Seat(
            game=game,
            number=number,
            user_id=player.user_id,
            bot_level=player.bot_level,
            rating_before=ratings[player.user_id],
        )
        for number, player in enumerate(players)
    )
    return game


@transaction.atomic(savepoint=False)
def create_matches(
    *, name: str, queue: str, groups: Sequence[Sequence[QueuedParty]], mode: str = ""
) -> dict[uuid.UUID, SeatedGame]:
    """Create a game for each group, seated in this order, and inform the players, in few statements.

    A game is rated if the queue matched strangers and no guest is among them. If the rules fail at the start,
    the room reports it and ends the game, because other players of the queue must not wait for it. Raises
    ``UnknownGame``; ``IntegrityError`` if a user has an unfinished game from this queue.
    """
    rules = catalogue.get(name)
    options = to_builtins(rules.Options())
    lineups = [[(one, party.queued_at) for party in group for one in party.players] for group in groups]
    games = [
        Game(
            name=name,
            mode=mode,
            seats_wanted=len(lineup),
            rated=len(group) > 1 and not any(one.is_guest for one, _ in lineup),
            seed=secrets.randbelow(MAX_SEED),
            options=options,
            state=Game.State.WAITING_FOR_PLAYERS,
        )
        for group, lineup in zip(groups, lineups, strict=True)
    ]
    Game.objects.bulk_create(games)
    Seat.objects.bulk_create(
        Seat(
            game=game,
            number=number,
            user_id=one.user_id,
            queue=queue,
            queued_at=queued_at,
            rating_before=None if one.is_guest else one.rating,
        )
        for game, lineup in zip(games, lineups, strict=True)
        for number, (one, queued_at) in enumerate(lineup)
    )
    made = {}
    for game, lineup in zip(games, lineups, strict=True):
        seats = []
        for number, (one, _) in enumerate(lineup):
            rating = None if one.is_guest else one.rating
            seats.append(SeatRecord(number, one.user_id, one.username, None, rating))
            publish(match_found(game, rules, number, one.user_id))
        made[game.pk] = SeatedGame(name, mode, seats)
    return made


def match_found(game: Game, rules: type[Rules], number: int, user_id: int) -> events.MatchFound:
    """Return the event that tells a player about a new game."""
    return events.MatchFound(
        user_id=user_id,
        game=game.name,
        game_id=game.pk,
        side=rules.sides[number],
        ws_url=selectors.ws_url(game.pk),
    )


# Not available to people: their names cannot contain spaces.
BOT_NAMES = {1: "Easy bot", 2: "Medium bot", 3: "Hard bot"}


def bot_user_id(level: int) -> int:
    """Return the account that plays as the bot of this level; created when first needed."""
    user, _ = User.objects.get_or_create(
        username=BOT_NAMES[level], defaults={"is_bot": True, "password": "!"}
    )
    return int(user.pk)


@transaction.atomic
def create_against_bot(
    *, user_id: int, name: str, level: int, private: bool = False, options: Mapping[str, Any] | None = None
) -> Game:
    """Create a game of the user against the bot of this level (1 to 3). Raises as ``create_open``."""
    _check_may_create(user_id)
    rules = catalogue.get(name)
    if not rules.min_players <= 2 <= rules.max_players:
        raise Invalid(f"{rules.title} is not for two.", details={"opponent": ["No bot plays this game."]})
    players = [Player(user_id), Player(bot_user_id(level), bot_level=level)]
    return create_game(name=name, players=players, options=options, private=private, created_by=user_id)


@transaction.atomic
def create_open(
    *, user_id: int, name: str, private: bool = False, options: Mapping[str, Any] | None = None
) -> Game:
    """Create a game with the user in the first seat, which others can join by its link.

    Raises ``UnknownGame``, ``InvalidOptions``, and ``TooManyGames`` if the user has too many unfinished
    games.
    """
    _check_may_create(user_id)
    rules = catalogue.get(name)
    return create_game(
        name=name,
        players=[Player(user_id)],
        options=options,
        private=private,
        created_by=user_id,
        seats_wanted=rules.min_players,
    )


def _check_may_create(user_id: int) -> None:
    # The lock serialises one user's concurrent calls, so that each is counted.
    User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if selectors.unfinished_created_by(user_id) >= MAX_UNFINISHED:
        raise TooManyGames(f"You have {MAX_UNFINISHED} games that are not over yet.")


@transaction.atomic
def join(*, user_id: int, game_id: uuid.UUID) -> Game:
    """Take a free seat; does nothing if the user has one. Raises ``UnknownMatch``, ``GameFull``."""
    try:
        game = Game.objects.select_for_update().get(pk=game_id)
    except Game.DoesNotExist:
        raise UnknownMatch from None
    seated = list(game.seats.order_by("number").values_list("number", "user_id"))
    if any(user == user_id for _, user in seated):
        return game
    if game.state != Game.State.CREATED or len(seated) >= game.seats_wanted:
        raise GameFull
    number = len(seated)
    rating = selectors.shown_ratings(game.name, [user_id])[user_id]
    Seat.objects.create(game=game, number=number, user_id=user_id, rating_before=rating)
    if number + 1 == game.seats_wanted:
        game.state = Game.State.WAITING_FOR_PLAYERS
        game.save(update_fields=["state"])
        rules = catalogue.get(game.name)
        for taken, user in [*seated, (number, user_id)]:
            publish(match_found(game, rules, taken, user))
    publish(events.SeatTaken(game_id=game.pk))
    return game


@transaction.atomic
def rematch(*, game_id: uuid.UUID) -> Game:
    """Create a game with the same players, each moved by one seat; a second call returns the same game.

    A rematch of a rated game is not rated: otherwise two players could trade ratings all day.
    """
    game = Game.objects.select_for_update().get(pk=game_id)
    if game.state not in Game.OVER:
        raise Conflict("The game is not over yet.")
    made = Game.objects.filter(rematch_of=game).first()
    if made is not None:
        return made
    seats = list(game.seats.order_by("number"))
    players = [Player(seat.user_id, seat.bot_level) for seat in (*seats[1:], seats[0])]
    return create_game(
        name=game.name,
        mode=game.mode,
        players=players,
        options=game.options,
        private=game.private,
        rematch_of=game,
    )


@transaction.atomic
def take_over(*, game_id: uuid.UUID) -> RoomRecord:
    """Read everything needed to rebuild a room, as its new owner. Raises ``UnknownMatch``.

    The previous owner can no longer save a snapshot or end the game.
    """
    try:
        game = Game.objects.select_for_update().get(pk=game_id)
    except Game.DoesNotExist:
        raise UnknownMatch from None
    if game.state not in Game.OVER:
        game.epoch += 1
        game.save(update_fields=["epoch"])
    return selectors.room_record(game_id)


@transaction.atomic
def check_writable() -> None:
    """Write to the journal and roll back, to test whether the database accepts writes.

    Raises ``Error`` if it does not, for example because its disk is full. The entry is random and long,
    because a short one may fit into an existing page.
    """
    JournalEntry.objects.create(
        game_id=uuid.uuid4(), seq=1, at=timezone.now(), kind="", data=secrets.token_hex(TRIED_BYTES)
    )
    transaction.set_rollback(True)


@transaction.atomic
def store_states(states: Mapping[uuid.UUID, str]) -> None:
    """Store the states of running games for lists. States only advance, whatever the order of the calls."""
    for number, state in enumerate(Game.ON_THE_WAY):
        ids = [game_id for game_id, reached in states.items() if reached == state]
        behind = Game.objects.filter(pk__in=ids, state__in=Game.ON_THE_WAY[:number])
        noted = list(behind.order_by("pk").select_for_update().values_list("pk", flat=True))
        Game.objects.filter(pk__in=noted).update(state=state)
        if state == Game.State.ACTIVE:
            _tell_of_start(noted)


def _tell_of_start(game_ids: Sequence[uuid.UUID]) -> None:
    players: dict[uuid.UUID, list[int]] = {game_id: [] for game_id in game_ids}
    seats = Seat.objects.filter(game__in=game_ids, bot_level=None)
    for game_id, user_id in seats.values_list("game", "user"):
        players[game_id].append(user_id)
    for game_id, user_ids in players.items():
        publish(events.GameStarted(game_id=game_id, user_ids=user_ids))


@transaction.atomic
def finish(*, game_id: uuid.UUID, epoch: int, seq: int, ending: Ending) -> events.GameOver:
    """End a game as the owner of this epoch.

    Writes the last entry, frees the seats, updates the ratings and rewards the players. A game in which
    nobody has moved is aborted, whatever the reason. Raises ``OwnedElsewhere``.
    """
    game = Game.objects.select_for_update().get(pk=game_id)
    if game.state in Game.OVER or game.epoch != epoch:
        raise OwnedElsewhere
    seats = list(game.seats.order_by("number"))
    movers = selectors.movers(game)
    leavers = _leavers(game, seats, ending, movers)
    if not movers and ending.reason not in ("error", "operator"):
        ending = ending._replace(reason="aborted", winners=(), scores=(0.0,) * game.seats_wanted)
    # A seat that was never taken has a score but no row.
    scored = list(zip(seats, ending.scores, strict=False))
    winner_ids = [seats[number].user_id for number in ending.winners]
    counts = _counts(game, ending, movers)
    changes = _rate(game.name, seats, ending.winners) if counts and game.rated else []
    over = events.GameOver(
        winner_ids=winner_ids,
        reason=ending.reason,
        scores={str(seat.user_id): score for seat, score in scored},
        ratings=changes,
        rewards=reward(game, seats, ending, movers) if counts else [],
        seq=seq,
    )
    after = {change.user_id: change.after for change in changes}
    for seat, score in scored:
        seat.is_open, seat.score, seat.rating_after = False, score, after.get(seat.user_id)
    Seat.objects.bulk_update(seats, ["is_open", "score", "rating_after"])
    game.state = Game.State.after(ending.reason)
    # Ends the ownership: a snapshot that is still on its way is rejected.
    game.epoch += 1
    game.finished_at = timezone.now()
    game.final_view = ending.final_view
    game.result = json.loads(encode_json(over)) | {"tick": ending.tick}
    game.save(update_fields=["state", "epoch", "finished_at", "final_view", "result"])
    Snapshot.objects.filter(game=game).delete()
    try:
        with transaction.atomic():
            JournalEntry.objects.create(
                game=game,
                seq=seq,
                at=game.finished_at,
                kind=JournalEntry.Kind.OVER,
                data=encode_json({"reason": ending.reason, "winners": ending.winners}).decode(),
            )
    except IntegrityError:
        raise OwnedElsewhere from None
    transaction.on_commit(ended.labels(game=game.name, reason=ending.reason).inc)
    publish(
        events.GameFinished(
            game_id=game.pk,
            game=game.name,
            user_ids=[seat.user_id for seat in seats if seat.bot_level is None],
            winner_ids=winner_ids,
            rated=game.rated,
            against_bot=any(seat.bot_level is not None for seat in seats),
        )
    )
    if leavers is not None:
        publish(leavers)
    return over


@transaction.atomic
def end_unopened(*, game_id: uuid.UUID) -> None:
    """End a game without a winner for an operator, even if its rules are missing or fail.

    Raises ``GameIsOver``, ``OwnedElsewhere``.
    """
    game = Game.objects.select_for_update().get(pk=game_id)
    if game.state in Game.OVER:
        raise GameIsOver
    last = JournalEntry.objects.filter(game=game).aggregate(Max("seq", default=0))["seq__max"]
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


def _counts(game: Game, ending: Ending, movers: Collection[int]) -> bool:
    """Return whether the game counts for ratings and rewards."""
    if Game.State.after(ending.reason) != Game.State.FINISHED:
        return False
    # The rules of a turn-based game may end it before everybody has had a turn.
    by_its_rules = ending.reason in ("win", "draw") and not catalogue.get(game.name).real_time
    return len(movers) >= (1 if by_its_rules or game.seats_wanted == 1 else 2)


def _leavers(
    game: Game, seats: Sequence[Seat], ending: Ending, movers: Collection[int]
) -> events.MatchLeft | None:
    """Return the players of a queue's game who left before they had moved."""
    queue = seats[0].queue if seats else None
    if queue is None or ending.reason not in GIVEN_UP:
        return None
    winners = [seat for seat in seats if seat.number in ending.winners]
    left = [seat.user_id for seat in seats if seat not in winners and seat.user_id not in movers]
    stayed = {} if movers else {seat.user_id: seat.queued_at or game.created_at for seat in winners}
    if not left:
        return None
    return events.MatchLeft(game_id=game.pk, queue=queue, reason=ending.reason, left=left, stayed=stayed)


def _rate(name: str, seats: Sequence[Seat], winners: Sequence[int]) -> list[events.RatingChange]:
    user_ids = sorted(seat.user_id for seat in seats)
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
    ordered = [ratings[seat.user_id] for seat in seats]
    before = [Strength(rating.mu, rating.sigma) for rating in ordered]
    began_day_at = selectors.ratings_a_day_ago(name, user_ids)
    changes = []
    for number, (rating, strength) in enumerate(zip(ordered, after_match(before, winners), strict=True)):
        if strength.shown > rating.shown:
            highest = began_day_at.get(rating.user_id, rating.shown) + MAX_RATING_GAIN_A_DAY
            strength = strength.at_most(max(highest, rating.shown))
        changes.append(events.RatingChange(user_id=rating.user_id, before=rating.shown, after=strength.shown))
        rating.mu, rating.sigma, rating.shown = strength.mu, strength.sigma, strength.shown
        rating.played += 1
        rating.won += number in winners
        rating.save(update_fields=["mu", "sigma", "shown", "played", "won"])
    return changes
