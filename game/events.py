"""Events of games, and their audiences. A room numbers and sends its frames itself."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from core.ids import UserId
from progression.events import ItemGranted
from realtime.wire import topics
from realtime.wire.messages import Event, Internal, Message, Time
from realtime.wire.topics import Topic

Legal = Annotated[
    list[dict[str, Any]] | UnsetType,
    Meta(description="The legal movements, for who is to move, in games that tell them"),
]


def open_rooms_topic() -> Topic:
    """Return the topic of the rooms of all games that can be joined."""
    return Topic("open_rooms")


def voice_channel(game_id: UUID) -> str:
    """Return the name of the voice channel of a game's players."""
    return f"game_{game_id}"


class RoomEvent(Message, kw_only=True):
    """Anything a room tells its players and spectators, on ``/ws/game/{game_id}/``.

    Where it tells what a command has come to, the copy of the socket that sent it carries the command's
    ``id`` as ``ref``.
    """


class PlayerInfo(Struct, kw_only=True):
    """A player in the form shown to others; ``side`` is left or right in two-sided games.

    Guests have no rating. ``team`` is the number of the player's team, in a game with teams; ``left`` is true
    of who has left a game that goes on. ``bot_level`` is the level of the bot that plays the seat.
    """

    id: UserId
    username: str
    score: float
    side: str
    ready: bool
    connected: bool
    rating: int | None
    team: int | None = None
    bot_level: int | None = None
    left: bool = False


class You(Struct, kw_only=True):
    """The receiver's own seat."""

    user_id: UserId
    side: str


class ClockState(Struct, kw_only=True):
    """The clocks in milliseconds by user id, as of time ``at``; those in ``running`` count down.

    ``each_turn``: every turn has ``initial_ms``. With byo-yomi ``left_ms`` includes the ``periods`` that are
    left, each of ``byo_yomi_ms``; a move within one gives it back whole.
    """

    initial_ms: int
    increment_ms: int
    left_ms: dict[str, int]
    running: list[int]
    at: Time
    each_turn: bool | UnsetType = UNSET
    byo_yomi_ms: int | UnsetType = UNSET
    periods: int | UnsetType = UNSET


class PhaseState(Struct, kw_only=True):
    """The phase of a game; ``waiting_for`` are the users who may move, unless it is one.

    ``chosen`` is the receiver's own choice, where all choose at once.
    """

    name: str
    ends_at: Time | None
    waiting_for: list[int] | UnsetType = UNSET
    chosen: dict[str, Any] | UnsetType | None = UNSET


class RatingChange(Struct, kw_only=True):
    """A player's rating before and after the game."""

    user_id: UserId
    before: int
    after: int


class Reward(Struct, kw_only=True):
    """A player's reward for the game; ``level_up`` says whether it brought a new level."""

    user_id: UserId
    xp: int
    gold: int
    level_up: bool
    gems: int | UnsetType = UNSET
    currencies: dict[str, int] | UnsetType = UNSET
    items: list[ItemGranted] | UnsetType = UNSET


class GameOver(RoomEvent):
    """Sent when the game has ended.

    ``reason`` is win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted (nobody had moved),
    error, or operator (ended by one). ``places`` are the users by place, the best first; users who share a
    place are together.
    """

    winner_ids: list[UserId]
    reason: str
    scores: dict[str, float]
    ratings: list[RatingChange]
    rewards: list[Reward]
    seq: int
    places: list[list[int]] = []


Acknowledged = Annotated[
    int | UnsetType, Meta(description="The number `n` of the receiver's last input that was applied")
]


class GameState(RoomEvent):
    """The complete state: the first frame after connecting, and again at each change of state.

    ``sync`` is how binary frames are read, for sockets that get such: see docs/state-sync.md.
    """

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
    legal: Legal = UNSET
    phase: PhaseState | UnsetType = UNSET
    undo_asked_by: int | UnsetType | None = UNSET
    ack: Acknowledged = UNSET
    sync: dict[str, Any] | UnsetType = UNSET
    recovered: bool | UnsetType = UNSET


class PlayerReady(RoomEvent):
    """Sent when a player is ready to begin."""

    user_id: UserId
    seq: int


class GameStart(RoomEvent):
    """Sent when all players are ready and the game starts."""

    seq: int


class PlayerMove(RoomEvent):
    """Sent after a player's move; ``view`` is what the receiver sees after it.

    Of a real-time game's inputs only if it ``tells_inputs``. With a subprotocol of docs/state-sync.md,
    ``delta`` is there in place of ``view``.
    """

    user_id: UserId
    movement: Raw
    turn: int | None
    clock: ClockState | None
    seq: int
    view: Raw
    legal: Legal = UNSET


class GameUpdate(RoomEvent):
    """Sent after the game has changed otherwise than by a move; ``view`` is what the receiver sees after it.

    ``cause`` is timer (also the end of a phase), skip (the turn of ``user_id`` passed without a move) or
    undo (``user_id`` has their last move back).
    """

    cause: str
    user_id: UserId | None
    turn: int | None
    clock: ClockState | None
    seq: int
    view: Raw
    legal: Legal = UNSET


class Phase(RoomEvent):
    """Sent when a game has entered another phase, or the same anew; ``ends_at`` is null without a limit.

    ``waiting_for`` are the users who may move, unless it is one.
    """

    name: str
    ends_at: Time | None
    seq: int
    waiting_for: list[int] | UnsetType = UNSET


class GameTick(RoomEvent):
    """A frame of a real-time game; a newer one replaces it.

    With a subprotocol of docs/state-sync.md, ``full`` or ``delta`` is there in place of ``view``.
    """

    tick: int
    view: Raw
    ack: Acknowledged = UNSET


class GameAction(RoomEvent):
    """Sent when a player did something other than a move.

    After an action of the game's own, ``view`` is what the receiver sees, except in real time.
    """

    action: str
    data: Raw
    user_id: UserId
    seq: int
    turn: int | UnsetType | None = UNSET
    clock: ClockState | UnsetType | None = UNSET
    view: Raw | UnsetType = UNSET
    legal: Legal = UNSET


class YourTurn(Event):
    """Sent when it has become the user's turn in a correspondence game, which need not be open."""

    user_id: UserId
    game: str
    game_id: UUID
    ends_at: Time | None
    ws_url: str

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class ChatMessage(RoomEvent):
    """A chat message of a player."""

    user_id: UserId
    username: str
    message: str
    seq: int


class PlayerJoined(RoomEvent):
    """Sent when a player connects for the first time."""

    user_id: UserId
    username: str
    seq: int


class PlayerLeft(RoomEvent):
    """Sent when a player disconnects; they have ``grace_s`` seconds to come back."""

    user_id: UserId
    username: str
    grace_s: float
    seq: int


class PlayerReconnected(RoomEvent):
    """Sent when a player has come back."""

    user_id: UserId
    username: str
    seq: int


class PlayerReplaced(RoomEvent):
    """Sent when somebody else plays a player's seat: the user ``by``, a bot of this level, or nobody.

    ``user_id`` is null if nobody had the seat. A player who is back is announced by ``player_reconnected``.
    """

    user_id: UserId | None
    by: int | None
    bot_level: int | None
    seq: int


class MatchFound(Event):
    """Sent when a game was created for the user, who should open its socket."""

    user_id: UserId
    game: str
    game_id: UUID
    side: str
    ws_url: str

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class RoomPlayer(Struct, kw_only=True):
    """A player in a room that can be joined."""

    id: int
    username: str


class OpenRoom(Struct, kw_only=True):
    """A room that can be joined, with ``POST /api/games/{id}/join/``.

    ``metadata`` are its options, and what the game declares of all its rooms.
    """

    id: UUID
    game: str
    title: str
    mode: str
    metadata: dict[str, Any]
    seats: int
    free_seats: int
    players: list[RoomPlayer]
    created_at: Time


class OpenRooms(Message):
    """The newest rooms that the receiver can join, as filtered by the socket's query: a hundred at most."""

    rooms: list[OpenRoom]
    recovered: bool | UnsetType = UNSET


class RoomListed(Event):
    """Sent when a room can be joined, and again when its seats have changed."""

    room: OpenRoom

    def audience(self) -> Topic:
        return open_rooms_topic()


class RoomUnlisted(Event):
    """Sent when a room that was listed can no longer be joined."""

    id: UUID

    def audience(self) -> Topic:
        return open_rooms_topic()


class RoomChanged(Internal):
    """A public room was opened or closed, or its seats have changed."""

    game_id: UUID


class SeatTaken(Internal):
    """A user took a free seat of a game."""

    game_id: UUID


class GameStarted(Internal):
    """A game started, because all players were ready."""

    game_id: UUID
    user_ids: list[UserId]


class MatchLeft(Internal):
    """Players left a game made by a queue before they had moved.

    ``stayed`` has the queueing times of the players who were present, if nobody had moved. ``reason`` is why
    the game ended: aborted (it never began), resign, timeout, forfeit or abandoned.
    """

    game_id: UUID
    queue: str
    reason: str
    left: list[UserId]
    stayed: dict[UserId, Time]


class GameFinished(Internal):
    """A game has ended, for this ``reason`` of ``GameOver``.

    ``places`` are the users by place, bots included, and ``scores`` those of each user.
    """

    game_id: UUID
    game: str
    mode: str
    options: dict[str, Any]
    reason: str
    user_ids: list[UserId]
    winner_ids: list[UserId]
    places: list[list[int]]
    scores: dict[int, float]
    rated: bool
    against_bot: bool
