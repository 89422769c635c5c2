"""Marks of an author's methods: moves and actions."""

from typing import Final, NamedTuple, TypeVar

from game.author.movements import Move, Movements

F = TypeVar("F", bound=Move)


def move(method: F) -> F:
    """Mark a method as a move: ``method(self, state, seat, argument: type, ...)`` changes ``state`` in place.

    The arguments are validated against their types before the call. Refuse a move with ``self.require``. The
    return value is ignored.
    """
    method.is_move = True  # type: ignore[attr-defined]
    return method


def action(method: F) -> F:
    """Mark a method as an action: something other than a move that a player may do at any time.

    It is declared as a move is, may change ``state``, and is refused with ``self.require``.
    """
    method.is_action = True  # type: ignore[attr-defined]
    return method


class Action(NamedTuple):
    """An action of a game's own: its method and the types of its data."""

    method: Move
    data: Movements


OUR_ACTIONS: Final = frozenset(
    (
        "accept_draw",
        "accept_undo",
        "ask_undo",
        "decline_undo",
        "emote",
        "offer_draw",
        "rematch",
        "resign",
        "start",
    )
)
"""Actions of every game, so that none of a game's own may have their names."""
