"""Queries about games, their seats and players."""

import functools
import math
import operator
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from msgspec import UNSET

from accounts.models import User
from core.ids import UserId
from core.refusals import Invalid
from core.statements import statement
from game import events, shapes
from game.author import catalogue
from game.author.game import Game as Rules
from game.author.game import side_of
from game.models import Game, Rating, Seat
from game.ratings import START_SHOWN, Strength
from game.records import Entrant, SeatedGame, SeatRecord, TakenSeat
from game.refusals import UnknownMatch

MAX_OPEN_ROOMS = 100
"""Rooms in the first frame of a live list."""


def ws_url(game_id: uuid.UUID) -> str:
    """Return where the game's socket is."""
    return f"/ws/game/{game_id}/"


def game(game_id: uuid.UUID) -> tuple[Game, list[TakenSeat]]:
    """Return the game and its seats. Raises ``UnknownMatch``."""
    found = _game.first(game_id)
    if found is None:
        raise UnknownMatch
    return found, _seats([game_id])[game_id]


@statement
def _game(game_id: uuid.UUID) -> QuerySet[Game]:
    return Game.objects.filter(pk=game_id)


def game_visible_to(user_id: UserId, game_id: uuid.UUID) -> tuple[Game, list[TakenSeat]]:
    """Return the game if it is public or the user's own, or has a free seat: its id is then an invitation.

    Raises ``UnknownMatch``.
    """
    found, seats = game(game_id)
    can_be_joined = found.state == Game.State.CREATED or has_free_seat(found, seats)
    if not found.private or can_be_joined or has_seat(seats, user_id):
        return found, seats
    # It may be the game of an account that was merged into the user's.
    if not game_ids_of(user_id).filter(game=game_id).exists():
        raise UnknownMatch
    return found, seats


def has_free_seat(game: Game, seats: Iterable[TakenSeat]) -> bool:
    """Return whether somebody can take a seat of this game."""
    taken = sum(not seat.left for seat in seats)
    return game.state not in Game.OVER and taken < game.seats_wanted


def game_with_code(code: str) -> uuid.UUID:
    """Return the id of the unfinished private game with this code. Raises ``UnknownMatch``."""
    games = Game.objects.filter(code=code.upper(), state__in=Game.ON_THE_WAY)
    found = games.values_list("pk", flat=True).first()
    if found is None:
        raise UnknownMatch
    return found


def has_seat(seats: Iterable[TakenSeat], user_id: UserId) -> bool:
    """Return whether one of these seats is the user's."""
    return any(seat.user_id == user_id for seat in seats)


@statement
def _seat_rows(game_ids: Collection[uuid.UUID]) -> QuerySet[Seat, Any]:
    return (
        Seat.objects.filter(game_id__in=game_ids)
        .order_by("number", "pk")
        .values_list(
            "number",
            "user_id",
            "user__username",
            "bot_level",
            "rating_before",
            "rating_after",
            "score",
            "left_at",
            "game_id",
        )
    )


def _seats(game_ids: Collection[uuid.UUID]) -> defaultdict[uuid.UUID, list[TakenSeat]]:
    """Return the seats of these games, in their order."""
    found: defaultdict[uuid.UUID, list[TakenSeat]] = defaultdict(list)
    for *seat, game_id in _seat_rows(game_ids):
        found[game_id].append(TakenSeat(*seat))
    return found


def invitation(game_id: uuid.UUID) -> shapes.Invitation:
    """Return the public data of a game, in one query, while it can be joined by its link.

    Raises ``UnknownMatch``.
    """
    games = _offered().filter(pk=game_id, state__in=Game.ON_THE_WAY, created_by__isnull=False)
    taken = Count("seats", filter=Q(seats__left_at=None))
    waiting = games.annotate(taken=taken).filter(taken__lt=F("seats_wanted"))
    found = waiting.values_list("name", "created_by__username").first()
    if found is None:
        raise UnknownMatch
    name, host = found
    return shapes.Invitation(game=name, title=catalogue.get(name).title, host=host)


@statement
def games_visible_to(user_id: UserId, offered: Collection[str]) -> QuerySet[Game, Any]:
    """Return public games and the user's own, of these names, as rows for :func:`shown_games`."""
    mine = game_ids_of(user_id)
    return _rows(Game.objects.filter(Q(private=False) | Q(pk__in=mine), name__in=offered))


@statement
def games_of(user_id: UserId, offered: Collection[str]) -> QuerySet[Game, Any]:
    """Return the games in which the user has or had a seat, as :func:`games_visible_to` does."""
    return _rows(Game.objects.filter(pk__in=game_ids_of(user_id), name__in=offered))


def game_ids_of(user_id: UserId) -> QuerySet[Seat, Any]:
    """Return the ids of the games in which the user has or had a seat, for a condition on games.

    Those of accounts that were merged into the user's count as well.
    """
    accounts = User.objects.filter(Q(pk=user_id) | Q(merged_into=user_id)).values("pk")
    return Seat.objects.filter(user__in=accounts).values("game_id")


def seats_of(user_id: UserId) -> QuerySet[Seat]:
    """Return the user's seats with their games and everybody in them, the newest game first."""
    own = Seat.objects.filter(user_id=user_id).select_related("game")
    return own.prefetch_related("game__seats__user").order_by("-pk")


Wanted = Mapping[str, Mapping[str, Any]]
"""By the name of each wanted game, the values that the options of its rooms must have."""


def open_games(user_id: UserId, wanted: Wanted) -> QuerySet[Game, Any]:
    """Return the ``wanted`` public games that the user can join, as :func:`games_visible_to` does."""
    return _open_rows(_condition(wanted)).exclude(pk__in=game_ids_of(user_id))


def open_rooms(user_id: UserId, wanted: Wanted) -> list[events.OpenRoom]:
    """Return the newest of the ``wanted`` rooms that the user can join."""
    return _shown_rooms(open_games(user_id, wanted).order_by("-created_at")[:MAX_OPEN_ROOMS])


def open_rooms_among(game_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, events.OpenRoom]:
    """Return those of these games that can be joined."""
    return {room.id: room for room in _shown_rooms(_open_rows(Q(pk__in=game_ids)))}


def can_be_joined_late(rules: type[Rules]) -> bool:
    """Return whether seats of a game that runs can become free."""
    return rules.open or rules.left is not Rules.left


def _open_rows(wanted: Q) -> QuerySet[Game, Any]:
    late = [rules.name for rules in catalogue.all() if can_be_joined_late(rules)]
    seats = Seat.objects.filter(game=OuterRef("pk"), left_at=None).order_by().values("game")
    taken = Coalesce(Subquery(seats.annotate(taken=Count("pk")).values("taken")), 0)
    under_way = Game.objects.filter(wanted, name__in=late, state__in=Game.ON_THE_WAY, private=False)
    free = under_way.filter(seats_wanted__gt=taken).values("pk")
    games = Game.objects.filter(wanted, private=False, name__in=offered())
    return _rows(games.filter(Q(state=Game.State.CREATED) | Q(pk__in=free)))


def _shown_rooms(rows: Iterable[Any]) -> list[events.OpenRoom]:
    return [
        events.OpenRoom(
            id=game.id,
            game=game.game,
            title=game.title,
            mode=game.mode,
            metadata=game.metadata,
            seats=game.seats,
            free_seats=game.free_seats,
            players=[events.RoomPlayer(id=one.id, username=one.username) for one in game.players],
            created_at=game.created_at,
        )
        for game in shown_games(rows)
    ]


def with_metadata(names: Iterable[str], metadata: Mapping[str, str]) -> Wanted:
    """Return which rooms of these games have these values, each written as text.

    Raises ``Invalid`` for a key that none of them has.
    """
    kinds = [catalogue.get(name) for name in names]
    for key in metadata:
        if not any(key in kind.metadata or key in _options_of(kind) for kind in kinds):
            field = f"metadata.{key}"
            raise Invalid("No game here has such metadata.", details={field: [f"No room has {key!r}."]})
    found = {kind.name: _with_metadata(kind, metadata) for kind in kinds}
    return {name: options for name, options in found.items() if options is not None}


def _condition(wanted: Wanted) -> Q:
    conditions = [
        Q(name=name, **{f"options__{key}": value for key, value in options.items()})
        for name, options in wanted.items()
    ]
    return functools.reduce(operator.or_, conditions, Q(pk__in=[]))


def _with_metadata(kind: type[Rules], metadata: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the options of the wanted rooms of one game, or None if none can have these values."""
    found, options = dict[str, Any](), _options_of(kind)
    for key, text in metadata.items():
        if key in kind.metadata and text == _text_of(kind.metadata[key]):
            continue
        if key in kind.metadata or key not in options:
            return None
        try:
            value = msgspec.convert(text, options[key], strict=False)
        except msgspec.ValidationError:
            return None
        if isinstance(value, float) and not math.isfinite(value):
            return None  # No JSON has such a number.
        found[key] = msgspec.to_builtins(value)
    return found


def _options_of(kind: type[Rules]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind.Options)}


def _text_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rows(games: QuerySet[Game]) -> QuerySet[Game, Any]:
    return games.values_list(
        "id",
        "name",
        "mode",
        "state",
        "private",
        "rated",
        "options",
        "to_move",
        "due_at",
        "seats_wanted",
        "code",
        "created_at",
        "finished_at",
        "result",
        named=True,
    )


def shown_games(rows: Iterable[Any]) -> list[shapes.OneGame]:
    """Return games as shown in lists, with their players."""
    games = list(rows)
    seats = _seats([row.id for row in games])
    return [shown_game(row, seats[row.id]) for row in games]


def shown_game(game: Any, seats: Iterable[TakenSeat]) -> shapes.OneGame:
    """Return a game, or a row of it, as shown to everybody who may see it."""
    rules, seats = catalogue.get(game.name), list(seats)
    is_over = game.state in Game.OVER
    return shapes.OneGame(
        id=game.id,
        game_id=game.id,
        game=game.name,
        title=rules.title,
        mode=game.mode,
        state=game.state,
        private=game.private,
        rated=game.rated,
        options=game.options,
        metadata={**rules.metadata, **game.options},
        seats=game.seats_wanted,
        free_seats=0 if is_over else game.seats_wanted - sum(not seat.left for seat in seats),
        code=None if is_over else game.code,
        players=shown_players(rules, seats),
        to_move=game.to_move or [],
        due_at=game.due_at,
        created_at=game.created_at,
        finished_at=game.finished_at,
        result=shown_result(game.result),
        ws_url=ws_url(game.id),
        spectators=rules.spectators and not game.private,
    )


def own_game(user_id: UserId, game: Game) -> shapes.OwnGame:
    """Return a game in which the user has a seat, as shown to the user."""
    shown = shown_game(game, _seats([game.pk])[game.pk])
    (side,) = (player.side for player in shown.players if player.id == user_id)
    return shapes.OwnGame(**msgspec.structs.asdict(shown), side=side)


def shown_players(rules: type[Rules], seats: Iterable[TakenSeat]) -> list[shapes.Player]:
    """Return the players in these seats."""
    return [
        shapes.Player(
            id=seat.user_id,
            username=seat.username,
            side=side_of(rules, seat.number),
            rating=seat.rating_before if seat.rating_after is None else seat.rating_after,
            score=seat.score,
            bot_level=UNSET if seat.bot_level is None else seat.bot_level,
        )
        for seat in seats
    ]


def shown_result(stored: dict[str, Any] | None) -> shapes.Result | None:
    """Return the stored result of a game, or None while it is unfinished."""
    if stored is None:
        return None
    return shapes.Result(
        winner_ids=stored["winner_ids"],
        reason=stored["reason"],
        scores=stored["scores"],  # as stored: whole ones stay whole
        ratings=msgspec.convert(stored["ratings"], list[events.RatingChange]),
        rewards=msgspec.convert(stored["rewards"], list[events.Reward]),
        # Results of earlier releases have none.
        places=stored.get("places", []),
    )


def offered() -> list[str]:
    """Return the names of the games that are offered here."""
    return [rules.name for rules in catalogue.all()]


def known(name: str) -> str:
    """Return the name of a game that is offered here. Raises ``Invalid``."""
    if name not in offered():
        raise Invalid("There is no such game.", details={"game": [f"{name!r} is no game of this server."]})
    return name


def _offered() -> QuerySet[Game]:
    return Game.objects.filter(name__in=offered())


def is_unfinished(game_id: uuid.UUID, name: str) -> bool:
    """Return whether this is an unfinished game with this name."""
    return Game.objects.filter(pk=game_id, name=name).exclude(state__in=Game.OVER).exists()


def unfinished_created_by(user_id: UserId) -> int:
    """Return the number of unfinished games that the user created."""
    return len(_unfinished(user_id, offered()))


@statement
def _unfinished(user_id: UserId, offered: Collection[str]) -> QuerySet[Game, uuid.UUID]:
    games = Game.objects.filter(created_by_id=user_id, name__in=offered).exclude(state__in=Game.OVER)
    return games.values_list("pk", flat=True)


ADOPTED_AFTER = timedelta(seconds=5)
"""The age at which a game that no worker has is opened by one, whether or not its players have come."""
_RECENT = ADOPTED_AFTER + timedelta(seconds=20)


def unfinished_ids(*, only_recent: bool = False) -> list[uuid.UUID]:
    """Return the ids of unfinished games that are offered here and old enough to be adopted.

    Correspondence games are among them only once something is due in them. ``only_recent`` leaves out games
    that have been old enough for a while.
    """
    now = timezone.now()
    going_on = _offered().filter(state__in=Game.ON_THE_WAY, created_at__lt=now - ADOPTED_AFTER)
    since = Q(created_at__gt=now - _RECENT) if only_recent else Q()
    waiting = Q(due_at__isnull=True) & since | Q(due_at__lte=now)
    return list(going_on.filter(waiting).values_list("pk", flat=True))


@statement
def to_adopt(until: datetime) -> QuerySet[Game, uuid.UUID]:
    """Return the unfinished games that are recent, and those with something due before ``until``."""
    going_on = Game.objects.filter(state__in=Game.ON_THE_WAY).order_by().values_list("pk", flat=True)
    recent = going_on.filter(created_at__gt=Now() - _RECENT)
    return recent.filter(due_at=None).union(going_on.filter(due_at__lte=until), all=True)


def latest_open_game(user_id: UserId) -> uuid.UUID | None:
    """Return the user's latest unfinished game that was made by a queue and is offered here, or None."""
    return _open_games.first(user_id, offered())


@statement
def _open_games(user_id: UserId, offered: Collection[str]) -> QuerySet[Seat, uuid.UUID]:
    seats = Seat.objects.filter(user_id=user_id, is_open=True, queue__isnull=False, game__name__in=offered)
    return seats.order_by("-game__created_at").values_list("game_id", flat=True)[:1]


# Plain SQL, because every join of a queue runs these: the ORM takes five times as much CPU time.


def entrants(game_name: str, queue: str, user_ids: Collection[UserId]) -> dict[UserId, Entrant]:
    """Return the data needed to seat these users from this queue."""
    if not user_ids:
        return {}
    users = ", ".join(["%s"] * len(user_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT player.id, username, is_guest, mu, sigma, game_id
            FROM accounts_user player
            LEFT JOIN game_rating rating ON rating.user_id = player.id AND rating.game = %s
            LEFT JOIN game_seat seat ON seat.user_id = player.id AND seat.queue = %s AND seat.is_open
            WHERE player.id IN ({users})
            """,
            [game_name, queue, *user_ids],
        )
        rows = cursor.fetchall()
    return {
        user_id: _entrant(
            user_id, username, is_guest, Strength() if mu is None else Strength(mu, sigma), game_id
        )
        for user_id, username, is_guest, mu, sigma, game_id in rows
    }


def _entrant(
    user_id: UserId, username: str, is_guest: bool, strength: Strength, open_game: uuid.UUID | str | None
) -> Entrant:
    return Entrant(
        user_id,
        username,
        bool(is_guest),
        strength.shown,
        strength.uncertainty,
        None if open_game is None else _uuid(open_game),
    )


def seated(game_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, SeatedGame]:
    """Return these games and their players."""
    if not game_ids:
        return {}
    ids = ", ".join(["%s"] * len(game_ids))
    native = connection.features.has_native_uuid_field
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT game.id, game.name, game.mode, number, user_id, username, bot_level, rating_before
            FROM game_seat seat JOIN game_game game ON game.id = seat.game_id
            JOIN accounts_user player ON player.id = seat.user_id
            WHERE seat.game_id IN ({ids}) ORDER BY number
            """,
            [game_id if native else game_id.hex for game_id in game_ids],
        )
        rows = cursor.fetchall()
    games: dict[uuid.UUID, SeatedGame] = {}
    for game_id, name, mode, number, user_id, username, bot_level, rating in rows:
        game = games.setdefault(_uuid(game_id), SeatedGame(name, mode, []))
        game.seats.append(SeatRecord(number, user_id, username, bot_level, rating))
    return games


def _uuid(stored: uuid.UUID | str) -> uuid.UUID:
    return stored if isinstance(stored, uuid.UUID) else uuid.UUID(stored)


def shown_ratings(game_name: str, user_ids: list[UserId]) -> dict[UserId, int | None]:
    """Return the displayed ratings of these users at the game; guests have none."""
    return {
        user_id: None if is_guest else START_SHOWN if shown is None else shown
        for user_id, is_guest, shown in _shown_ratings(game_name, user_ids)
    }


@statement
def _shown_ratings(game_name: str, user_ids: Collection[UserId]) -> QuerySet[User, Any]:
    rating = Rating.objects.filter(game=game_name, user=OuterRef("pk")).values("shown")
    return User.objects.filter(pk__in=user_ids).values_list("pk", "is_guest", Subquery(rating))


def ratings_a_day_ago(game_name: str, user_ids: list[UserId]) -> dict[UserId, int]:
    """Return each user's rating before their first rated game of the last 24 hours, if they played any."""
    since = timezone.now() - timedelta(days=1)
    lately = Seat.objects.filter(
        user_id__in=user_ids, game__name=game_name, game__finished_at__gt=since, rating_after__isnull=False
    )
    # Newest first: the earliest game of a user in these 24 hours overwrites later ones.
    rows = lately.order_by("-game__finished_at").values_list("user_id", "rating_before")
    return {user_id: before for user_id, before in rows if before is not None}


def best_ratings(user_ids: list[UserId]) -> dict[UserId, int]:
    """Return the highest rating of each of these users over all games; guests have none."""
    shown = Rating.objects.filter(user_id__in=user_ids, user__is_guest=False)
    best = shown.values_list("user_id").annotate(Max("shown"))
    return dict(best)


def unfinished_by_game() -> list[dict[str, Any]]:
    """Return the number of unfinished games by game and state, as ``{"game", "state", "games"}``."""
    going_on = Game.objects.filter(state__in=Game.ON_THE_WAY).order_by("name", "state")
    counted = going_on.values_list("name", "state").annotate(games=Count("pk"))
    return [{"game": name, "state": state, "games": count} for name, state, count in counted]
