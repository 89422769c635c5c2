"""Rooms that can be joined, by game and by what their hosts have chosen."""

import functools
import math
import operator
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.ids import UserId
from core.refusals import Invalid
from game import events
from game.author import catalogue
from game.author.game import Game as Rules
from game.models import Game, Seat
from game.selectors.games import game_ids_of
from game.selectors.offering import offered
from game.selectors.shown import listed, shown_games

MAX_OPEN_ROOMS = 100
"""Rooms in the first frame of a live list."""

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
    return listed(games.filter(Q(state=Game.State.CREATED) | Q(pk__in=free)))


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
