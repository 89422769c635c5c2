"""What happens in games, and to whom it is told. A room numbers and sends its frames itself."""

from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType

from realtime import topics
from realtime.messages import Event, Internal, Message, Time
from realtime.topics import Topic


class RoomEvent(Message, kw_only=True):
    """Anything a room tells its players and spectators, on ``/ws/game/{game_id}/``.

    Where it tells what a command has come to, the copy of the socket that sent it carries the command's
    ``id`` as ``ref``.
    """


class PlayerInfo(Struct, kw_only=True):
    """A player as others see them; ``side`` is left or right in two-sided games. Guests have no rating."""

    id: int
    username: str
    score: float
    side: str
    ready: bool
    connected: bool
    rating: int | None


class You(Struct, kw_only=True):
    """Which of the players the receiver is."""

    user_id: int
    side: str


class ClockState(Struct, kw_only=True):
    """The clocks as they stood ``at`` that time; those of ``running`` run on. Milliseconds, by user id."""

    initial_ms: int
    increment_ms: int
    left_ms: dict[str, int]
    running: list[int]
    at: Time


class RatingChange(Struct, kw_only=True):
    """A player's rating before and after the game."""

    user_id: int
    before: int
    after: int


class Reward(Struct, kw_only=True):
    """What a player got for the game; ``level_up`` says whether it brought a level."""

    user_id: int
    xp: int
    gold: int
    level_up: bool


class GameOver(RoomEvent):
    """The game has ended. ``reason``: win, draw, draw_agreed, resign, timeout, forfeit, abandoned,
    aborted (nobody had moved), error or operator (who ended it).
    """

    winner_ids: list[int]
    reason: str
    scores: dict[str, float]
    ratings: list[RatingChange]
    rewards: list[Reward]
    seq: int


class GameState(RoomEvent):
    """All there is to know: the first frame after connecting, and again at each change of state."""

    id: UUID
    game: str
    state: str
    players: list[PlayerInfo]
    view: Raw
    turn: int | None
    clock: ClockState | None
    you: You | None
    result: GameOver | None
    draw_offered_by: list[int]
    seq: int
    recovered: bool | UnsetType = UNSET


class PlayerReady(RoomEvent):
    """A player is ready to begin."""

    user_id: int
    seq: int


class GameStart(RoomEvent):
    """All are ready; the game runs."""

    seq: int


class PlayerMove(RoomEvent):
    """A player moved; ``view`` is what the receiver sees after it."""

    user_id: int
    movement: Raw
    turn: int | None
    clock: ClockState | None
    seq: int
    view: Raw


class GameTick(RoomEvent):
    """One frame of a real-time game; a newer one replaces it."""

    tick: int
    view: Raw


class GameAction(RoomEvent):
    """A player did something beside the moves."""

    action: str
    data: Raw
    user_id: int
    seq: int


class ChatMessage(RoomEvent):
    """A player said something."""

    user_id: int
    username: str
    message: str
    seq: int


class PlayerJoined(RoomEvent):
    """A player is here for the first time."""

    user_id: int
    username: str
    seq: int


class PlayerLeft(RoomEvent):
    """A player is gone, and has ``grace_s`` seconds to come back."""

    user_id: int
    username: str
    grace_s: float
    seq: int


class PlayerReconnected(RoomEvent):
    """A player is back."""

    user_id: int
    username: str
    seq: int


class MatchFound(Event):
    """A game was made for the user, who is to open its socket."""

    user_id: int
    game: str
    game_id: UUID
    side: str
    ws_url: str

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class SeatTaken(Internal):
    """Somebody sat down in a game that had a free seat."""

    game_id: UUID


class GameStarted(Internal):
    """All were ready, and a game runs."""

    game_id: UUID
    user_ids: list[int]


class MatchLeft(Internal):
    """Players left a match of a queue before they made a move.

    ``stayed`` says when those joined the queue who were there to play, where nobody had moved. ``reason`` is
    what ended it: aborted (it never began), resign, timeout, forfeit or abandoned.
    """

    game_id: UUID
    queue: str
    reason: str
    left: list[int]
    stayed: dict[int, Time]


class GameFinished(Internal):
    """A game has ended."""

    game_id: UUID
    game: str
    user_ids: list[int]
    winner_ids: list[int]
    rated: bool
    against_bot: bool
