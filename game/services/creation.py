"""The creation of games, and the seating of their players."""

import contextlib
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from msgspec import convert, json, to_builtins

from core import maintenance, replica
from core.calls import run_before
from core.ids import UserId
from core.refusals import Conflict, Invalid
from core.statements import Insert, Update, statement, together
from core.storing import store
from game import commands, events, selectors
from game.author import catalogue
from game.author.game import Game as Rules
from game.author.leaving import BOT
from game.author.match import Match
from game.author.refusals import InvalidOptions
from game.models import Game, Seat
from game.records import QueuedParty, SeatedGame, SeatRecord
from game.refusals import GameFull, NotEnough, TooManyGames, UnknownMatch
from realtime.publishing import publish

MAX_SEED = 2**53
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that look alike."""
CODE_LENGTH = 8
MAX_OPTIONS_BYTES = 4096
"""Maximum size of a game's options as JSON: lists of games show those of each."""
MAX_UNFINISHED = 20
"""Maximum unfinished games that one user may have created, against flooding."""

User = get_user_model()


class Player(NamedTuple):
    """A user to be seated; bots have a level."""

    user_id: UserId
    bot_level: int | None = None


@transaction.atomic
def create_game(
    *,
    name: str,
    players: Sequence[Player],
    mode: str = "",
    options: Mapping[str, Any] | None = None,
    private: bool = False,
    created_by: UserId | None = None,
    seats_wanted: int | None = None,
    rematch_of: Game | None = None,
) -> Game:
    """Create an unrated game and seat the players in this order.

    It is unrated because the players chose each other. Raises ``UnknownGame``, ``InvalidOptions`` and
    ``UnderMaintenance``.
    """
    maintenance.check(created_by)
    rules = catalogue.get(name)
    call = commands.CreateGame(
        game=name,
        options=dict(options or {}),
        private=private,
        player_ids=tuple(player.user_id for player in players),
    )
    run_before(call, user_id=created_by)
    wanted = seats_wanted or (rules.max_players if rules.open else max(len(players), rules.min_players))
    is_enough = len(players) >= (rules.min_players if rules.open else wanted)
    seed = secrets.randbelow(MAX_SEED)
    match = Match.new(rules, seats=wanted, seed=seed, options=call.options)
    # With defaults filled in: a replay must not change when a default does.
    kept = to_builtins(match.options)
    if len(json.encode(kept)) > MAX_OPTIONS_BYTES:
        raise InvalidOptions(f"Options take at most {MAX_OPTIONS_BYTES} bytes.")
    game = Game(
        name=name,
        mode=mode,
        seats_wanted=wanted,
        seed=seed,
        options=kept,
        private=call.private,
        code=_new_code() if call.private and created_by is not None else None,
        created_by_id=created_by,
        rematch_of=rematch_of,
        state=Game.State.WAITING_FOR_PLAYERS if is_enough else Game.State.CREATED,
    )
    store(game)
    replica.note_once_committed(player.user_id for player in players)
    tell_list(game)
    ratings = selectors.shown_ratings(name, [player.user_id for player in players])
    for number, (user_id, bot_level) in enumerate(players):
        _add_seat.later(game.pk, number, user_id, bot_level, ratings[user_id])
    return game


def tell_list(game: Game) -> None:
    """Have the lists of open rooms look at a game that is, or was, in them."""
    if game.private or game.name not in selectors.offered():
        return
    if game.state == Game.State.CREATED or selectors.can_be_joined_late(catalogue.get(game.name)):
        publish(events.RoomChanged(game_id=game.pk))


def _new_code() -> str:
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


@statement
def _add_seat(
    game_id: uuid.UUID, number: int, user_id: UserId, bot_level: int | None, rating: int | None
) -> Insert:
    return Insert(Seat, game=game_id, number=number, user=user_id, bot_level=bot_level, rating_before=rating)


@transaction.atomic(savepoint=False)
def create_matches(
    *,
    name: str,
    queue: str,
    groups: Sequence[Sequence[QueuedParty]],
    mode: str = "",
    fill_with: BOT | None = None,
    bots: Sequence[int] = (),
    options: Mapping[str, Any] | None = None,
    rated: bool = True,
) -> dict[uuid.UUID, SeatedGame]:
    """Create a game for each group, seated in this order, and inform the players, in few statements.

    Beside each group sit as many ``bots`` as are given for it, which are ``fill_with``. A game of a ``rated``
    queue is rated if strangers were matched and neither a guest nor a bot is among them. If the rules
    fail at the start, the room reports it and ends the game, because other players of the queue must not wait
    for it. Raises ``UnknownGame``; ``IntegrityError`` if a user has an unfinished game from this queue.
    """
    rules = catalogue.get(name)
    options = to_builtins(convert(dict(options or {}), rules.Options))
    lineups = [[(one, party.queued_at) for party in group for one in party.players] for group in groups]
    fillers = [_bots([fill_with.level] * number if fill_with else []) for number in bots or [0] * len(groups)]
    games = [
        Game(
            name=name,
            mode=mode,
            seats_wanted=rules.max_players if rules.open else len(lineup) + len(beside),
            rated=rated
            and not (rules.open or beside)
            and len(group) > 1
            and not any(one.is_guest for one, _ in lineup),
            seed=secrets.randbelow(MAX_SEED),
            options=options,
            state=Game.State.WAITING_FOR_PLAYERS,
        )
        for group, lineup, beside in zip(groups, lineups, fillers, strict=True)
    ]
    Game.objects.bulk_create(games)
    replica.note_once_committed(one.user_id for lineup in lineups for one, _ in lineup)
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
    Seat.objects.bulk_create(
        [
            Seat(game=game, number=number, user_id=bot.user_id, bot_level=bot.bot_level)
            for game, lineup, beside in zip(games, lineups, fillers, strict=True)
            for number, bot in enumerate(beside, start=len(lineup))
        ]
    )
    if selectors.can_be_joined_late(rules):
        for game in games:
            tell_list(game)
    made = {}
    for game, lineup, beside in zip(games, lineups, fillers, strict=True):
        seats = []
        for number, (one, _) in enumerate(lineup):
            rating = None if one.is_guest else one.rating
            seats.append(SeatRecord(number, one.user_id, one.username, None, rating))
            publish(match_found(game, rules=rules, number=number, user_id=one.user_id))
        for place, (user_id, level) in enumerate(beside):
            username = bot_name(level=level or 1, number=place + 1)
            seats.append(SeatRecord(len(lineup) + place, user_id, username, level, None))
        made[game.pk] = SeatedGame(name, mode, seats)
    return made


def match_found(game: Game, *, rules: type[Rules], number: int, user_id: UserId) -> events.MatchFound:
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


def bot_name(*, level: int, number: int) -> str:
    """Return the name of the account that plays as the nth bot of this level in a game."""
    return BOT_NAMES[level] if number == 1 else f"{BOT_NAMES[level]} {number}"


def bot_user_id(*, level: int, number: int = 1) -> UserId:
    """Return the account that plays as a bot of this level; created when first needed.

    Each bot of a game has its own, by ``number``.
    """
    name = bot_name(level=level, number=number)
    user, _ = User.objects.get_or_create(username=name, defaults={"is_bot": True, "password": "!"})
    return UserId(user.pk)


@transaction.atomic
def create_against_bot(
    *, user_id: UserId, name: str, level: int, private: bool = False, options: Mapping[str, Any] | None = None
) -> Game:
    """Create a game of the user against bots of this level (1 to 3), as few as it takes.

    Raises as ``create_open``.
    """
    _check_may_create(user_id)
    rules = catalogue.get(name)
    if rules.max_players < 2:
        raise Invalid(f"{rules.title} is for one.", details={"opponent": ["No bot plays this game."]})
    others = max(2, rules.min_players) - 1
    players = [Player(user_id), *_bots([level] * others)]
    return create_game(name=name, players=players, options=options, private=private, created_by=user_id)


def _bots(levels: Sequence[int]) -> list[Player]:
    """Return bots of these levels, each with an account of its own."""
    return [
        Player(bot_user_id(level=level, number=1 + list(levels[:place]).count(level)), bot_level=level)
        for place, level in enumerate(levels)
    ]


@transaction.atomic
def create_open(
    *,
    user_id: UserId,
    name: str,
    bots: Sequence[int] = (),
    private: bool = False,
    options: Mapping[str, Any] | None = None,
    seats: int | None = None,
) -> Game:
    """Create a game with the user in the first seat and bots of these levels in the next.

    Others can join by its link as long as a seat is free. It has the fewest ``seats`` by default, or the most
    if the game is ``open``. Raises ``UnknownGame``, ``InvalidOptions``,
    ``Invalid`` for more bots than seats, and ``TooManyGames`` if the user has too many unfinished games.
    """
    _check_may_create(user_id)
    rules = catalogue.get(name)
    check_seats(rules, seats=seats)
    most = seats or rules.max_players
    if len(bots) >= most:
        raise Invalid(f"The game is for {most} at most.", details={"bots": ["So many have no seat."]})
    return create_game(
        name=name,
        players=[Player(user_id), *_bots(bots)],
        options=options,
        private=private,
        created_by=user_id,
        seats_wanted=seats or (rules.max_players if rules.open else max(rules.min_players, 1 + len(bots))),
    )


def check_seats(rules: type[Rules], *, seats: int | None) -> None:
    """Raise ``Invalid`` unless a game can have so many seats; None leaves the number to the game."""
    if seats is not None and not rules.min_players <= seats <= rules.max_players:
        span = f"{rules.min_players} to {rules.max_players}"
        raise Invalid(f"{rules.title} is for {span} players.", details={"seats": [f"Choose {span}."]})


def _check_may_create(user_id: UserId) -> None:
    # The lock serialises one user's concurrent calls, so that each is counted.
    _, unfinished = together(
        _lock_user.bound(user_id), selectors.unfinished_games.bound(user_id, selectors.offered())
    )
    if len(unfinished) >= MAX_UNFINISHED:
        raise TooManyGames(f"You have {MAX_UNFINISHED} games that are not over yet.")


@statement
def _lock_user(user_id: UserId) -> QuerySet[Any, int]:
    return User.objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk", flat=True)


@transaction.atomic
def join(*, user_id: UserId, game_id: uuid.UUID) -> Game:
    """Take a free seat; does nothing if the user has one. Raises ``UnknownMatch``, ``GameFull``."""
    games, seats = together(_locked.bound(game_id), _seats.bound(game_id))
    if not games:
        raise UnknownMatch
    (game,) = games
    taken = {seat.number: seat for seat in seats if seat.left_at is None}
    if any(seat.user_id == user_id for seat in taken.values()):
        return game
    number = next((number for number in range(game.seats_wanted) if number not in taken), None)
    if number is None or game.state in Game.OVER:
        raise GameFull
    former = next((seat for seat in seats if seat.user_id == user_id), None)
    if former is None:
        rating = selectors.shown_ratings(game.name, [user_id])[user_id]
        _add_seat.later(game_id, number, user_id, None, rating)
        taken[number] = Seat(game=game, number=number, user_id=user_id, rating_before=rating)
    else:
        former.number, former.left_at, former.is_open = number, None, former.queue is None
        former.save(update_fields=["number", "left_at", "is_open"])
        taken[number] = former
    rules = catalogue.get(game.name)
    tell_list(game)
    if game.state != Game.State.CREATED:
        publish(match_found(game, rules=rules, number=number, user_id=user_id))
    elif len(taken) == (rules.min_players if rules.open else game.seats_wanted):
        _wait_for_players(game, rules, taken.values())
    publish(events.SeatTaken(game_id=game.pk))
    return game


def join_by_code(*, user_id: UserId, code: str) -> Game:
    """Take a free seat of the private game with this code. Raises as :func:`join`."""
    return join(user_id=user_id, game_id=selectors.game_with_code(code))


@statement
def _locked(game_id: uuid.UUID) -> QuerySet[Game]:
    return Game.objects.select_for_update().filter(pk=game_id)


@statement
def _seats(game_id: uuid.UUID) -> QuerySet[Seat]:
    return Seat.objects.filter(game=game_id).order_by("number")


def _wait_for_players(game: Game, rules: type[Rules], seats: Iterable[Seat]) -> None:
    game.state = Game.State.WAITING_FOR_PLAYERS
    _store.later(game.pk, game.state, game.seats_wanted)
    for seat in seats:
        publish(match_found(game, rules=rules, number=seat.number, user_id=seat.user_id))


@statement
def _store(game_id: uuid.UUID, state: str, seats_wanted: int) -> Update:
    return Update(Game.objects.filter(pk=game_id), state=state, seats_wanted=seats_wanted)


def take_back(*, user_id: UserId, game_id: uuid.UUID) -> None:
    """Take a seat again in a game that the user had left, if one is still free."""
    with contextlib.suppress(GameFull):
        join(user_id=user_id, game_id=game_id)


@transaction.atomic
def close_seats(*, game_id: uuid.UUID) -> None:
    """Have a game that waits for more players begin with those who have a seat, and its ``fill_with``.

    Raises ``NotEnough`` if they are too few, and ``Conflict`` if the game does not wait.
    """
    game = Game.objects.select_for_update().get(pk=game_id)
    rules = catalogue.get(game.name)
    seats = list(game.seats.order_by("number"))
    if game.state != Game.State.CREATED:
        raise Conflict("The game has begun.")
    if rules.fill_with is not None:
        seats += _fill(game, seats, rules.fill_with)
    if len(seats) < rules.min_players:
        raise NotEnough(f"{rules.title} needs {rules.min_players} players.")
    game.seats_wanted = len(seats)
    tell_list(game)
    _wait_for_players(game, rules, seats)
    publish(events.SeatTaken(game_id=game.pk))


def _fill(game: Game, seats: Sequence[Seat], bot: BOT) -> list[Seat]:
    """Seat bots in all free seats; return those seats."""
    taken = {seat.number for seat in seats}
    free = [number for number in range(game.seats_wanted) if number not in taken]
    known = sum(seat.bot_level == bot.level for seat in seats)
    bots = _bots([bot.level] * (known + len(free)))[known:]
    for number, (user_id, level) in zip(free, bots, strict=True):
        _add_seat.later(game.pk, number, user_id, level, None)
    return list(game.seats.filter(number__in=free).order_by("number"))


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
