"""The messages of the sockets, both ways."""

# Made by manage.py generate_catalogue from the code; changes here are lost.

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, NotRequired, TypedDict

from gameplatform_client.records import MayBeMissing, Record

PROTOCOL_VERSION = "1.0"
RECONNECT_AFTER = frozenset({1001, 1006, 1009, 1012, 1013, 4408, 4429})
"""Close codes after which a client comes back by itself; every other code is an answer."""


class MessageType(StrEnum):
    """Every ``type`` that a socket takes or tells."""

    PING = "ping"
    ERROR = "error"
    PONG = "pong"
    ACK = "ack"
    RESUMED = "resumed"
    SET_STATUS = "set_status"
    PRESENCE_STATE = "presence_state"
    PRESENCE = "presence"
    STATUS_SET = "status_set"
    FRIEND_ACCEPTED = "friend_accepted"
    FRIEND_REMOVED = "friend_removed"
    OPEN_ROOMS = "open_rooms"
    ROOM_LISTED = "room_listed"
    ROOM_UNLISTED = "room_unlisted"
    PLAYER_MOVE = "player_move"
    PLAYER_READY = "player_ready"
    GAME_ACTION = "game_action"
    RESYNC = "resync"
    CHAT_MESSAGE = "chat_message"
    GAME_STATE = "game_state"
    GAME_START = "game_start"
    GAME_UPDATE = "game_update"
    PHASE = "phase"
    GAME_TICK = "game_tick"
    PLAYER_JOINED = "player_joined"
    PLAYER_LEFT = "player_left"
    PLAYER_RECONNECTED = "player_reconnected"
    PLAYER_REPLACED = "player_replaced"
    GAME_OVER = "game_over"
    ATTACK = "attack"
    CHAT = "chat"
    CONNECTED = "connected"
    ENEMY_ATTACK = "enemy_attack"
    ENEMY_DEFEATED = "enemy_defeated"
    BATTLE_WON = "battle_won"
    BATTLE_LOST = "battle_lost"
    TYPING_START = "typing_start"
    TYPING_STOP = "typing_stop"
    READ = "read"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    REACTION = "reaction"
    PRESENCE_JOIN = "presence_join"
    PRESENCE_LEAVE = "presence_leave"
    LOBBY_UPDATE = "lobby_update"
    MODERATION_KICK = "moderation_kick"
    MODERATION_BAN = "moderation_ban"
    MODERATION_MUTE = "moderation_mute"
    LOBBY_CLOSED = "lobby_closed"
    DIRECT_CLOSED = "direct_closed"
    AUTH_REQUEST = "auth_request"
    DISCONNECT = "disconnect"
    CHARACTER_LIST = "character_list"
    CHARACTER_CREATE = "character_create"
    CHARACTER_SELECT = "character_select"
    CHARACTER_UPDATE = "character_update"
    CHARACTER_DELETE = "character_delete"
    MOVE = "move"
    WHISPER = "whisper"
    FACTION_CHAT = "faction_chat"
    WORLD_ANNOUNCEMENT = "world_announcement"
    PARTY_CREATE = "party_create"
    PARTY_INVITE = "party_invite"
    PARTY_ACCEPT = "party_accept"
    PARTY_DECLINE = "party_decline"
    PARTY_LEAVE = "party_leave"
    PARTY_KICK = "party_kick"
    PARTY_DISBAND = "party_disband"
    PARTY_CHAT = "party_chat"
    COMBAT_START = "combat_start"
    COMBAT_ACTION = "combat_action"
    COMBAT_STATE = "combat_state"
    SHARD_CAPTURED = "shard_captured"
    TRADE_REQUEST = "trade_request"
    TRADE_ACCEPT = "trade_accept"
    TRADE_DECLINE = "trade_decline"
    TRADE_UPDATE = "trade_update"
    TRADE_COMPLETE = "trade_complete"
    WORLD_STATE = "world_state"
    AUTH_RESPONSE = "auth_response"
    AREA_STATE = "area_state"
    SHARD_STATUS = "shard_status"
    REALITY_SHIFT = "reality_shift"
    AETHERFALL = "aetherfall"
    PLAYER_JOINED_AREA = "player_joined_area"
    PLAYER_LEFT_AREA = "player_left_area"
    LOCATION_UPDATE = "location_update"
    PARTY_UPDATE = "party_update"
    COMBAT_DAMAGE = "combat_damage"
    COMBAT_HEAL = "combat_heal"
    COMBAT_END = "combat_end"
    VOICE_WATCH = "voice_watch"
    VOICE_UNWATCH = "voice_unwatch"
    VOICE_JOIN = "voice_join"
    VOICE_LEAVE = "voice_leave"
    VOICE_SIGNAL = "voice_signal"
    SET_VISIBLE = "set_visible"
    BADGE = "badge"
    MATCH_FOUND = "match_found"
    YOUR_TURN = "your_turn"
    QUEUE_JOINED = "queue_joined"
    QUEUE_LEFT = "queue_left"
    MATCH_PROPOSED = "match_proposed"
    MATCH_CANCELLED = "match_cancelled"
    QUEUE_EXPIRED = "queue_expired"
    INVITE_CREATED = "invite_created"
    INVITE_ACCEPTED = "invite_accepted"
    INVITE_DECLINED = "invite_declined"
    INVITE_CANCELLED = "invite_cancelled"
    INVITE_EXPIRED = "invite_expired"
    MENTION = "mention"
    LEVEL_UP = "level_up"
    ACHIEVEMENT_EARNED = "achievement_earned"
    SUPPORT_MESSAGE = "support_message"
    FRIEND_REQUEST = "friend_request"
    FRIEND_REQUEST_CLOSED = "friend_request_closed"
    PLAYER_BLOCKED = "player_blocked"
    PLAYER_UNBLOCKED = "player_unblocked"
    VOICE_JOINED = "voice_joined"
    VOICE_REPLACED = "voice_replaced"
    ANNOUNCEMENT = "announcement"
    MAINTENANCE = "maintenance"
    VOICE_MEMBERS = "voice_members"
    VOICE_MUTED = "voice_muted"
    VOICE_ENDED = "voice_ended"


class PingCommand(TypedDict):
    """Check the connection; keeps the session alive."""

    type: Literal["ping"]
    id: NotRequired[str | int | None]


class Error(Record):
    """Sent when a message is refused; the socket stays open."""

    type: Literal["error"]
    ref: MayBeMissing[str | int]
    code: str
    message: str
    details: MayBeMissing[dict[str, Any]]
    retry_after: MayBeMissing[float]


class Pong(Record):
    """The answer to a ping, with the server's time."""

    type: Literal["pong"]
    ref: MayBeMissing[str | int]
    time: str


class Ack(Record):
    """Sent for a command with an ``id`` that was carried out and that no other message answers."""

    type: Literal["ack"]
    ref: MayBeMissing[str | int]


class Resumed(Record):
    """The first frame of a resumed socket: the events after ``since``, up to ``seq``, follow."""

    type: Literal["resumed"]
    ref: MayBeMissing[str | int]
    recovered: bool
    since: int
    seq: int


# /ws/friends/status/


class FriendsStatusFriend(Record):
    """A friend, and how they stand now."""

    user_id: int
    online: bool
    status: Literal["offline", "online", "away", "busy", "playing"]
    last_seen: str | None
    game_id: MayBeMissing[str]
    username: str
    is_premium: bool


class FriendsStatusSetStatusCommand(TypedDict):
    """Set your status for all friends, until you go offline. A running game takes precedence."""

    type: Literal["set_status"]
    status: Literal["away", "busy", "online", "playing"]
    id: NotRequired[str | int | None]


class FriendsStatusPresenceState(Record):
    """All friends with their status: the first frame. ``status`` is the user's own."""

    type: Literal["presence_state"]
    friends: list[FriendsStatusFriend]
    status: str
    recovered: MayBeMissing[bool]
    ref: MayBeMissing[str | int]
    seq: int


class FriendsStatusPresence(Record):
    """Sent when a friend's status changes."""

    type: Literal["presence"]
    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: MayBeMissing[str]
    seq: int


class FriendsStatusStatusSet(Record):
    """Sent to the user's own devices when they set their status."""

    type: Literal["status_set"]
    user_id: int
    status: str
    seq: int
    ref: MayBeMissing[str | int]


class FriendsStatusFriendAccepted(Record):
    """Sent to both users when they become friends, each with the other one; it closes the request."""

    type: Literal["friend_accepted"]
    to_user_id: int
    request_id: int
    friend: FriendsStatusFriend
    seq: int


class FriendsStatusFriendRemoved(Record):
    """Sent to both users when their friendship ends; it gives no reason."""

    type: Literal["friend_removed"]
    to_user_id: int
    user_id: int
    seq: int


# /ws/rooms/


class OpenRoomsOpenRoom(Record):
    """A room that can be joined, with ``POST /api/games/{id}/join/``. ``metadata`` are its options, and
    what the game declares of all its rooms.
    """

    id: str
    game: str
    title: str
    mode: str
    metadata: dict[str, Any]
    seats: int
    free_seats: int
    players: list[OpenRoomsRoomPlayer]
    created_at: str


class OpenRoomsRoomPlayer(Record):
    """A player in a room that can be joined."""

    id: int
    username: str


class OpenRoomsOpenRooms(Record):
    """The newest rooms that the receiver can join, as filtered by the socket's query: a hundred at most."""

    type: Literal["open_rooms"]
    rooms: list[OpenRoomsOpenRoom]
    recovered: MayBeMissing[bool]
    seq: int


class OpenRoomsRoomListed(Record):
    """Sent when a room can be joined, and again when its seats have changed."""

    type: Literal["room_listed"]
    room: OpenRoomsOpenRoom


class OpenRoomsRoomUnlisted(Record):
    """Sent when a room that was listed can no longer be joined."""

    type: Literal["room_unlisted"]
    id: str


# /ws/game/{game_id}/


class GamePlayerInfo(Record):
    """A player in the form shown to others; ``side`` is left or right in two-sided games. Guests have no
    rating. ``team`` is the number of the player's team, in a game with teams; ``left`` is true of who has
    left a game that goes on. ``bot_level`` is the level of the bot that plays the seat.
    """

    id: int
    username: str
    score: float
    side: str
    ready: bool
    connected: bool
    rating: int | None
    team: MayBeMissing[int | None]
    bot_level: MayBeMissing[int | None]
    left: MayBeMissing[bool]


class GameClockState(Record):
    """The clocks in milliseconds by user id, as of time ``at``; those in ``running`` count down.
    ``each_turn``: every turn has ``initial_ms``. With byo-yomi ``left_ms`` includes the ``periods`` that
    are left, each of ``byo_yomi_ms``; a move within one gives it back whole.
    """

    initial_ms: int
    increment_ms: int
    left_ms: dict[str, int]
    running: list[int]
    at: str
    each_turn: MayBeMissing[bool]
    byo_yomi_ms: MayBeMissing[int]
    periods: MayBeMissing[int]


class GameYou(Record):
    """The receiver's own seat."""

    user_id: int
    side: str


class GameRatingChange(Record):
    """A player's rating before and after the game."""

    user_id: int
    before: int
    after: int


class GameReward(Record):
    """A player's reward for the game; ``level_up`` says whether it brought a new level."""

    user_id: int
    xp: int
    gold: int
    level_up: bool
    gems: MayBeMissing[int]
    currencies: MayBeMissing[dict[str, int]]


class GameItemGranted(Record):
    """A quantity of an item that was given; ``item`` is its slug."""

    item: str
    item_id: int
    name: str
    rarity: str
    quantity: int


class GamePhaseState(Record):
    """The phase of a game; ``waiting_for`` are the users who may move, unless it is one. ``chosen`` is the
    receiver's own choice, where all choose at once.
    """

    name: str
    ends_at: str | None
    waiting_for: MayBeMissing[list[int]]
    chosen: MayBeMissing[dict[str, Any] | None]


class GamePlayerMoveCommand(TypedDict):
    """Make a move; its fields depend on the game (see ``move_schema`` in the catalogue). In real time,
    ``movement`` may also have ``n``, its number, and ``saw``: see docs/state-sync.md. Refused with
    ``not_a_player``, ``game_not_active``, ``game_over``, ``invalid_move``, ``not_your_turn``, ``not_now``
    (in another phase), ``stale_input``, ``rate_limited``, ``recovering``, or a code of the game's own.
    """

    type: Literal["player_move"]
    movement: Any
    id: NotRequired[str | int | None]


class GamePlayerReadyCommand(TypedDict):
    """Declare yourself ready to begin. Refused with ``not_a_player``, ``game_over``, ``recovering``."""

    type: Literal["player_ready"]
    id: NotRequired[str | int | None]


class GameGameActionCommand(TypedDict):
    """Do something other than a move: ``resign``, ``offer_draw``, ``accept_draw``, ``rematch`` or
    ``emote``. ``start`` begins a game that still waits for players; only its creator may. ``ask_undo``
    asks the others for the own last move back, where the game allows it; they ``accept_undo`` or
    ``decline_undo``. A game may have actions of its own (see ``actions`` in the catalogue). Refused with
    ``not_a_player``, ``unknown_action``, ``game_not_active``, ``game_over``, ``no_draw_offered``,
    ``no_undo``, ``no_undo_asked``, ``not_the_host``, ``recovering``, and for an action of the game's own
    with ``invalid_move`` or a code of its own.
    """

    type: Literal["game_action"]
    action: str
    data: NotRequired[Any]
    id: NotRequired[str | int | None]


class GameResyncCommand(TypedDict):
    """Ask for a new ``game_state``, after frames were lost. Refused with ``recovering``, or with
    ``rate_limited`` after ten at once, then one a second.
    """

    type: Literal["resync"]
    id: NotRequired[str | int | None]


class GameChatMessageCommand(TypedDict):
    """Send a chat message to the players and spectators. Refused with ``invalid_message``, ``muted``,
    ``not_a_player``, ``rate_limited``, ``recovering``, ``under_age``.
    """

    type: Literal["chat_message"]
    message: str
    id: NotRequired[str | int | None]


class GameGameState(Record):
    """The complete state: the first frame after connecting, and again at each change of state. ``sync`` is
    how binary frames are read, for sockets that get such: see docs/state-sync.md.
    """

    type: Literal["game_state"]
    id: str
    game: str
    state: str
    players: list[GamePlayerInfo]
    view: Any
    turn: int | None
    clock: GameClockState | None
    you: GameYou | None
    result: GameGameOver | None
    draw_offered_by: list[int]
    seq: int
    legal: MayBeMissing[list[dict[str, Any]]]
    phase: MayBeMissing[GamePhaseState]
    undo_asked_by: MayBeMissing[int | None]
    ack: MayBeMissing[int]
    sync: MayBeMissing[dict[str, Any]]
    recovered: MayBeMissing[bool]


class GamePlayerReady(Record):
    """Sent when a player is ready to begin."""

    type: Literal["player_ready"]
    user_id: int
    seq: int
    ref: MayBeMissing[str | int]


class GameGameStart(Record):
    """Sent when all players are ready and the game starts."""

    type: Literal["game_start"]
    seq: int


class GamePlayerMove(Record):
    """Sent after a player's move; ``view`` is what the receiver sees after it. Of a real-time game's
    inputs only if it ``tells_inputs``. With a subprotocol of docs/state-sync.md, ``delta`` is there in
    place of ``view``.
    """

    type: Literal["player_move"]
    user_id: int
    movement: Any
    turn: int | None
    clock: GameClockState | None
    seq: int
    view: Any
    legal: MayBeMissing[list[dict[str, Any]]]
    ref: MayBeMissing[str | int]


class GameGameUpdate(Record):
    """Sent after the game has changed otherwise than by a move; ``view`` is what the receiver sees after
    it. ``cause`` is timer (also the end of a phase), skip (the turn of ``user_id`` passed without a move)
    or undo (``user_id`` has their last move back).
    """

    type: Literal["game_update"]
    cause: str
    user_id: int | None
    turn: int | None
    clock: GameClockState | None
    seq: int
    view: Any
    legal: MayBeMissing[list[dict[str, Any]]]


class GamePhase(Record):
    """Sent when a game has entered another phase, or the same anew; ``ends_at`` is null without a limit.
    ``waiting_for`` are the users who may move, unless it is one.
    """

    type: Literal["phase"]
    name: str
    ends_at: str | None
    seq: int
    waiting_for: MayBeMissing[list[int]]


class GameGameTick(Record):
    """A frame of a real-time game; a newer one replaces it. With a subprotocol of docs/state-sync.md,
    ``full`` or ``delta`` is there in place of ``view``.
    """

    type: Literal["game_tick"]
    tick: int
    view: Any
    ack: MayBeMissing[int]


class GameGameAction(Record):
    """Sent when a player did something other than a move. After an action of the game's own, ``view`` is
    what the receiver sees, except in real time.
    """

    type: Literal["game_action"]
    action: str
    data: Any
    user_id: int
    seq: int
    turn: MayBeMissing[int | None]
    clock: MayBeMissing[GameClockState | None]
    view: MayBeMissing[Any]
    legal: MayBeMissing[list[dict[str, Any]]]
    ref: MayBeMissing[str | int]


class GameChatMessage(Record):
    """A chat message of a player."""

    type: Literal["chat_message"]
    user_id: int
    username: str
    message: str
    seq: int
    ref: MayBeMissing[str | int]


class GamePlayerJoined(Record):
    """Sent when a player connects for the first time."""

    type: Literal["player_joined"]
    user_id: int
    username: str
    seq: int


class GamePlayerLeft(Record):
    """Sent when a player disconnects; they have ``grace_s`` seconds to come back."""

    type: Literal["player_left"]
    user_id: int
    username: str
    grace_s: float
    seq: int


class GamePlayerReconnected(Record):
    """Sent when a player has come back."""

    type: Literal["player_reconnected"]
    user_id: int
    username: str
    seq: int


class GamePlayerReplaced(Record):
    """Sent when somebody else plays a player's seat: the user ``by``, a bot of this level, or nobody.
    ``user_id`` is null if nobody had the seat. A player who is back is announced by
    ``player_reconnected``.
    """

    type: Literal["player_replaced"]
    user_id: int | None
    by: int | None
    bot_level: int | None
    seq: int


class GameGameOver(Record):
    """Sent when the game has ended. ``reason`` is win, draw, draw_agreed, resign, timeout, forfeit,
    abandoned, aborted (nobody had moved), error, or operator (ended by one). ``places`` are the users by
    place, the best first; users who share a place are together.
    """

    type: Literal["game_over"]
    winner_ids: list[int]
    reason: str
    scores: dict[str, float]
    ratings: list[GameRatingChange]
    rewards: list[GameReward]
    seq: int
    places: list[list[int]]


# /ws/battle/{battle_id}/


class BattleEnemyState(Record):
    """The current state of an enemy."""

    id: int
    name: str
    hp: int
    max_hp: int


class BattleFighterState(Record):
    """The current state of a fighter."""

    user_id: int
    username: str
    hp: int
    max_hp: int
    damage_dealt: int
    connected: bool


class BattleAttackCommand(TypedDict):
    """Attack an enemy; the server computes the damage, a client's ``damage`` is ignored. Refused with
    ``not_in_battle``, ``battle_over``, ``unknown_enemy``, ``enemy_defeated``, ``fighter_fallen``,
    ``attack_cooldown``.
    """

    type: Literal["attack"]
    enemy_id: int
    id: NotRequired[str | int | None]


class BattleChatCommand(TypedDict):
    """Send a chat message to the battle's fighters. Refused with ``invalid_message``, ``muted``,
    ``rate_limited``, ``under_age``.
    """

    type: Literal["chat"]
    message: str
    id: NotRequired[str | int | None]


class BattleConnected(Record):
    """The complete state of the battle; the first frame on the socket."""

    type: Literal["connected"]
    id: int
    name: str
    level: int
    state: str
    enemies: list[BattleEnemyState]
    players: list[BattleFighterState]
    max_players: int
    stamina_cost: int
    step: int
    user_id: int
    loot_claimed: bool
    recovered: MayBeMissing[bool]
    seq: int


class BattlePlayerJoined(Record):
    """Sent when a player joins the battle or connects. The enemies' hit points grow with the number of
    players.
    """

    type: Literal["player_joined"]
    battle_id: int
    user_id: int
    username: str
    hp: int
    max_hp: int
    connected: bool
    enemies: list[BattleEnemyState]
    step: int
    seq: int


class BattlePlayerLeft(Record):
    """Sent when a player's socket is closed; the player may come back."""

    type: Literal["player_left"]
    battle_id: int
    user_id: int
    username: str
    step: int
    seq: int


class BattleAttack(Record):
    """Sent when a player has attacked an enemy."""

    type: Literal["attack"]
    battle_id: int
    user_id: int
    enemy_id: int
    damage: int
    critical: bool
    enemy_hp: int
    step: int
    seq: int
    ref: MayBeMissing[str | int]


class BattleEnemyAttack(Record):
    """Sent when an enemy has attacked a player, who falls at 0 ``player_hp``."""

    type: Literal["enemy_attack"]
    battle_id: int
    enemy_id: int
    user_id: int
    damage: int
    critical: bool
    player_hp: int
    step: int
    seq: int


class BattleEnemyDefeated(Record):
    """Sent when an enemy has no hit points left."""

    type: Literal["enemy_defeated"]
    battle_id: int
    enemy_id: int
    user_id: int
    step: int
    seq: int


class BattleBattleWon(Record):
    """Sent when all enemies are defeated; every fighter with a fair share may claim loot."""

    type: Literal["battle_won"]
    battle_id: int
    step: int
    seq: int


class BattleBattleLost(Record):
    """Sent when all players have fallen."""

    type: Literal["battle_lost"]
    battle_id: int
    step: int
    seq: int


class BattleChat(Record):
    """A chat message of a fighter."""

    type: Literal["chat"]
    battle_id: int
    user_id: int
    username: str
    message: str
    seq: int
    ref: MayBeMissing[str | int]


# /ws/lobbies/{lobby_id}/ and /ws/chat/lobby/{name}/


class LobbyOwnMembership(Record):
    """The receiver's own membership of the lobby."""

    user_id: int
    role: str
    muted_until: str | None
    read_up_to: int


class LobbyText(Record):
    """A lobby message. ``mentions`` are the ids of the members whom it names."""

    id: int
    content: str
    sender: LobbyPerson
    created_at: str
    edited_at: MayBeMissing[str | None]
    reply_to: MayBeMissing[LobbyQuote | None]
    reactions: MayBeMissing[list[LobbyReactions]]
    mentions: MayBeMissing[list[int]]


class LobbyPerson(Record):
    """A user's public identity."""

    id: int
    username: str
    is_premium: bool


class LobbyQuote(Record):
    """The message that another answers; ``content`` is its beginning, empty if it was deleted."""

    id: int
    username: str
    content: str


class LobbyReactions(Record):
    """The users who reacted to a message in one way, in the order in which they did."""

    kind: Literal["like", "love", "laugh", "wow", "sad", "clap", "fire", "gg"]
    user_ids: list[int]


class LobbyReacted(Record):
    """A reaction to a message, given or taken back."""

    id: int
    kind: Literal["like", "love", "laugh", "wow", "sad", "clap", "fire", "gg"]
    user_id: int
    is_on: bool


class LobbyLobbyFacts(Record):
    """The properties of a lobby; ``title`` is the text chosen by the owner, ``name`` its slug."""

    id: int
    name: str
    title: str
    is_public: bool
    max_participants: int
    game: str
    status: str
    owner_id: int | None
    slow_mode_s: int
    pinned: LobbyText | None


class LobbyMember(Record):
    """A member of a lobby; ``online`` while they have a socket open in it. A muted member may not write
    until ``muted_until``.
    """

    user_id: int
    username: str
    is_premium: bool
    role: Literal["owner", "moderator", "member"]
    muted_until: str | None
    online: bool


class LobbyTypingStartCommand(TypedDict):
    """Show the others that you are typing."""

    type: Literal["typing_start"]
    id: NotRequired[str | int | None]


class LobbyTypingStopCommand(TypedDict):
    """Show the others that you stopped typing."""

    type: Literal["typing_stop"]
    id: NotRequired[str | int | None]


class LobbyChatMessageCommand(TypedDict):
    """Send a message: 1 to 500 characters after trimming. ``reply_to`` is the message it answers."""

    type: Literal["chat_message"]
    message: str
    reply_to: NotRequired[int | None]
    id: NotRequired[str | int | None]


class LobbyReadCommand(TypedDict):
    """Mark all messages up to this one as read."""

    type: Literal["read"]
    up_to: int
    id: NotRequired[str | int | None]


class LobbyPresenceState(Record):
    """The lobby's state: the first frame. ``messages`` are the latest, newest first."""

    type: Literal["presence_state"]
    lobby: Any
    members: Any
    messages: Any
    you: LobbyOwnMembership
    recovered: MayBeMissing[bool]
    ref: MayBeMissing[str | int]
    seq: int


class LobbyChatMessage(Record):
    """Sent when a member writes a message."""

    type: Literal["chat_message"]
    message: LobbyText
    lobby: str
    seq: int
    ref: MayBeMissing[str | int]


class LobbyMessageEdited(Record):
    """Sent when a message is edited by its author."""

    type: Literal["message_edited"]
    message: LobbyText
    lobby: str
    seq: int


class LobbyMessageDeleted(Record):
    """Sent when a message is deleted by its author or a moderator."""

    type: Literal["message_deleted"]
    id: int
    lobby: str
    seq: int


class LobbyReaction(Record):
    """Sent when a member reacts to a message, or takes it back."""

    type: Literal["reaction"]
    reaction: LobbyReacted
    lobby: str
    seq: int


class LobbyPresenceJoin(Record):
    """Sent when a member opens a socket in the lobby."""

    type: Literal["presence_join"]
    user_id: int
    username: str
    is_premium: bool
    lobby: str
    seq: int


class LobbyPresenceLeave(Record):
    """Sent when a member has no socket open in the lobby any more."""

    type: Literal["presence_leave"]
    user_id: int
    username: str
    lobby: str
    seq: int


class LobbyTypingStart(Record):
    """Sent when a member starts typing."""

    type: Literal["typing_start"]
    lobby: str
    user_id: int
    username: str


class LobbyTypingStop(Record):
    """Sent when a member stops typing."""

    type: Literal["typing_stop"]
    lobby: str
    user_id: int
    username: str


class LobbyLobbyUpdate(Record):
    """Sent when the lobby's properties change, or a member joins, changes or leaves."""

    type: Literal["lobby_update"]
    facts: LobbyLobbyFacts
    member: MayBeMissing[LobbyMember]
    gone_id: MayBeMissing[int]
    lobby: str
    seq: int


class LobbyModerationKick(Record):
    """Sent when a member is kicked; they may rejoin."""

    type: Literal["moderation_kick"]
    target_id: int
    target_username: str
    reason: str
    by_id: int
    lobby: str
    seq: int


class LobbyModerationBan(Record):
    """Sent when a user is banned until ``until``, or permanently if it is null."""

    type: Literal["moderation_ban"]
    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: str | None
    lobby: str
    seq: int


class LobbyModerationMute(Record):
    """Sent when a member is muted until ``until``; null means unmuted."""

    type: Literal["moderation_mute"]
    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: str | None
    lobby: str
    seq: int


class LobbyGameStart(Record):
    """Sent when a game starts: seated players also get ``match_found``, the others may watch."""

    type: Literal["game_start"]
    game: str
    game_id: str
    ws_url: str
    player_ids: list[int]
    lobby: str
    seq: int


class LobbyLobbyClosed(Record):
    """Sent when the lobby is closed permanently."""

    type: Literal["lobby_closed"]
    lobby_id: int
    lobby: str
    seq: int


# /ws/chat/{friend_id}/


class DirectTalker(Record):
    """A participant of a conversation; ``online`` while they have it open."""

    user_id: int
    username: str
    is_premium: bool
    online: bool


class DirectDirectText(Record):
    """A direct message."""

    id: int
    content: str
    sender: DirectPerson
    created_at: str
    edited_at: MayBeMissing[str | None]
    reply_to: MayBeMissing[DirectQuote | None]
    reactions: MayBeMissing[list[DirectReactions]]
    to_user_id: int
    read_at: str | None


class DirectPerson(Record):
    """A user's public identity."""

    id: int
    username: str
    is_premium: bool


class DirectQuote(Record):
    """The message that another answers; ``content`` is its beginning, empty if it was deleted."""

    id: int
    username: str
    content: str


class DirectReactions(Record):
    """The users who reacted to a message in one way, in the order in which they did."""

    kind: Literal["like", "love", "laugh", "wow", "sad", "clap", "fire", "gg"]
    user_ids: list[int]


class DirectReacted(Record):
    """A reaction to a message, given or taken back."""

    id: int
    kind: Literal["like", "love", "laugh", "wow", "sad", "clap", "fire", "gg"]
    user_id: int
    is_on: bool


class DirectTypingStartCommand(TypedDict):
    """Show the others that you are typing."""

    type: Literal["typing_start"]
    id: NotRequired[str | int | None]


class DirectTypingStopCommand(TypedDict):
    """Show the others that you stopped typing."""

    type: Literal["typing_stop"]
    id: NotRequired[str | int | None]


class DirectChatMessageCommand(TypedDict):
    """Send a message: 1 to 500 characters after trimming. ``reply_to`` is the message it answers."""

    type: Literal["chat_message"]
    message: str
    reply_to: NotRequired[int | None]
    id: NotRequired[str | int | None]


class DirectReadCommand(TypedDict):
    """Mark all messages up to this one as read."""

    type: Literal["read"]
    up_to: int
    id: NotRequired[str | int | None]


class DirectDirectState(Record):
    """The conversation's state: the first frame. ``messages`` are the latest, newest first. ``unread``
    counts the friend's messages that the receiver has not read.
    """

    type: Literal["presence_state"]
    members: list[DirectTalker]
    messages: list[DirectDirectText]
    unread: int
    recovered: MayBeMissing[bool]
    ref: MayBeMissing[str | int]
    seq: int


class DirectDirectMessage(Record):
    """Sent when one of the two writes a message."""

    type: Literal["chat_message"]
    message: DirectDirectText
    between: list[int]
    seq: int
    ref: MayBeMissing[str | int]


class DirectDirectEdited(Record):
    """Sent when a message is edited by its author."""

    type: Literal["message_edited"]
    message: DirectDirectText
    between: list[int]
    seq: int


class DirectDirectDeleted(Record):
    """Sent when a message is deleted by its author."""

    type: Literal["message_deleted"]
    id: int
    between: list[int]
    seq: int


class DirectDirectReaction(Record):
    """Sent when one of the two reacts to a message, or takes it back."""

    type: Literal["reaction"]
    reaction: DirectReacted
    between: list[int]
    seq: int


class DirectRead(Record):
    """Sent when one of the two has read the other's messages up to this one."""

    type: Literal["read"]
    user_id: int
    up_to: int
    read_at: str
    between: list[int]
    seq: int
    ref: MayBeMissing[str | int]


class DirectFriendHere(Record):
    """Sent when one of the two opens the conversation."""

    type: Literal["presence_join"]
    user_id: int
    username: str
    is_premium: bool
    between: list[int]
    seq: int


class DirectFriendGone(Record):
    """Sent when one of the two closes the conversation."""

    type: Literal["presence_leave"]
    user_id: int
    username: str
    between: list[int]
    seq: int


class DirectFriendTyping(Record):
    """Sent when the friend starts typing."""

    type: Literal["typing_start"]
    between: list[int]
    user_id: int
    username: str


class DirectFriendStoppedTyping(Record):
    """Sent when the friend stops typing."""

    type: Literal["typing_stop"]
    between: list[int]
    user_id: int
    username: str


class DirectDirectClosed(Record):
    """Sent when the two are no longer friends: the conversation is closed."""

    type: Literal["direct_closed"]
    between: list[int]
    seq: int


# /ws/


class WorldStepCommand(TypedDict):
    """Coordinates of a move, in metres; an omitted coordinate keeps its value."""

    x: NotRequired[float]
    y: NotRequired[float]
    z: NotRequired[float]


class WorldVectorCommand(TypedDict):
    """A position in metres, or a velocity in metres a second."""

    x: NotRequired[float]
    y: NotRequired[float]
    z: NotRequired[float]


class WorldOfferedItemCommand(TypedDict):
    """A quantity of an item, given by its row in your inventory."""

    id: int
    quantity: NotRequired[int]


class WorldFactionInfo(Record):
    """A faction; ``shards`` is the number of shards it holds."""

    id: int
    name: str
    colour: str
    description: str
    shards: int


class WorldLocationInfo(Record):
    """A place on the map. ``paths`` lists the places that can be reached from it, ``faction`` names the
    faction whose home it is. ``x`` and ``y`` are its position on a map of 100 by 100. Positions inside it
    range from ``-size`` to ``size``.
    """

    id: int
    name: str
    description: str
    faction: str | None
    x: float
    y: float
    size: float
    paths: list[int]


class WorldShardInfo(Record):
    """A shard: its place, the name of its owner, and the capture in progress."""

    id: int
    name: str
    location_id: int
    faction: str | None
    capture: WorldCaptureInfo | None


class WorldCaptureInfo(Record):
    """A capture in progress. It takes ``remaining_s`` more seconds, until ``due_at``, which is null while
    contested.
    """

    character_id: int
    character_name: str
    faction: str
    contested: bool
    remaining_s: float
    due_at: str | None


class WorldCharacterInfo(Record):
    """A character as everybody sees it; ``faction`` is the faction's name."""

    character_id: int
    user_id: int
    character_name: str
    location_id: int
    position: WorldVector
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: str


class WorldVector(Record):
    """A position in metres, or a velocity in metres a second."""

    x: MayBeMissing[float]
    y: MayBeMissing[float]
    z: MayBeMissing[float]


class WorldArea(Record):
    """A place and the characters in it, or those in sight in a place that is not seen whole."""

    location_id: int
    members: list[WorldCharacterInfo]


class WorldOwnCharacter(Record):
    """One of your own characters; ``selected`` marks the one that you play."""

    id: int
    name: str
    faction: str
    location_id: int
    position: WorldVector
    level: int
    health: int
    max_health: int
    selected: bool
    last_seen: str
    created_at: str


class WorldFighterInfo(Record):
    """A fighter and their health."""

    character_id: int
    user_id: int
    character_name: str
    faction: str
    level: int
    health: int
    max_health: int


class WorldAbilityInfo(Record):
    """A spell that can be cast in a fight. ``kind`` is damage or heal, ``power`` a percentage of the
    caster's attack, ``level`` the lowest level that may cast it, and ``ready_at`` the end of its cooldown,
    if it is on one.
    """

    name: str
    title: str
    description: str
    kind: str
    power: int
    cooldown_ms: int
    stamina_cost: int
    level: int
    ready_at: str | None


class WorldRemedyInfo(Record):
    """An item in your inventory that heals; ``id`` is its row there."""

    id: int
    item_id: int
    name: str
    heals: int
    quantity: int


WorldMoved = list[int | float]
"""The position and velocity of a character: ``[character_id, x, y, z, vx, vy, vz]``."""


class WorldPartyInfo(Record):
    """A party as clients see it: members in the order of joining; empty once it is disbanded. A higher
    ``version`` is the later state.
    """

    id: int
    leader_id: int | None
    members: list[WorldPartyMemberInfo]
    max_size: int
    open: bool
    version: int
    region: str | None


class WorldPartyMemberInfo(Record):
    """A member of a party."""

    user_id: int
    username: str
    ready: bool


class WorldTrader(Record):
    """One of the two traders."""

    user_id: int
    character_id: int
    character_name: str


class WorldOfferInfo(Record):
    """A trader's offer, and whether they have confirmed the current version."""

    user_id: int
    gold: int
    currencies: dict[str, int]
    confirmed: bool


class WorldOfferedItemInfo(Record):
    """A quantity of an item; ``id`` is its row in the owner's inventory."""

    id: int
    item_id: int
    name: str
    rarity: str
    quantity: int


class WorldAuthRequestCommand(TypedDict):
    """Authenticate on a socket that was opened without a token, with a password or an access token.
    ``username`` may be a name or an e-mail address. Refused with ``already_authenticated``,
    ``not_authenticated``.
    """

    type: Literal["auth_request"]
    username: NotRequired[str | None]
    password: NotRequired[str | None]
    token: NotRequired[str | None]
    id: NotRequired[str | int | None]


class WorldDisconnectCommand(TypedDict):
    """Close this socket; the character leaves the world."""

    type: Literal["disconnect"]
    id: NotRequired[str | int | None]


class WorldCharacterListCommand(TypedDict):
    """List your characters."""

    type: Literal["character_list"]
    id: NotRequired[str | int | None]


class WorldCharacterCreateCommand(TypedDict):
    """Create a character in the named faction. Refused with ``unknown_faction``, ``no_home``,
    ``too_many_characters``, ``character_name_taken``.
    """

    type: Literal["character_create"]
    name: str
    faction: str
    id: NotRequired[str | int | None]


class WorldCharacterSelectCommand(TypedDict):
    """Select the character that you play. Refused with ``unknown_character``, ``rate_limited``."""

    type: Literal["character_select"]
    character_id: int
    id: NotRequired[str | int | None]


class WorldCharacterUpdateCommand(TypedDict):
    """Request the current state of one of your characters, or of a character in the same place as yours.
    Refused with ``unknown_character``.
    """

    type: Literal["character_update"]
    character_id: int
    id: NotRequired[str | int | None]


class WorldCharacterDeleteCommand(TypedDict):
    """Delete one of your characters permanently. Refused with ``unknown_character``."""

    type: Literal["character_delete"]
    character_id: int
    id: NotRequired[str | int | None]


class WorldMoveCommand(TypedDict):
    """Walk to a connected place, or move within the current one. ``position`` is in metres; omitted
    coordinates keep their values. ``velocity`` is in metres per second; omitted components are 0. Refused
    with ``no_character``, ``not_in_play``, ``not_there``, ``no_path``, ``impossible_move``,
    ``rate_limited``.
    """

    type: Literal["move"]
    to_location_id: NotRequired[int | None]
    from_location_id: NotRequired[int | None]
    position: NotRequired[WorldStepCommand | None]
    velocity: NotRequired[WorldVectorCommand]
    id: NotRequired[str | int | None]


class WorldChatCommand(TypedDict):
    """Send a chat message to the whole world, or on the channel ``area`` to everybody in the same place.
    Refused with ``muted``, ``no_character``, ``rate_limited``, ``under_age``.
    """

    type: Literal["chat"]
    content: str
    channel: NotRequired[Literal["area", "world"]]
    id: NotRequired[str | int | None]


class WorldWhisperCommand(TypedDict):
    """Send a private message to a user who is in the world. Refused with ``not_in_world``,
    ``rate_limited``.
    """

    type: Literal["whisper"]
    to_user_id: int
    content: str
    id: NotRequired[str | int | None]


class WorldFactionChatCommand(TypedDict):
    """Send a chat message to your faction. Refused with ``no_character``, ``rate_limited``."""

    type: Literal["faction_chat"]
    content: str
    id: NotRequired[str | int | None]


class WorldWorldAnnouncementCommand(TypedDict):
    """Send an announcement to everybody in the world. Refused with ``staff_only``."""

    type: Literal["world_announcement"]
    content: str
    id: NotRequired[str | int | None]


class WorldPartyCreateCommand(TypedDict):
    """Create a party and lead it."""

    type: Literal["party_create"]
    open: NotRequired[bool]
    id: NotRequired[str | int | None]


class WorldPartyInviteCommand(TypedDict):
    """Invite a user to the party that you lead."""

    type: Literal["party_invite"]
    user_id: int
    id: NotRequired[str | int | None]


class WorldPartyAcceptCommand(TypedDict):
    """Accept a party invite, chosen by id, party or sender; the newest if none is given."""

    type: Literal["party_accept"]
    invite_id: NotRequired[int | None]
    party_id: NotRequired[int | None]
    user_id: NotRequired[int | None]
    id: NotRequired[str | int | None]


class WorldPartyDeclineCommand(TypedDict):
    """Decline a party invite, chosen as in ``party_accept``."""

    type: Literal["party_decline"]
    invite_id: NotRequired[int | None]
    party_id: NotRequired[int | None]
    user_id: NotRequired[int | None]
    id: NotRequired[str | int | None]


class WorldPartyLeaveCommand(TypedDict):
    """Leave your party."""

    type: Literal["party_leave"]
    id: NotRequired[str | int | None]


class WorldPartyKickCommand(TypedDict):
    """Remove a member from the party that you lead."""

    type: Literal["party_kick"]
    user_id: int
    id: NotRequired[str | int | None]


class WorldPartyDisbandCommand(TypedDict):
    """Disband the party that you lead."""

    type: Literal["party_disband"]
    id: NotRequired[str | int | None]


class WorldPartyChatCommand(TypedDict):
    """Send a chat message to your party."""

    type: Literal["party_chat"]
    content: str
    id: NotRequired[str | int | None]


class WorldCombatStartCommand(TypedDict):
    """Attack a character of another faction in the same place. Refused with ``no_character``,
    ``unknown_target``, ``same_faction``, ``already_fighting``, ``shielded``.
    """

    type: Literal["combat_start"]
    target_id: int
    id: NotRequired[str | int | None]


class WorldCombatActionCommand(TypedDict):
    """Strike, cast a spell or use an item in a fight; the server computes the effect. ``target_id`` is the
    opponent's character; to heal, by spell or item, give your own or omit it. ``ability_name`` is required
    for a spell, ``item_id`` (a row of your inventory) for an item. Refused with ``no_character``,
    ``unknown_combat``, ``combat_over``, ``wrong_target``, ``rate_limited``; a spell also with
    ``unknown_ability``, ``level_too_low``, ``on_cooldown``, ``not_enough_stamina``; an item also with
    ``not_owned``, ``no_remedy``.
    """

    type: Literal["combat_action"]
    combat_id: int
    action_type: Literal["attack", "item", "spell"]
    target_id: NotRequired[int | None]
    ability_name: NotRequired[str | None]
    item_id: NotRequired[int | None]
    id: NotRequired[str | int | None]


class WorldCombatStateCommand(TypedDict):
    """Request the state of your fight and what you can use in it."""

    type: Literal["combat_state"]
    id: NotRequired[str | int | None]


class WorldShardCapturedCommand(TypedDict):
    """Begin to capture the shard in your character's place; the capture takes effect when its time is
    over. Refused with ``no_character``, ``not_in_play``, ``unknown_shard``, ``not_here``,
    ``already_yours``, ``shard_contested``, ``already_capturing``.
    """

    type: Literal["shard_captured"]
    shard_id: int
    id: NotRequired[str | int | None]


class WorldTradeRequestCommand(TypedDict):
    """Ask a user whose character is in the same place to trade. Refused with ``no_character``,
    ``cannot_trade_with_oneself``, ``unknown_trader``, ``guests_may_not_trade``, ``cannot_trade``,
    ``already_trading``, ``rate_limited``.
    """

    type: Literal["trade_request"]
    to_user_id: int
    id: NotRequired[str | int | None]


class WorldTradeAcceptCommand(TypedDict):
    """Accept a trade request; both users can make offers from then on. Refused with ``unknown_trade``,
    ``trade_over``, ``not_yours_to_accept``, ``cannot_trade``.
    """

    type: Literal["trade_accept"]
    trade_id: int
    id: NotRequired[str | int | None]


class WorldTradeDeclineCommand(TypedDict):
    """End a trade, accepted or not. Refused with ``unknown_trade``, ``trade_over``."""

    type: Literal["trade_decline"]
    trade_id: int
    id: NotRequired[str | int | None]


class WorldTradeUpdateCommand(TypedDict):
    """Replace your offer; all confirmations are withdrawn. Refused with ``unknown_trade``, ``trade_over``,
    ``trade_not_open``, ``not_owned``, ``account_too_new`` (giving something away requires level 3 or
    premium), ``not_enough_gold``, ``not_enough_items``, ``item_equipped``, ``not_enough_of_currency``,
    ``currency_not_tradeable``.
    """

    type: Literal["trade_update"]
    trade_id: int
    gold: NotRequired[int]
    currencies: NotRequired[dict[str, int]]
    items: NotRequired[list[WorldOfferedItemCommand]]
    id: NotRequired[str | int | None]


class WorldTradeCompleteCommand(TypedDict):
    """Confirm the offers of this version; the exchange happens once both users have confirmed. Refused
    with ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``stale_version``, and, if something is no
    longer there, with the codes of ``trade_update``; or with ``balance_full``.
    """

    type: Literal["trade_complete"]
    trade_id: int
    version: int
    id: NotRequired[str | int | None]


class WorldWorldState(Record):
    """The state of the world: the first frame. ``you`` is your character in play, and ``area`` who is
    where it is; both are null until a character is selected.
    """

    type: Literal["world_state"]
    ref: MayBeMissing[str | int]
    epoch: int
    current_reality: str | None
    factions: list[WorldFactionInfo]
    locations: list[WorldLocationInfo]
    shards: list[WorldShardInfo]
    online: int
    you: WorldCharacterInfo | None
    area: WorldArea | None
    recovered: MayBeMissing[bool]
    seq: int


class WorldAuthResponse(Record):
    """Confirms that you are signed in on this socket. The tokens are included after a sign-in by password.
    The key is included if the socket was opened with ``?encrypted=session``: all later frames are
    encrypted with it.
    """

    type: Literal["auth_response"]
    ref: MayBeMissing[str | int]
    user_id: int
    username: str
    access: MayBeMissing[str]
    refresh: MayBeMissing[str]
    encryption_key: MayBeMissing[str]


class WorldAreaState(Record):
    """The place of your character and everybody in sight, yourself included; null if you play no
    character. Sent when your character arrives there.
    """

    type: Literal["area_state"]
    ref: MayBeMissing[str | int]
    area: WorldArea | None


class WorldCharacterList(Record):
    """Your characters, oldest first."""

    type: Literal["character_list"]
    ref: MayBeMissing[str | int]
    characters: list[WorldOwnCharacter]


class WorldCharacterCreate(Record):
    """Your new character."""

    type: Literal["character_create"]
    ref: MayBeMissing[str | int]
    character: WorldOwnCharacter


class WorldCharacterSelect(Record):
    """The character that you play from now on; ``area_state`` follows."""

    type: Literal["character_select"]
    ref: MayBeMissing[str | int]
    character: WorldOwnCharacter


class WorldCharacterDelete(Record):
    """Sent when one of your characters was deleted."""

    type: Literal["character_delete"]
    ref: MayBeMissing[str | int]
    character_id: int


class WorldChat(Record):
    """A chat message to everybody in the world, or in the place ``location_id``."""

    type: Literal["chat"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["area", "world"]
    location_id: int
    seq: MayBeMissing[int]
    ref: MayBeMissing[str | int]


class WorldWorldAnnouncement(Record):
    """An announcement by the staff to everybody in the world."""

    type: Literal["world_announcement"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["announcement"]
    seq: int
    ref: MayBeMissing[str | int]


class WorldCombatState(Record):
    """The state of your fight, if any, and what you can use in it; sent on request and after a reconnect."""

    type: Literal["combat_state"]
    ref: MayBeMissing[str | int]
    combat_id: int | None
    step: int
    fighters: list[WorldFighterInfo]
    abilities: list[WorldAbilityInfo]
    remedies: list[WorldRemedyInfo]


class WorldShardStatus(Record):
    """Sent when a capture begins, is contested, continues or is broken off."""

    type: Literal["shard_status"]
    shard_id: int
    status: Literal["broken", "channelling", "contested"]
    shard: WorldShardInfo
    seq: int
    ref: MayBeMissing[str | int]


class WorldShardCaptured(Record):
    """Sent when a faction has captured a shard; ``shard_name`` equals ``name``."""

    type: Literal["shard_captured"]
    shard_id: int
    name: str
    shard_name: str
    location_id: int
    faction: str
    previous_faction: str | None
    character_id: int
    character_name: str
    seq: int
    ref: MayBeMissing[str | int]


class WorldRealityShift(Record):
    """Sent when a faction holds more than half of the shards and thereby controls reality."""

    type: Literal["reality_shift"]
    faction: str
    previous_faction: str | None
    epoch: int
    seq: int


class WorldAetherfall(Record):
    """Sent when a faction held every shard: they are scattered, without owners, and a new epoch begins."""

    type: Literal["aetherfall"]
    faction: str
    epoch: int
    shards: list[WorldShardInfo]
    seq: int


class WorldPlayerJoinedArea(Record):
    """Sent when a character arrives in your place, or comes into sight in a place that is not seen whole."""

    type: Literal["player_joined_area"]
    location_id: int
    character: WorldCharacterInfo


class WorldPlayerLeftArea(Record):
    """Sent when a character leaves your place or the world, or is out of sight in a place not seen whole."""

    type: Literal["player_left_area"]
    location_id: int
    character_id: int
    user_id: int
    character_name: str
    reason: Literal["deleted", "deselected", "died", "disconnected", "moved", "out_of_sight"]


class WorldCharacterUpdate(Record):
    """The current state of a character. Also sent after an impossible move, to reset the position."""

    type: Literal["character_update"]
    character_id: int
    user_id: int
    character_name: str
    location_id: int
    position: WorldVector
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: str
    ref: MayBeMissing[str | int]


class WorldLocationUpdate(Record):
    """Characters in your place that moved since the last update. Each is ``[character_id, x, y, z, vx, vy,
    vz]``. Sent at most 20 times a second, and at once in answer to a ``move`` with an ``id``. A character
    that is not among the members you know has just left or is about to arrive.
    """

    type: Literal["location_update"]
    location_id: int
    moves: list[WorldMoved]
    ref: MayBeMissing[str | int]


class WorldWhisper(Record):
    """A private message, sent to the recipient and to its sender."""

    type: Literal["whisper"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["whisper"]
    to_user_id: int
    ref: MayBeMissing[str | int]


class WorldFactionChat(Record):
    """A chat message to a faction."""

    type: Literal["faction_chat"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["faction"]
    faction_id: int
    ref: MayBeMissing[str | int]


class WorldPartyInvite(Record):
    """An invite to a party, sent to the invited user and to the leader."""

    type: Literal["party_invite"]
    invite_id: int
    party_id: int
    from_user_id: int
    from_username: str
    to_user_id: int
    expires_at: str
    ref: MayBeMissing[str | int]


class WorldPartyDecline(Record):
    """Sent to both users when an invite to a party was declined."""

    type: Literal["party_decline"]
    invite_id: int
    party_id: int
    from_user_id: int
    to_user_id: int
    ref: MayBeMissing[str | int]


class WorldPartyUpdate(Record):
    """Sent when a party has changed: its new state, the change, and the users who caused it. Sent to the
    members and to those who have just left.
    """

    type: Literal["party_update"]
    party: WorldPartyInfo
    change: Literal["created", "disbanded", "joined", "kicked", "latencies", "left", "ready"]
    user_ids: list[int]
    ref: MayBeMissing[str | int]


class WorldPartyChat(Record):
    """Sent when a member writes to the party; only its members receive it."""

    type: Literal["party_chat"]
    party_id: int
    sender_id: int
    sender_name: str
    content: str
    member_ids: list[int]
    channel: Literal["party"]
    ref: MayBeMissing[str | int]


class WorldCombatStart(Record):
    """Sent when a fight begins."""

    type: Literal["combat_start"]
    attacker_id: int
    target_id: int
    location_id: int
    fighters: list[WorldFighterInfo]
    combat_id: int
    user_ids: list[int]
    step: int
    ref: MayBeMissing[str | int]


class WorldCombatDamage(Record):
    """Sent when a fighter was hit; ``health`` is what the target has left. ``amount`` equals ``damage``;
    it is the name that ``combat_heal`` uses.
    """

    type: Literal["combat_damage"]
    attacker_id: int
    target_id: int
    action_type: Literal["attack", "spell"]
    ability_name: str | None
    damage: int
    amount: int
    critical: bool
    health: int
    max_health: int
    combat_id: int
    user_ids: list[int]
    step: int
    ref: MayBeMissing[str | int]


class WorldCombatHeal(Record):
    """Sent when a fighter healed, by a spell or an item of their own."""

    type: Literal["combat_heal"]
    target_id: int
    action_type: Literal["item", "spell"]
    ability_name: str | None
    item: str | None
    amount: int
    health: int
    max_health: int
    combat_id: int
    user_ids: list[int]
    step: int
    ref: MayBeMissing[str | int]


class WorldCombatEnd(Record):
    """Sent when a fight is over. ``reason`` is defeated, fled or disconnected. A defeated character is
    back at its faction's home with full health. ``xp`` is what the winner earned.
    """

    type: Literal["combat_end"]
    winner_id: int
    loser_id: int
    reason: str
    xp: int
    combat_id: int
    user_ids: list[int]
    step: int


class WorldTradeRequest(Record):
    """Sent when somebody asks to trade; it can be accepted until ``expires_at``. The user who is asked
    gets a notification too.
    """

    type: Literal["trade_request"]
    from_trader: WorldTrader
    to_trader: WorldTrader
    expires_at: str
    trade_id: int
    user_ids: list[int]
    ref: MayBeMissing[str | int]


class WorldTradeAccept(Record):
    """Sent when a trade was accepted and is open."""

    type: Literal["trade_accept"]
    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[WorldOfferInfo]
    ref: MayBeMissing[str | int]


class WorldTradeUpdate(Record):
    """Sent when a trader changed their offer or confirmed this version."""

    type: Literal["trade_update"]
    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[WorldOfferInfo]
    ref: MayBeMissing[str | int]


class WorldTradeComplete(Record):
    """Sent when both have confirmed and the exchange is done."""

    type: Literal["trade_complete"]
    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[WorldOfferInfo]
    ref: MayBeMissing[str | int]


class WorldTradeDecline(Record):
    """Sent when a trade ended without an exchange; ``by_user_id`` is the user who ended it."""

    type: Literal["trade_decline"]
    reason: Literal["declined", "died", "disconnected", "expired", "left"]
    by_user_id: int | None
    trade_id: int
    user_ids: list[int]
    ref: MayBeMissing[str | int]


# /ws/notifications/


class NotificationsDescriptionCommand(TypedDict):
    """WebRTC's ``RTCSessionDescription``; the server does not read the SDP."""

    type: Literal["answer", "offer"]
    sdp: str


class NotificationsCandidateCommand(TypedDict):
    """WebRTC's ``RTCIceCandidate``, as the browser made it; an empty ``candidate`` ends the list."""

    candidate: str
    sdpMid: NotRequired[str | None]
    sdpMLineIndex: NotRequired[int | None]
    usernameFragment: NotRequired[str | None]


class NotificationsInviteInfo(Record):
    """An invite as both users see it. ``kind`` determines which of ``game``, ``lobby_id`` and ``party_id``
    is set. ``game_id`` and ``ws_url`` are set once accepting it has started a game.
    """

    id: int
    from_user: NotificationsPerson
    to_user: NotificationsPerson
    kind: Literal["game", "lobby", "party"]
    game: str | None
    lobby_id: int | None
    party_id: int | None
    status: Literal["pending", "accepted", "declined", "cancelled", "expired"]
    created_at: str
    expires_at: str
    game_id: MayBeMissing[str]
    ws_url: MayBeMissing[str]


class NotificationsPerson(Record):
    """A user's public identity."""

    id: int
    username: str
    is_premium: bool


class NotificationsPartyInfo(Record):
    """A party as clients see it: members in the order of joining; empty once it is disbanded. A higher
    ``version`` is the later state.
    """

    id: int
    leader_id: int | None
    members: list[NotificationsPartyMemberInfo]
    max_size: int
    open: bool
    version: int
    region: str | None


class NotificationsPartyMemberInfo(Record):
    """A member of a party."""

    user_id: int
    username: str
    ready: bool


class NotificationsText(Record):
    """A lobby message. ``mentions`` are the ids of the members whom it names."""

    id: int
    content: str
    sender: NotificationsPerson
    created_at: str
    edited_at: MayBeMissing[str | None]
    reply_to: MayBeMissing[NotificationsQuote | None]
    reactions: MayBeMissing[list[NotificationsReactions]]
    mentions: MayBeMissing[list[int]]


class NotificationsQuote(Record):
    """The message that another answers; ``content`` is its beginning, empty if it was deleted."""

    id: int
    username: str
    content: str


class NotificationsReactions(Record):
    """The users who reacted to a message in one way, in the order in which they did."""

    kind: Literal["like", "love", "laugh", "wow", "sad", "clap", "fire", "gg"]
    user_ids: list[int]


class NotificationsTrader(Record):
    """One of the two traders."""

    user_id: int
    character_id: int
    character_name: str


class NotificationsRequest(Record):
    """A friend request."""

    id: int
    from_user: NotificationsPerson
    to_user: NotificationsPerson
    status: Literal["pending", "accepted", "declined", "cancelled"]
    created_at: str


class NotificationsFriend(Record):
    """A friend, and how they stand now."""

    user_id: int
    online: bool
    status: Literal["offline", "online", "away", "busy", "playing"]
    last_seen: str | None
    game_id: MayBeMissing[str]
    username: str
    is_premium: bool


class NotificationsVoiceMember(Record):
    """A participant of a channel; each time that somebody joins, they get another ``peer``."""

    user_id: int
    username: str
    peer: str


class NotificationsIceServer(Record):
    """WebRTC's ``RTCIceServer``. The credentials expire after an hour; joining again gives new ones."""

    urls: list[str]
    username: MayBeMissing[str]
    credential: MayBeMissing[str]


class NotificationsLiveKit(Record):
    """The LiveKit server on which the channel talks, and the token with which to connect."""

    url: str
    token: str


class NotificationsDescription(Record):
    """WebRTC's ``RTCSessionDescription``; the server does not read the SDP."""

    type: Literal["answer", "offer"]
    sdp: str


class NotificationsCandidate(Record):
    """WebRTC's ``RTCIceCandidate``, as the browser made it; an empty ``candidate`` ends the list."""

    candidate: str
    sdpMid: MayBeMissing[str | None]
    sdpMLineIndex: MayBeMissing[int | None]
    usernameFragment: MayBeMissing[str | None]


class NotificationsVoiceWatchCommand(TypedDict):
    """Hear who talks in a channel: ``voice_members`` now and at each change, without taking part. ``kind``
    is ``lobby``, ``party``, ``game`` or ``direct``, ``of`` the id of the lobby, the party, the game or the
    friend. Refused with ``voice_off``, ``unknown_voice_channel``, ``too_many_channels``, ``muted``,
    ``rate_limited``, and what forbids to be where the channel belongs.
    """

    type: Literal["voice_watch"]
    id: NotRequired[str | int | None]
    kind: str
    of: int | str


class NotificationsVoiceUnwatchCommand(TypedDict):
    """No longer hear of a channel, and leave it."""

    type: Literal["voice_unwatch"]
    channel: str
    id: NotRequired[str | int | None]


class NotificationsVoiceJoinCommand(TypedDict):
    """Take part in a channel, and leave the one before; the answer is ``voice_joined``. The fields are
    those of ``voice_watch``, which this includes. Refused with ``voice_full``, ``not_in_voice``, and
    whatever watching is refused with.
    """

    type: Literal["voice_join"]
    id: NotRequired[str | int | None]
    kind: str
    of: int | str


class NotificationsVoiceLeaveCommand(TypedDict):
    """Leave the channel; the socket still hears who is in it."""

    type: Literal["voice_leave"]
    id: NotRequired[str | int | None]


class NotificationsVoiceSignalCommand(TypedDict):
    """Send one other participant either a ``description`` or a ``candidate`` of WebRTC's negotiation. It
    is acknowledged once it was handed to that participant's socket. Refused with ``not_in_voice``,
    ``unknown_peer``, ``invalid_message``, ``rate_limited``.
    """

    type: Literal["voice_signal"]
    to: str
    description: NotRequired[NotificationsDescriptionCommand | None]
    candidate: NotRequired[NotificationsCandidateCommand | None]
    id: NotRequired[str | int | None]


class NotificationsSetVisibleCommand(TypedDict):
    """Say whether the page of this socket is seen; nothing is pushed to a user who looks at a page."""

    type: Literal["set_visible"]
    visible: bool
    id: NotRequired[str | int | None]


class NotificationsBadge(Record):
    """The number of things waiting for the user: unread messages by sender, open invites, and the total.
    Sent as the first frame, and again whenever it changes.
    """

    type: Literal["badge"]
    user_id: int
    dm: dict[str, int]
    invites: int
    total: int
    recovered: MayBeMissing[bool]
    seq: int


class NotificationsMatchFound(Record):
    """Sent when a game was created for the user, who should open its socket."""

    type: Literal["match_found"]
    user_id: int
    game: str
    game_id: str
    side: str
    ws_url: str
    seq: int


class NotificationsYourTurn(Record):
    """Sent when it has become the user's turn in a correspondence game, which need not be open."""

    type: Literal["your_turn"]
    user_id: int
    game: str
    game_id: str
    ends_at: str | None
    ws_url: str
    seq: int


class NotificationsQueueJoined(Record):
    """Sent when the user's party starts waiting for a match."""

    type: Literal["queue_joined"]
    user_id: int
    party_id: int
    game: str
    mode: str
    seq: int


class NotificationsQueueLeft(Record):
    """Sent when the user's party stops waiting: a member has left the queue, or the party has changed."""

    type: Literal["queue_left"]
    user_id: int
    party_id: int
    game: str
    mode: str
    seq: int


class NotificationsMatchProposed(Record):
    """Sent when a match is found that all players have to accept first, until ``expires_at``."""

    type: Literal["match_proposed"]
    user_id: int
    proposal_id: int
    game: str
    mode: str
    expires_at: str
    seq: int


class NotificationsMatchCancelled(Record):
    """Sent when a match is cancelled because others left before the first move, or did not accept it.
    ``reason`` is aborted (they never came), resign, timeout, forfeit or abandoned; for a match that was
    only proposed, without ``game_id``, it is declined or not_accepted. ``requeued`` tells whether the user
    is in the queue again, at the old place.
    """

    type: Literal["match_cancelled"]
    user_id: int
    game_id: MayBeMissing[str]
    game: str
    mode: str
    reason: str
    requeued: bool
    seq: int


class NotificationsQueueExpired(Record):
    """Sent when the user's ticket expires: no sign of them for too long, or the game is no longer offered."""

    type: Literal["queue_expired"]
    user_id: int
    game: str
    mode: str
    seq: int


class NotificationsInviteCreated(Record):
    """Sent when a user is invited."""

    type: Literal["invite_created"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteAccepted(Record):
    """Sent when an invite is accepted and has taken effect."""

    type: Literal["invite_accepted"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteDeclined(Record):
    """Sent when an invite is declined."""

    type: Literal["invite_declined"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteCancelled(Record):
    """Sent when an invite is cancelled, or when its game, lobby or party no longer exists."""

    type: Literal["invite_cancelled"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteExpired(Record):
    """Sent when an invite expires without an answer."""

    type: Literal["invite_expired"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsPartyUpdate(Record):
    """Sent when a party has changed: its new state, the change, and the users who caused it. Sent to the
    members and to those who have just left.
    """

    type: Literal["party_update"]
    party: NotificationsPartyInfo
    change: Literal["created", "disbanded", "joined", "kicked", "latencies", "left", "ready"]
    user_ids: list[int]
    seq: int


class NotificationsPartyChat(Record):
    """Sent when a member writes to the party; only its members receive it."""

    type: Literal["party_chat"]
    party_id: int
    sender_id: int
    sender_name: str
    content: str
    member_ids: list[int]
    channel: Literal["party"]
    seq: int


class NotificationsMention(Record):
    """Sent to a member who is named in a lobby message."""

    type: Literal["mention"]
    user_id: int
    lobby_id: int
    title: str
    message: NotificationsText
    seq: int


class NotificationsLevelUp(Record):
    """Sent when the user reaches a level; ``stat_points`` is the number available to allocate."""

    type: Literal["level_up"]
    user_id: int
    level: int
    stat_points: int
    seq: int


class NotificationsAchievementEarned(Record):
    """Sent when a user has earned an achievement and received its reward."""

    type: Literal["achievement_earned"]
    user_id: int
    achievement_id: int
    code: str
    name: str
    description: str
    xp: int
    gold: int
    gems: int
    seq: int


class NotificationsTradeRequest(Record):
    """Sent when somebody asks to trade; it can be accepted until ``expires_at``. The user who is asked
    gets a notification too.
    """

    type: Literal["trade_request"]
    from_trader: NotificationsTrader
    to_trader: NotificationsTrader
    expires_at: str
    trade_id: int
    user_ids: list[int]
    seq: int


class NotificationsSupportMessage(Record):
    """Sent when the operators write to the user; it stays in the list of ``GET /api/me/messages/``."""

    type: Literal["support_message"]
    user_id: int
    id: int
    text: str
    at: str
    seq: int


class NotificationsFriendRequest(Record):
    """Sent to both users when a friend request is made."""

    type: Literal["friend_request"]
    request: NotificationsRequest
    seq: int


class NotificationsFriendRequestClosed(Record):
    """Sent to both users when a request is declined or cancelled; ``status`` says which."""

    type: Literal["friend_request_closed"]
    request_id: int
    from_user_id: int
    to_user_id: int
    status: str
    seq: int


class NotificationsFriendAccepted(Record):
    """Sent to both users when they become friends, each with the other one; it closes the request."""

    type: Literal["friend_accepted"]
    to_user_id: int
    request_id: int
    friend: NotificationsFriend
    seq: int


class NotificationsFriendRemoved(Record):
    """Sent to both users when their friendship ends; it gives no reason."""

    type: Literal["friend_removed"]
    to_user_id: int
    user_id: int
    seq: int


class NotificationsPresenceHint(Record):
    """Like ``presence``, for the notifications socket, which has no snapshot; only the latest counts."""

    type: Literal["presence"]
    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: MayBeMissing[str]


class NotificationsPlayerBlocked(Record):
    """Sent to the blocker's devices when a user blocks another; everything between the two ends."""

    type: Literal["player_blocked"]
    by_id: int
    blocked_id: int
    seq: int


class NotificationsPlayerUnblocked(Record):
    """Sent when a block is removed; what it ended is not restored."""

    type: Literal["player_unblocked"]
    by_id: int
    blocked_id: int
    seq: int


class NotificationsVoiceJoined(Record):
    """The answer to ``voice_join``. The newcomer makes the offers. With ``livekit`` the channel is for
    more people than a mesh carries: connect there and send no signals. With ``relay_only``, connect
    through TURN alone (``iceTransportPolicy: "relay"``).
    """

    type: Literal["voice_joined"]
    channel: str
    peer: str
    members: list[NotificationsVoiceMember]
    version: int
    muted: dict[str, str]
    ice_servers: list[NotificationsIceServer]
    relay_only: bool
    livekit: NotificationsLiveKit | None
    ref: MayBeMissing[str | int]


class NotificationsVoiceSignal(Record):
    """A signal from another participant, whose ``peer`` it names."""

    type: Literal["voice_signal"]
    channel: str
    user_id: int
    peer: str
    description: NotificationsDescription | None
    candidate: NotificationsCandidate | None
    ref: MayBeMissing[str | int]


class NotificationsVoiceReplaced(Record):
    """Sent when the user has joined the channel on another device, which takes this one's part."""

    type: Literal["voice_replaced"]
    channel: str


class NotificationsAnnouncement(Record):
    """Sent when the operators announce something to everybody who is connected."""

    type: Literal["announcement"]
    id: str
    message: str


class NotificationsMaintenance(Record):
    """Sent when maintenance is announced, begins and is over; in between, new games are refused. Who
    connects later finds it in ``GET /api/status/``.
    """

    type: Literal["maintenance"]
    state: Literal["announced", "begun", "over"]
    message: str
    starts_at: str
    ends_at: str | None


class NotificationsVoiceMembers(Record):
    """Sent when somebody joins or leaves a channel: all who take part. A higher ``version`` is the later."""

    type: Literal["voice_members"]
    members: list[NotificationsVoiceMember]
    version: int
    channel: str


class NotificationsVoiceMuted(Record):
    """Sent when a moderator mutes a user, or lifts the mute (``until`` is null). Clients of the others
    must not play what comes from a muted user.
    """

    type: Literal["voice_muted"]
    user_id: int
    until: str | None
    channel: str


class NotificationsVoiceEnded(Record):
    """Sent when a user has lost access to a channel, or all have (``user_id`` is null). A mute on the
    whole platform ends all access, within seconds.
    """

    type: Literal["voice_ended"]
    user_id: int | None
    channel: str
