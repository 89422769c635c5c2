"""The answers of the routes of games; ratings and rewards, which sockets carry too, are in ``events``."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from core.ids import UserId
from core.shapes import about, one_of
from game.events import RatingChange, Reward
from game.models import Game

JSONObject = Annotated[Raw, Meta(extra_json_schema={"type": "object", "additionalProperties": {}})]


class CataloguePhase(Struct, kw_only=True, frozen=True):
    """A phase of a game."""

    name: str
    moves: Annotated[list[str], about("The titles of its moves in `move_schema`")]
    who: Annotated[str, one_of(["turn", "all"])]
    seconds: Annotated[float | None, about("How long it lasts at most")]


class CatalogueAction(Struct, kw_only=True, frozen=True):
    """An action of a game's own."""

    name: str
    description: str
    data_schema: Annotated[dict[str, Any], about("JSON schema of `data`")]


class CatalogueEntry(Struct, kw_only=True, frozen=True):
    """A game that this server offers."""

    name: str
    title: str
    min_players: int
    max_players: int
    kind: Annotated[str, one_of(["turn_based", "real_time"])]
    description: str
    sides: Annotated[list[str], about("The name of each seat")]
    spectators: bool
    spectators_follow: Annotated[bool, about("Whether a spectator may see what a player sees")]
    open: Annotated[bool, about("Whether seats may be taken while a game runs")]
    modes: Annotated[list[str], about("Values of `mode` for joining a queue, besides none")]
    clock: Annotated[
        dict[str, Any] | None,
        about(
            "`kind` clock: `seconds` of thinking time for each seat, the `increment` of a move, `periods` of "
            "`byo_yomi` seconds; turns: `seconds` for each turn; days: `days` for each turn"
        ),
    ]
    phases: Annotated[list[CataloguePhase], about("In order, if the game has phases")]
    undo: Annotated[bool, about("Whether players may ask for moves back, at least in unrated games")]
    actions: Annotated[list[CatalogueAction], about("Values of `action` in `game_action`, besides ours")]
    options: Annotated[dict[str, Any], about("JSON schema of `options` when a game is created")]
    bots: Annotated[list[int], about("The levels of its bots")]
    move_schema: Annotated[dict[str, Any], about("JSON schema of a movement")]
    view_schema: Annotated[
        dict[str, Any] | None,
        about("JSON schema of what a seat sees, where the game declares it"),
    ]
    board: Annotated[str | None, about("Address of the module that draws it on the page, if its app has one")]


class Player(Struct, kw_only=True, frozen=True):
    """A player."""

    id: int
    username: str
    side: str
    rating: Annotated[int | None, about("null for guests")]
    score: Annotated[float | None, about("Once the game is over")]
    bot_level: Annotated[int | UnsetType, about("Bots only")] = UNSET


class Result(Struct, kw_only=True, frozen=True):
    """The result of a game."""

    winner_ids: list[UserId]
    reason: Annotated[
        str,
        about("win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted, error or operator"),
    ]
    scores: Annotated[dict[str, float], about("By user id")]
    ratings: list[RatingChange]
    rewards: list[Reward]
    places: Annotated[
        list[list[UserId]], about("Users by place, the best first; users who share a place are together")
    ]


class OneGame(Struct, kw_only=True, frozen=True):
    """A game."""

    id: UUID
    game_id: Annotated[UUID, about("The same as id")]
    game: Annotated[str, about("The name in the catalogue")]
    title: str
    mode: str
    state: Annotated[str, one_of(Game.State.values)]
    private: bool
    rated: bool
    options: dict[str, Any]
    metadata: Annotated[dict[str, Any], about("The options, and what the game declares of all its rooms")]
    seats: Annotated[int, about("All, free ones included")]
    free_seats: Annotated[int, about("Those that can be taken")]
    code: Annotated[str | None, about("Private games that are not over: joins them in place of the id")]
    players: list[Player]
    to_move: Annotated[list[UserId], about("The users whose turn it is, in correspondence games")]
    due_at: Annotated[datetime | None, about("When their time is up")]
    created_at: datetime
    finished_at: datetime | None
    result: Result | None
    ws_url: str
    spectators: Annotated[bool, about("Whether others may watch it")]


class OwnGame(OneGame, kw_only=True, frozen=True):
    """A game in which the caller has a seat."""

    side: Annotated[str, about("The caller's")]


class Spectators(Struct, kw_only=True, frozen=True):
    """The users who watch a game now."""

    count: int
    usernames: Annotated[list[str], about("At most 20 of them")]


class DailyReplay(Struct, kw_only=True, frozen=True):
    """The last public game of the days before that somebody won by the rules."""

    id: UUID
    game: str
    title: str
    players: list[str]


class Now(Struct, kw_only=True, frozen=True):
    """The life on the server, a few seconds old at most."""

    online: Annotated[int, about("Users who are connected")]
    running: Annotated[int, about("Public games under way")]
    replay: Annotated[DailyReplay | None, about("The same for all users until midnight UTC")]


class Invitation(Struct, kw_only=True, frozen=True):
    """The public data of a game with a free seat."""

    game: str
    title: str
    host: Annotated[str, about("The name of the user who created the game")]


class ChatLine(Struct, kw_only=True, frozen=True):
    """A message of a game's chat; `seq` is the same as on the socket."""

    seq: int
    user_id: UserId
    username: str
    message: str


class Input(Struct, kw_only=True, frozen=True):
    """An input of a player."""

    seq: int
    at: datetime
    user_id: Annotated[UserId | None, about("null for a game_start and a timer")]
    type: Annotated[
        str,
        one_of(
            [
                "player_move",
                "timeout",
                "timer",
                "undone",
                "game_action",
                "game_start",
                "player_replaced",
                "player_reconnected",
                "seat_taken",
            ]
        ),
    ]
    movement: Annotated[
        JSONObject,
        about(
            "For a game_action: {action, ?data}; for a timeout: what was moved for the player, or {}; "
            "for a player_replaced: {why, bot_level, is_offered}; "
            "for a seat_taken: {seat, replaces}"
        ),
    ]
    tick: Annotated[
        int | UnsetType,
        about(
            "Real-time games: the step before which it was applied; games with phases or timers: "
            "the milliseconds of play"
        ),
    ] = UNSET


class Replay(Struct, kw_only=True, frozen=True):
    """Everything needed to rebuild the final state of a game."""

    game_id: UUID
    game: str
    players: list[Player]
    seats: int
    users: Annotated[list[UserId], about("Users by seat at the beginning, 0 for a free one")]
    seed: Annotated[int | None, about("null while the game runs")]
    options: dict[str, Any]
    inputs: list[Input]
    result: Result | None
    final_view: Annotated[dict[str, Any] | None, about("The spectators' view at the end")]
    ticks: Annotated[int | UnsetType, about("Real-time games: steps until the end")] = UNSET
    views: Annotated[
        list[JSONObject] | UnsetType,
        about("With `views=1`: the beginning and each move; fewer if the rules fail or have changed"),
    ] = UNSET
    pgn: Annotated[
        str | UnsetType, about("With `views=1`: the game in portable game notation, if it has one")
    ] = UNSET


class RankedUser(Struct, kw_only=True, frozen=True):
    """Somebody on a leaderboard."""

    id: UserId
    username: str


class LeaderboardRow(Struct, kw_only=True, frozen=True):
    """A player's score, or rating at a game; equal ones share a rank."""

    rank: int
    user: RankedUser
    score: Annotated[int, about("At a game, the rating")]
    rating: Annotated[int | UnsetType, about("Games only")] = UNSET
    played: Annotated[int | UnsetType, about("Games only")] = UNSET
    won: Annotated[int | UnsetType, about("Games only")] = UNSET


class RatingPoint(Struct, kw_only=True, frozen=True):
    """A rating after a game."""

    at: datetime
    rating: int


class PlayerRating(Struct, kw_only=True, frozen=True):
    """A user's rating at one game."""

    game: Annotated[str, about("The name in the catalogue")]
    title: str
    rating: int
    played: int
    won: int
    history: Annotated[list[RatingPoint], about("The rating after each of the latest games, oldest first")]
