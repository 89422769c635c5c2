"""The phases of a room's life, and what is allowed in each."""

from enum import Enum
from typing import Final

from core.refusals import Refusal
from game.author.refusals import GameIsOver
from game.refusals import NotRunning, Recovering


class Phase(Enum):
    """A phase of a room's life. All but two are also a ``Game.State``, with the same value.

    A room passes from ``CREATED`` to ``ACTIVE`` in this order, skipping what is already fulfilled. It can end
    from any of them: it is ``ENDING`` until the database has the result, and then ``FINISHED``,
    ``ABANDONED`` or ``ABORTED``. A ``LOST`` room accepts nothing: its worker is stopping, could not write its
    journal, or no longer owns it.
    """

    CREATED = "created"
    WAITING_FOR_PLAYERS = "waiting_for_players"
    WAITING_FOR_READY = "waiting_for_ready"
    ACTIVE = "active"
    ENDING = "ending"
    FINISHED = "finished"
    ABANDONED = "abandoned"
    ABORTED = "aborted"
    LOST = "lost"


class Request(Enum):
    """Requests to a room that its phase decides."""

    CONNECT = "connect"
    TALK = "talk"
    READY = "ready"
    MOVE = "move"
    """A move, a resignation, or anything about a draw."""
    END = "end"
    REMATCH = "rematch"


# Compiled code reads these without looking up a name: each move and each frame does.
ACTIVE: Final = Phase.ACTIVE
ENDING: Final = Phase.ENDING
LOST: Final = Phase.LOST
MOVE: Final = Request.MOVE

_BEFORE_START = frozenset({Request.CONNECT, Request.TALK, Request.READY, Request.END})
_WHEN_OVER = frozenset({Request.CONNECT, Request.TALK, Request.REMATCH})

ALLOWED: Final[dict[Phase, frozenset[Request]]] = {
    Phase.CREATED: _BEFORE_START,
    Phase.WAITING_FOR_PLAYERS: _BEFORE_START,
    Phase.WAITING_FOR_READY: _BEFORE_START,
    Phase.ACTIVE: _BEFORE_START | {Request.MOVE},
    Phase.ENDING: frozenset({Request.CONNECT, Request.TALK}),
    Phase.FINISHED: _WHEN_OVER,
    Phase.ABANDONED: _WHEN_OVER,
    Phase.ABORTED: _WHEN_OVER,
    Phase.LOST: frozenset(),
}


def goes_on(phase: Phase) -> bool:
    """Return whether the game of a room in this phase can still end."""
    return Request.END in ALLOWED[phase]


def check(phase: Phase, request: Request) -> None:
    """Raise the refusal if a room in this phase does not accept the request."""
    if request not in ALLOWED[phase]:
        raise refusal(phase, request)


def refusal(phase: Phase, request: Request) -> Refusal:
    """Return why a room in this phase does not accept the request."""
    if phase is LOST:
        return Recovering(retry_after=1)
    if request is Request.REMATCH:
        return NotRunning("The game is not over yet.")
    if phase in (Phase.ENDING, Phase.FINISHED, Phase.ABANDONED, Phase.ABORTED):
        return GameIsOver()
    return NotRunning()
