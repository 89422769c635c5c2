"""What the sockets take and tell."""

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
    RESUMED = "resumed"
    SET_STATUS = "set_status"
    PRESENCE_STATE = "presence_state"
    PRESENCE = "presence"
    STATUS_SET = "status_set"
    FRIEND_ACCEPTED = "friend_accepted"
    FRIEND_REMOVED = "friend_removed"
    PLAYER_MOVE = "player_move"
    PLAYER_READY = "player_ready"
    GAME_ACTION = "game_action"
    CHAT_MESSAGE = "chat_message"
    GAME_STATE = "game_state"
    GAME_START = "game_start"
    GAME_TICK = "game_tick"
    PLAYER_JOINED = "player_joined"
    PLAYER_LEFT = "player_left"
    PLAYER_RECONNECTED = "player_reconnected"
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
    MESSAGE_DELETED = "message_deleted"
    PRESENCE_JOIN = "presence_join"
    PRESENCE_LEAVE = "presence_leave"
    LOBBY_UPDATE = "lobby_update"
    MODERATION_KICK = "moderation_kick"
    MODERATION_BAN = "moderation_ban"
    MODERATION_MUTE = "moderation_mute"
    LOBBY_CLOSED = "lobby_closed"
    READ = "read"
    DIRECT_CLOSED = "direct_closed"
    AUTH_REQUEST = "auth_request"
    DISCONNECT = "disconnect"
    TRADE_REQUEST = "trade_request"
    TRADE_ACCEPT = "trade_accept"
    TRADE_DECLINE = "trade_decline"
    TRADE_UPDATE = "trade_update"
    TRADE_COMPLETE = "trade_complete"
    SHARD_CAPTURED = "shard_captured"
    COMBAT_START = "combat_start"
    COMBAT_ACTION = "combat_action"
    COMBAT_STATE = "combat_state"
    PARTY_CREATE = "party_create"
    PARTY_INVITE = "party_invite"
    PARTY_ACCEPT = "party_accept"
    PARTY_DECLINE = "party_decline"
    PARTY_LEAVE = "party_leave"
    PARTY_KICK = "party_kick"
    PARTY_DISBAND = "party_disband"
    PARTY_CHAT = "party_chat"
    WHISPER = "whisper"
    FACTION_CHAT = "faction_chat"
    WORLD_ANNOUNCEMENT = "world_announcement"
    MOVE = "move"
    CHARACTER_LIST = "character_list"
    CHARACTER_CREATE = "character_create"
    CHARACTER_SELECT = "character_select"
    CHARACTER_UPDATE = "character_update"
    CHARACTER_DELETE = "character_delete"
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
    BADGE = "badge"
    MATCH_FOUND = "match_found"
    QUEUE_JOINED = "queue_joined"
    QUEUE_LEFT = "queue_left"
    MATCH_CANCELLED = "match_cancelled"
    QUEUE_EXPIRED = "queue_expired"
    INVITE_CREATED = "invite_created"
    INVITE_ACCEPTED = "invite_accepted"
    INVITE_DECLINED = "invite_declined"
    INVITE_CANCELLED = "invite_cancelled"
    INVITE_EXPIRED = "invite_expired"
    LEVEL_UP = "level_up"
    ACHIEVEMENT_EARNED = "achievement_earned"
    FRIEND_REQUEST = "friend_request"
    FRIEND_REQUEST_CLOSED = "friend_request_closed"
    PLAYER_BLOCKED = "player_blocked"
    PLAYER_UNBLOCKED = "player_unblocked"
    ANNOUNCEMENT = "announcement"


class PingCommand(TypedDict):
    """Ask whether the server is there; keeps the session alive."""

    type: Literal["ping"]
    id: NotRequired[str | int | None]


class Error(Record):
    """Why one message was refused; the socket stays open."""

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


class Resumed(Record):
    """First frame of a socket that came back in time: the events after ``since``, up to ``seq``, follow."""

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
    """Say how you are, to all friends; it holds until you are offline. A game you play shows before it."""

    type: Literal["set_status"]
    status: Literal["away", "busy", "online", "playing"]
    id: NotRequired[str | int | None]


class FriendsStatusPresenceState(Record):
    """All friends and how they stand: the first frame. ``status`` is what the user said of themselves."""

    type: Literal["presence_state"]
    friends: list[FriendsStatusFriend]
    status: str
    ref: MayBeMissing[str | int]
    seq: int
    recovered: MayBeMissing[bool]


class FriendsStatusPresence(Record):
    """A friend stands differently now."""

    type: Literal["presence"]
    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: MayBeMissing[str]
    seq: int


class FriendsStatusStatusSet(Record):
    """What the user says of themselves, for their own devices."""

    type: Literal["status_set"]
    user_id: int
    status: str
    seq: int
    ref: MayBeMissing[str | int]


class FriendsStatusFriendAccepted(Record):
    """Two users are friends now: to each the other one. The request is closed by it."""

    type: Literal["friend_accepted"]
    to_user_id: int
    request_id: int
    friend: FriendsStatusFriend
    seq: int


class FriendsStatusFriendRemoved(Record):
    """A friendship has ended: to each the other one. It does not say why."""

    type: Literal["friend_removed"]
    to_user_id: int
    user_id: int
    seq: int


# /ws/game/{game_id}/


class GamePlayerInfo(Record):
    """A player as others see them; ``side`` is left or right in two-sided games. Guests have no rating."""

    id: int
    username: str
    score: float
    side: str
    ready: bool
    connected: bool
    rating: int | None


class GameClockState(Record):
    """The clocks as they stood ``at`` that time; those of ``running`` run on. Milliseconds, by user id."""

    initial_ms: int
    increment_ms: int
    left_ms: dict[str, int]
    running: list[int]
    at: str


class GameYou(Record):
    """Which of the players the receiver is."""

    user_id: int
    side: str


class GameRatingChange(Record):
    """A player's rating before and after the game."""

    user_id: int
    before: int
    after: int


class GameReward(Record):
    """What a player got for the game; ``level_up`` says whether it brought a level."""

    user_id: int
    xp: int
    gold: int
    level_up: bool


class GamePlayerMoveCommand(TypedDict):
    """Make a move; its fields are the game's own (see ``move_schema`` in the catalogue). Refused with
    ``not_a_player``, ``game_not_active``, ``game_over``, ``invalid_move``, ``not_your_turn``,
    ``recovering``, or a code of the game's own.
    """

    type: Literal["player_move"]
    movement: Any
    id: NotRequired[str | int | None]


class GamePlayerReadyCommand(TypedDict):
    """I am ready to begin. Refused with ``not_a_player``, ``game_over``, ``recovering``."""

    type: Literal["player_ready"]
    id: NotRequired[str | int | None]


class GameGameActionCommand(TypedDict):
    """Something beside the moves: ``resign``, ``offer_draw``, ``accept_draw``, ``rematch`` or ``emote``.
    Refused with ``not_a_player``, ``unknown_action``, ``game_not_active``, ``game_over``,
    ``no_draw_offered``, ``recovering``.
    """

    type: Literal["game_action"]
    action: str
    data: NotRequired[Any]
    id: NotRequired[str | int | None]


class GameChatMessageCommand(TypedDict):
    """Say something to the players and all who watch. Refused with ``invalid_message``, ``not_a_player``,
    ``rate_limited``, ``recovering``.
    """

    type: Literal["chat_message"]
    message: str
    id: NotRequired[str | int | None]


class GameGameState(Record):
    """All there is to know: the first frame after connecting, and again at each change of state."""

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
    recovered: MayBeMissing[bool]


class GamePlayerReady(Record):
    """A player is ready to begin."""

    type: Literal["player_ready"]
    user_id: int
    seq: int


class GameGameStart(Record):
    """All are ready; the game runs."""

    type: Literal["game_start"]
    seq: int


class GamePlayerMove(Record):
    """A player moved; ``view`` is what the receiver sees after it."""

    type: Literal["player_move"]
    user_id: int
    movement: Any
    turn: int | None
    clock: GameClockState | None
    seq: int
    view: Any


class GameGameTick(Record):
    """One frame of a real-time game; a newer one replaces it."""

    type: Literal["game_tick"]
    tick: int
    view: Any


class GameGameAction(Record):
    """A player did something beside the moves."""

    type: Literal["game_action"]
    action: str
    data: Any
    user_id: int
    seq: int


class GameChatMessage(Record):
    """A player said something."""

    type: Literal["chat_message"]
    user_id: int
    username: str
    message: str
    seq: int


class GamePlayerJoined(Record):
    """A player is here for the first time."""

    type: Literal["player_joined"]
    user_id: int
    username: str
    seq: int


class GamePlayerLeft(Record):
    """A player is gone, and has ``grace_s`` seconds to come back."""

    type: Literal["player_left"]
    user_id: int
    username: str
    grace_s: float
    seq: int


class GamePlayerReconnected(Record):
    """A player is back."""

    type: Literal["player_reconnected"]
    user_id: int
    username: str
    seq: int


class GameGameOver(Record):
    """The game has ended. ``reason``: win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted
    (nobody had moved), error or operator (who ended it).
    """

    type: Literal["game_over"]
    winner_ids: list[int]
    reason: str
    scores: dict[str, float]
    ratings: list[GameRatingChange]
    rewards: list[GameReward]
    seq: int


# /ws/battle/{battle_id}/


class BattleEnemyState(Record):
    """How an enemy stands."""

    id: int
    name: str
    hp: int
    max_hp: int


class BattleFighterState(Record):
    """How a fighter stands."""

    user_id: int
    username: str
    hp: int
    max_hp: int
    damage_dealt: int
    connected: bool


class BattleAttackCommand(TypedDict):
    """Strike an enemy. What it does is the server's to say: a client's ``damage`` is never read. Refused
    with ``not_in_battle``, ``battle_over``, ``unknown_enemy``, ``enemy_defeated``, ``fighter_fallen``,
    ``attack_cooldown``.
    """

    type: Literal["attack"]
    enemy_id: int
    id: NotRequired[str | int | None]


class BattleChatCommand(TypedDict):
    """Say something to the fighters of this battle. Refused with ``invalid_message``, ``rate_limited``."""

    type: Literal["chat"]
    message: str
    id: NotRequired[str | int | None]


class BattleConnected(Record):
    """All there is to know of the battle."""

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
    seq: int
    recovered: MayBeMissing[bool]


class BattlePlayerJoined(Record):
    """A player joined the battle, or came to its socket. The enemies grow with the number of players."""

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
    """A player's socket is gone; the player may come back."""

    type: Literal["player_left"]
    battle_id: int
    user_id: int
    username: str
    step: int
    seq: int


class BattleAttack(Record):
    """A player struck an enemy."""

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
    """An enemy struck a player, who falls at 0 ``player_hp``."""

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
    """An enemy has no hit points left."""

    type: Literal["enemy_defeated"]
    battle_id: int
    enemy_id: int
    user_id: int
    step: int
    seq: int


class BattleBattleWon(Record):
    """All enemies are defeated; everybody who joined may claim loot."""

    type: Literal["battle_won"]
    battle_id: int
    step: int
    seq: int


class BattleBattleLost(Record):
    """No player stands any more."""

    type: Literal["battle_lost"]
    battle_id: int
    step: int
    seq: int


class BattleChat(Record):
    """A fighter said something."""

    type: Literal["chat"]
    battle_id: int
    user_id: int
    username: str
    message: str
    seq: int
    ref: MayBeMissing[str | int]


# /ws/lobbies/{lobby_id}/ and /ws/chat/lobby/{name}/


class LobbyOwnPlace(Record):
    """The receiver's own standing in the lobby."""

    user_id: int
    role: str
    muted_until: str | None


class LobbyText(Record):
    """What was said in a lobby."""

    id: int
    content: str
    sender: LobbyPerson
    created_at: str


class LobbyPerson(Record):
    """A user by name."""

    id: int
    username: str
    is_premium: bool


class LobbyLobbyFacts(Record):
    """What a lobby is; ``title`` is the text that its owner gave it, ``name`` the slug of it."""

    id: int
    name: str
    title: str
    is_public: bool
    max_participants: int
    game: str
    status: str
    owner_id: int | None


class LobbyMember(Record):
    """Somebody who belongs to a lobby; ``online`` while a socket of theirs is open in it. ``role`` is
    owner, moderator or member; who is muted may not speak until then.
    """

    user_id: int
    username: str
    is_premium: bool
    role: str
    muted_until: str | None
    online: bool


class LobbyTypingStartCommand(TypedDict):
    """Tell that something is being written."""

    type: Literal["typing_start"]
    id: NotRequired[str | int | None]


class LobbyTypingStopCommand(TypedDict):
    """Tell that nothing is being written any more."""

    type: Literal["typing_stop"]
    id: NotRequired[str | int | None]


class LobbyChatMessageCommand(TypedDict):
    """Say something: 1 to 500 characters once trimmed."""

    type: Literal["chat_message"]
    message: str
    id: NotRequired[str | int | None]


class LobbyPresenceState(Record):
    """How the lobby stands: the first frame. ``messages`` are the last ones, the newest first."""

    type: Literal["presence_state"]
    lobby: Any
    members: Any
    messages: Any
    you: LobbyOwnPlace
    ref: MayBeMissing[str | int]
    seq: int
    recovered: MayBeMissing[bool]


class LobbyChatMessage(Record):
    """A member said something."""

    type: Literal["chat_message"]
    message: LobbyText
    lobby: str
    seq: int
    ref: MayBeMissing[str | int]


class LobbyMessageDeleted(Record):
    """A message was taken away by its author or a moderator."""

    type: Literal["message_deleted"]
    id: int
    lobby: str
    seq: int


class LobbyPresenceJoin(Record):
    """A member is here."""

    type: Literal["presence_join"]
    user_id: int
    username: str
    is_premium: bool
    lobby: str
    seq: int


class LobbyPresenceLeave(Record):
    """A member has no socket open here any more."""

    type: Literal["presence_leave"]
    user_id: int
    username: str
    lobby: str
    seq: int


class LobbyTypingStart(Record):
    """A member writes something."""

    type: Literal["typing_start"]
    lobby: str
    user_id: int
    username: str


class LobbyTypingStop(Record):
    """A member has stopped writing."""

    type: Literal["typing_stop"]
    lobby: str
    user_id: int
    username: str


class LobbyLobbyUpdate(Record):
    """The lobby was changed, or a member is new or has changed, or is gone."""

    type: Literal["lobby_update"]
    facts: LobbyLobbyFacts
    member: MayBeMissing[LobbyMember]
    gone_id: MayBeMissing[int]
    lobby: str
    seq: int


class LobbyModerationKick(Record):
    """A member was sent out, and may come back."""

    type: Literal["moderation_kick"]
    target_id: int
    target_username: str
    reason: str
    by_id: int
    lobby: str
    seq: int


class LobbyModerationBan(Record):
    """A user was sent out, and may not come back until then, or ever."""

    type: Literal["moderation_ban"]
    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: str | None
    lobby: str
    seq: int


class LobbyModerationMute(Record):
    """A member may not speak until then; null ends an earlier mute."""

    type: Literal["moderation_mute"]
    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: str | None
    lobby: str
    seq: int


class LobbyGameStart(Record):
    """A game begins: those with a seat are also told ``match_found``, the others may watch."""

    type: Literal["game_start"]
    game: str
    game_id: str
    ws_url: str
    player_ids: list[int]
    lobby: str
    seq: int


class LobbyLobbyClosed(Record):
    """The lobby is closed for good."""

    type: Literal["lobby_closed"]
    lobby_id: int
    lobby: str
    seq: int


# /ws/chat/{friend_id}/


class DirectTalker(Record):
    """One of the two; ``online`` while they have the conversation open."""

    user_id: int
    username: str
    is_premium: bool
    online: bool


class DirectDirectText(Record):
    """What one friend said to another."""

    id: int
    content: str
    sender: DirectPerson
    to_user_id: int
    created_at: str
    read_at: str | None


class DirectPerson(Record):
    """A user by name."""

    id: int
    username: str
    is_premium: bool


class DirectTypingStartCommand(TypedDict):
    """Tell that something is being written."""

    type: Literal["typing_start"]
    id: NotRequired[str | int | None]


class DirectTypingStopCommand(TypedDict):
    """Tell that nothing is being written any more."""

    type: Literal["typing_stop"]
    id: NotRequired[str | int | None]


class DirectChatMessageCommand(TypedDict):
    """Say something: 1 to 500 characters once trimmed."""

    type: Literal["chat_message"]
    message: str
    id: NotRequired[str | int | None]


class DirectReadCommand(TypedDict):
    """All messages of the friend up to this one are read."""

    type: Literal["read"]
    up_to: int
    id: NotRequired[str | int | None]


class DirectDirectState(Record):
    """How the conversation stands: the first frame. ``messages`` are the last ones, the newest first.
    ``unread`` counts those that the friend wrote and the receiver has not read.
    """

    type: Literal["presence_state"]
    members: list[DirectTalker]
    messages: list[DirectDirectText]
    unread: int
    ref: MayBeMissing[str | int]
    seq: int
    recovered: MayBeMissing[bool]


class DirectDirectMessage(Record):
    """One of the two said something."""

    type: Literal["chat_message"]
    message: DirectDirectText
    between: list[int]
    seq: int
    ref: MayBeMissing[str | int]


class DirectRead(Record):
    """One of the two has read what the other wrote, up to this message."""

    type: Literal["read"]
    user_id: int
    up_to: int
    read_at: str
    between: list[int]
    seq: int
    ref: MayBeMissing[str | int]


class DirectFriendHere(Record):
    """One of the two has opened the conversation."""

    type: Literal["presence_join"]
    user_id: int
    username: str
    is_premium: bool
    between: list[int]
    seq: int


class DirectFriendGone(Record):
    """One of the two has closed it."""

    type: Literal["presence_leave"]
    user_id: int
    username: str
    between: list[int]
    seq: int


class DirectFriendTyping(Record):
    """The friend writes something."""

    type: Literal["typing_start"]
    between: list[int]
    user_id: int
    username: str


class DirectFriendStoppedTyping(Record):
    """The friend has stopped writing."""

    type: Literal["typing_stop"]
    between: list[int]
    user_id: int
    username: str


class DirectDirectClosed(Record):
    """The two are friends no more: nothing can be said here."""

    type: Literal["direct_closed"]
    between: list[int]
    seq: int


# /ws/


class WorldOfferedItemCommand(TypedDict):
    """So many of a row of the own inventory."""

    id: int
    quantity: NotRequired[int]


class WorldStepCommand(TypedDict):
    """A position in metres; what is left out stays as it is."""

    x: NotRequired[float]
    y: NotRequired[float]
    z: NotRequired[float]


class WorldVectorCommand(TypedDict):
    """A position in metres, or a velocity in metres a second."""

    x: NotRequired[float]
    y: NotRequired[float]
    z: NotRequired[float]


class WorldFactionInfo(Record):
    """One of the sides; ``shards`` is how many of the shards it holds."""

    id: int
    name: str
    colour: str
    description: str
    shards: int


class WorldLocationInfo(Record):
    """A place: ``paths`` are the places one walks to from it, ``faction`` the name of whose home it is.
    ``x`` and ``y`` put it on a map of 100 by 100. Positions inside go from ``-size`` to ``size``.
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
    """A shard: where it is, the name of whose it is, and who is capturing it."""

    id: int
    name: str
    location_id: int
    faction: str | None
    capture: WorldCaptureInfo | None


class WorldCaptureInfo(Record):
    """A capture under way: it takes ``remaining_s`` more, until ``due_at``; contested, that is unset."""

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
    """Who is in a place."""

    location_id: int
    members: list[WorldCharacterInfo]


class WorldOwnCharacter(Record):
    """One of your characters; the selected one is the one that you play."""

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
    """Who fights, and how they are."""

    character_id: int
    user_id: int
    character_name: str
    faction: str
    level: int
    health: int
    max_health: int


class WorldAbilityInfo(Record):
    """A spell: ``kind`` is damage or heal, ``power`` in percent of one's attack, ``level`` the first that
    may cast it, ``ready_at`` when it can be cast again, if not now.
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
    """An item of the own inventory that heals; ``id`` is its row there."""

    id: int
    item_id: int
    name: str
    heals: int
    quantity: int


WorldMoved = list[int | float]
"""Where a character is and how fast it goes: ``[character_id, x, y, z, vx, vy, vz]``."""


class WorldPartyInfo(Record):
    """A party as clients see it: members in the order of entering; of a disbanded one nobody is left. A
    higher ``version`` is the later state.
    """

    id: int
    leader_id: int | None
    members: list[WorldPartyMemberInfo]
    max_size: int
    open: bool
    version: int


class WorldPartyMemberInfo(Record):
    """A member as the others see them."""

    user_id: int
    username: str
    ready: bool


class WorldTrader(Record):
    """Who trades."""

    user_id: int
    character_id: int
    character_name: str


class WorldOfferInfo(Record):
    """What one of the two gives, and whether they have confirmed the present version."""

    user_id: int
    gold: int
    confirmed: bool


class WorldOfferedItemInfo(Record):
    """So many of an item; ``id`` is the row of its owner's inventory."""

    id: int
    item_id: int
    name: str
    rarity: str
    quantity: int


class WorldAuthRequestCommand(TypedDict):
    """Show who you are on a socket that was opened without a token: a name or e-mail with its password, or
    an access token. Refused with ``already_authenticated``, ``not_authenticated``.
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


class WorldTradeRequestCommand(TypedDict):
    """Ask somebody in the same place to trade. Refused with ``no_character``,
    ``cannot_trade_with_oneself``, ``unknown_trader``, ``guests_may_not_trade``, ``cannot_trade``,
    ``already_trading``, ``rate_limited``.
    """

    type: Literal["trade_request"]
    to_user_id: int
    id: NotRequired[str | int | None]


class WorldTradeAcceptCommand(TypedDict):
    """Agree to trade; both can offer from now on. Refused with ``unknown_trade``, ``trade_over``,
    ``not_yours_to_accept``, ``cannot_trade``.
    """

    type: Literal["trade_accept"]
    trade_id: int
    id: NotRequired[str | int | None]


class WorldTradeDeclineCommand(TypedDict):
    """End a trade, whether it is open yet or not. Refused with ``unknown_trade``, ``trade_over``."""

    type: Literal["trade_decline"]
    trade_id: int
    id: NotRequired[str | int | None]


class WorldTradeUpdateCommand(TypedDict):
    """Offer this, in place of what one offered before. Nobody has confirmed it then. Refused with
    ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``not_owned``, ``account_too_new`` (it gives
    something away from level 3 on, or if it is premium), ``not_enough_gold``, ``not_enough_items``,
    ``item_equipped``.
    """

    type: Literal["trade_update"]
    trade_id: int
    gold: NotRequired[int]
    items: NotRequired[list[WorldOfferedItemCommand]]
    id: NotRequired[str | int | None]


class WorldTradeCompleteCommand(TypedDict):
    """Confirm what is offered in this version; once both have, it changes hands. Refused with
    ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``stale_version``, and as ``trade_update`` if
    something is gone by then.
    """

    type: Literal["trade_complete"]
    trade_id: int
    version: int
    id: NotRequired[str | int | None]


class WorldShardCapturedCommand(TypedDict):
    """Begin to capture a shard where one's character stands; it is captured once the channel is over.
    Refused with ``no_character``, ``not_in_play``, ``unknown_shard``, ``not_here``, ``already_yours``,
    ``shard_contested``, ``already_capturing``.
    """

    type: Literal["shard_captured"]
    shard_id: int
    id: NotRequired[str | int | None]


class WorldCombatStartCommand(TypedDict):
    """Attack a character of another faction in the same place. Refused with ``no_character``,
    ``unknown_target``, ``same_faction``, ``already_fighting``, ``shielded``.
    """

    type: Literal["combat_start"]
    target_id: int
    id: NotRequired[str | int | None]


class WorldCombatActionCommand(TypedDict):
    """Strike, cast a spell or use an item; what it does is the server's to say. ``target_id`` is the
    opponent's character; to be healed, by a spell or an item, name the own one or none. ``ability_name``
    goes with a spell, ``item_id``, a row of the own inventory, with an item. Refused with
    ``no_character``, ``unknown_combat``, ``combat_over``, ``wrong_target``, ``rate_limited``; a spell also
    with ``unknown_ability``, ``level_too_low``, ``on_cooldown``, ``not_enough_stamina``; an item also with
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
    """Ask how the own fight stands, and what one can do in it."""

    type: Literal["combat_state"]
    id: NotRequired[str | int | None]


class WorldPartyCreateCommand(TypedDict):
    """Make a party, and lead it."""

    type: Literal["party_create"]
    open: NotRequired[bool]
    id: NotRequired[str | int | None]


class WorldPartyInviteCommand(TypedDict):
    """Invite a user to the party that you lead."""

    type: Literal["party_invite"]
    user_id: int
    id: NotRequired[str | int | None]


class WorldPartyAcceptCommand(TypedDict):
    """Follow an invite to a party: this one, the one to this party, of this user, or the newest."""

    type: Literal["party_accept"]
    invite_id: NotRequired[int | None]
    party_id: NotRequired[int | None]
    user_id: NotRequired[int | None]
    id: NotRequired[str | int | None]


class WorldPartyDeclineCommand(TypedDict):
    """Decline an invite to a party, named as for ``party_accept``."""

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
    """Send a member away, as the leader."""

    type: Literal["party_kick"]
    user_id: int
    id: NotRequired[str | int | None]


class WorldPartyDisbandCommand(TypedDict):
    """End the party, as its leader."""

    type: Literal["party_disband"]
    id: NotRequired[str | int | None]


class WorldPartyChatCommand(TypedDict):
    """Say something to your party."""

    type: Literal["party_chat"]
    content: str
    id: NotRequired[str | int | None]


class WorldChatCommand(TypedDict):
    """Say something to the whole world, or on the channel ``area`` to all who are where you are. Refused
    with ``no_character``, ``rate_limited``.
    """

    type: Literal["chat"]
    content: str
    channel: NotRequired[Literal["area", "world"]]
    id: NotRequired[str | int | None]


class WorldWhisperCommand(TypedDict):
    """Say something to one user who is in the world. Refused with ``not_in_world``, ``rate_limited``."""

    type: Literal["whisper"]
    to_user_id: int
    content: str
    id: NotRequired[str | int | None]


class WorldFactionChatCommand(TypedDict):
    """Say something to your faction. Refused with ``no_character``, ``rate_limited``."""

    type: Literal["faction_chat"]
    content: str
    id: NotRequired[str | int | None]


class WorldWorldAnnouncementCommand(TypedDict):
    """Tell everybody something, as one of the staff. Refused with ``staff_only``."""

    type: Literal["world_announcement"]
    content: str
    id: NotRequired[str | int | None]


class WorldMoveCommand(TypedDict):
    """Walk to a place to which a path leads, or move inside this one. ``position`` is in metres: what is
    left out of x, y and z stays as it is. ``velocity`` is in metres a second: what is left out of it is 0.
    Refused with ``no_character``, ``not_in_play``, ``not_there``, ``no_path``, ``impossible_move``,
    ``rate_limited``.
    """

    type: Literal["move"]
    to_location_id: NotRequired[int | None]
    from_location_id: NotRequired[int | None]
    position: NotRequired[WorldStepCommand | None]
    velocity: NotRequired[WorldVectorCommand]
    id: NotRequired[str | int | None]


class WorldCharacterListCommand(TypedDict):
    """Ask for your characters."""

    type: Literal["character_list"]
    id: NotRequired[str | int | None]


class WorldCharacterCreateCommand(TypedDict):
    """Make a character, of a faction by its name. Refused with ``unknown_faction``, ``no_home``,
    ``too_many_characters``, ``character_name_taken``.
    """

    type: Literal["character_create"]
    name: str
    faction: str
    id: NotRequired[str | int | None]


class WorldCharacterSelectCommand(TypedDict):
    """Play this character of yours from now on. Refused with ``unknown_character``, ``rate_limited``."""

    type: Literal["character_select"]
    character_id: int
    id: NotRequired[str | int | None]


class WorldCharacterUpdateCommand(TypedDict):
    """Ask how a character stands: yours, or one that is where yours is. Refused with
    ``unknown_character``.
    """

    type: Literal["character_update"]
    character_id: int
    id: NotRequired[str | int | None]


class WorldCharacterDeleteCommand(TypedDict):
    """Delete a character of yours for good. Refused with ``unknown_character``."""

    type: Literal["character_delete"]
    character_id: int
    id: NotRequired[str | int | None]


class WorldWorldState(Record):
    """How the world stands: the first frame. ``you`` is your character in play, and ``area`` who is where
    it is; both are null until a character is selected.
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
    seq: int
    recovered: MayBeMissing[bool]


class WorldCharacterList(Record):
    """Your characters, the eldest first."""

    type: Literal["character_list"]
    ref: MayBeMissing[str | int]
    characters: list[WorldOwnCharacter]


class WorldCharacterCreate(Record):
    """Your new character."""

    type: Literal["character_create"]
    ref: MayBeMissing[str | int]
    character: WorldOwnCharacter


class WorldCharacterSelect(Record):
    """The character that you play now; ``area_state`` follows."""

    type: Literal["character_select"]
    ref: MayBeMissing[str | int]
    character: WorldOwnCharacter


class WorldCharacterDelete(Record):
    """A character of yours is deleted."""

    type: Literal["character_delete"]
    ref: MayBeMissing[str | int]
    character_id: int


class WorldAuthResponse(Record):
    """You are signed in on this socket. The tokens are there if it was by password, the key if the socket
    was opened with ``?encrypted=session``: what follows is encrypted with it.
    """

    type: Literal["auth_response"]
    ref: MayBeMissing[str | int]
    user_id: int
    username: str
    access: MayBeMissing[str]
    refresh: MayBeMissing[str]
    encryption_key: MayBeMissing[str]


class WorldAreaState(Record):
    """Who is where your character has come to, the character included; null without a character in play."""

    type: Literal["area_state"]
    ref: MayBeMissing[str | int]
    area: WorldArea | None


class WorldChat(Record):
    """Said to a place, whose id is ``location_id``, or to the world."""

    type: Literal["chat"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["area", "world"]
    location_id: int
    seq: MayBeMissing[int]
    ref: MayBeMissing[str | int]


class WorldWorldAnnouncement(Record):
    """Said by the staff to everybody."""

    type: Literal["world_announcement"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["announcement"]
    seq: int
    ref: MayBeMissing[str | int]


class WorldCombatState(Record):
    """How the own fight stands, if there is one, and what one can do; told when asked for, and on return."""

    type: Literal["combat_state"]
    ref: MayBeMissing[str | int]
    combat_id: int | None
    step: int
    fighters: list[WorldFighterInfo]
    abilities: list[WorldAbilityInfo]
    remedies: list[WorldRemedyInfo]


class WorldShardStatus(Record):
    """A capture has begun, is held up by an enemy, goes on, or has come to nothing."""

    type: Literal["shard_status"]
    shard_id: int
    status: Literal["broken", "channelling", "contested"]
    shard: WorldShardInfo
    seq: int
    ref: MayBeMissing[str | int]


class WorldShardCaptured(Record):
    """A faction holds a shard; ``shard_name`` is ``name``."""

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
    """A faction holds more than half of the shards: reality is theirs."""

    type: Literal["reality_shift"]
    faction: str
    previous_faction: str | None
    epoch: int
    seq: int


class WorldAetherfall(Record):
    """A faction held every shard: they lie scattered now, nobody's, and a new epoch begins."""

    type: Literal["aetherfall"]
    faction: str
    epoch: int
    shards: list[WorldShardInfo]
    seq: int


class WorldCharacterUpdate(Record):
    """How a character stands now; it is also sent to who moved impossibly, to be put back."""

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


class WorldPlayerJoinedArea(Record):
    """A character has come."""

    type: Literal["player_joined_area"]
    location_id: int
    character: WorldCharacterInfo


class WorldPlayerLeftArea(Record):
    """A character is not here any more."""

    type: Literal["player_left_area"]
    location_id: int
    character_id: int
    user_id: int
    character_name: str
    reason: Literal["deleted", "deselected", "died", "disconnected", "moved"]


class WorldLocationUpdate(Record):
    """Who has moved in your place since the last one, each as ``[character_id, x, y, z, vx, vy, vz]``. It
    comes at most 20 times a second, and at once as the answer to a move of yours with an ``id``. Who is
    not among the members has just left, or is about to come.
    """

    type: Literal["location_update"]
    location_id: int
    moves: list[WorldMoved]
    ref: MayBeMissing[str | int]


class WorldWhisper(Record):
    """Said to one user; the sender hears it too."""

    type: Literal["whisper"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["whisper"]
    to_user_id: int
    ref: MayBeMissing[str | int]


class WorldFactionChat(Record):
    """Said to a faction."""

    type: Literal["faction_chat"]
    sender_id: int
    sender_name: str
    content: str
    channel: Literal["faction"]
    faction_id: int
    ref: MayBeMissing[str | int]


class WorldPartyInvite(Record):
    """Somebody invites you to a party, or your invite is on its way: both hear it."""

    type: Literal["party_invite"]
    invite_id: int
    party_id: int
    from_user_id: int
    from_username: str
    to_user_id: int
    expires_at: str
    ref: MayBeMissing[str | int]


class WorldPartyDecline(Record):
    """An invite to a party was declined: both hear it."""

    type: Literal["party_decline"]
    invite_id: int
    party_id: int
    from_user_id: int
    to_user_id: int
    ref: MayBeMissing[str | int]


class WorldPartyUpdate(Record):
    """What the party is like now, and which change of these users made it so. It is told to the members
    and to those who have just gone.
    """

    type: Literal["party_update"]
    party: WorldPartyInfo
    change: Literal["created", "disbanded", "joined", "kicked", "left", "ready"]
    user_ids: list[int]
    ref: MayBeMissing[str | int]


class WorldPartyChat(Record):
    """A member said something to the party; only its members hear it."""

    type: Literal["party_chat"]
    party_id: int
    sender_id: int
    sender_name: str
    content: str
    member_ids: list[int]
    channel: Literal["party"]
    ref: MayBeMissing[str | int]


class WorldCombatStart(Record):
    """A fight begins."""

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
    """One has struck the other, whose ``health`` is this now; ``amount`` is ``damage`` by the name that
    ``combat_heal`` has for it.
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
    """One has been healed, by a spell or an item of their own."""

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
    """The fight is over. ``reason`` is defeated, fled or disconnected; who was defeated is back at their
    faction's home, in good health. ``xp`` is what the winner has learnt.
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
    """Somebody asks somebody to trade, who can accept until ``expires_at``, and hears of it among the
    notifications too.
    """

    type: Literal["trade_request"]
    from_trader: WorldTrader
    to_trader: WorldTrader
    expires_at: str
    trade_id: int
    user_ids: list[int]
    ref: MayBeMissing[str | int]


class WorldTradeAccept(Record):
    """The trade is open."""

    type: Literal["trade_accept"]
    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[WorldOfferInfo]
    ref: MayBeMissing[str | int]


class WorldTradeUpdate(Record):
    """One of the two offers something else, or has confirmed this version."""

    type: Literal["trade_update"]
    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[WorldOfferInfo]
    ref: MayBeMissing[str | int]


class WorldTradeComplete(Record):
    """Both have confirmed: what was offered has changed hands."""

    type: Literal["trade_complete"]
    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[WorldOfferInfo]
    ref: MayBeMissing[str | int]


class WorldTradeDecline(Record):
    """The trade has ended, and nothing changed hands; ``by_user_id`` is whose doing it was."""

    type: Literal["trade_decline"]
    reason: Literal["declined", "died", "disconnected", "expired", "left"]
    by_user_id: int | None
    trade_id: int
    user_ids: list[int]
    ref: MayBeMissing[str | int]


# /ws/notifications/


class NotificationsInviteInfo(Record):
    """An invite as both users see it. ``kind`` is game, lobby or party, and says which of ``game``,
    ``lobby_id`` and ``party_id`` is set. ``status`` is pending, accepted, declined, cancelled or expired.
    ``game_id`` and ``ws_url`` are there once accepting it has started a game.
    """

    id: int
    from_user: NotificationsPerson
    to_user: NotificationsPerson
    kind: str
    game: str | None
    lobby_id: int | None
    party_id: int | None
    status: str
    created_at: str
    expires_at: str
    game_id: MayBeMissing[str]
    ws_url: MayBeMissing[str]


class NotificationsPerson(Record):
    """A user by name."""

    id: int
    username: str
    is_premium: bool


class NotificationsPartyInfo(Record):
    """A party as clients see it: members in the order of entering; of a disbanded one nobody is left. A
    higher ``version`` is the later state.
    """

    id: int
    leader_id: int | None
    members: list[NotificationsPartyMemberInfo]
    max_size: int
    open: bool
    version: int


class NotificationsPartyMemberInfo(Record):
    """A member as the others see them."""

    user_id: int
    username: str
    ready: bool


class NotificationsTrader(Record):
    """Who trades."""

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


class NotificationsBadge(Record):
    """How much waits for the user: unread direct messages by sender, invites to answer, and all together.
    It is the first frame, and comes again whenever something of it has changed.
    """

    type: Literal["badge"]
    user_id: int
    dm: dict[str, int]
    invites: int
    total: int
    seq: int
    recovered: MayBeMissing[bool]


class NotificationsMatchFound(Record):
    """A game was made for the user, who is to open its socket."""

    type: Literal["match_found"]
    user_id: int
    game: str
    game_id: str
    side: str
    ws_url: str
    seq: int


class NotificationsQueueJoined(Record):
    """The user's party waits for a match, as one."""

    type: Literal["queue_joined"]
    user_id: int
    party_id: int
    game: str
    mode: str
    seq: int


class NotificationsQueueLeft(Record):
    """The user's party waits no longer: one of it has left the queue, or the party has changed."""

    type: Literal["queue_left"]
    user_id: int
    party_id: int
    game: str
    mode: str
    seq: int


class NotificationsMatchCancelled(Record):
    """A match was cancelled because others left it before anybody had moved. ``reason`` is aborted (they
    never came), resign, timeout, forfeit or abandoned; ``requeued`` says whether the user waits in the
    queue again, at the old place.
    """

    type: Literal["match_cancelled"]
    user_id: int
    game_id: str
    game: str
    mode: str
    reason: str
    requeued: bool
    seq: int


class NotificationsQueueExpired(Record):
    """The user's place in the queue was given up: nothing had been heard of them for long, or the game is
    not offered any more.
    """

    type: Literal["queue_expired"]
    user_id: int
    game: str
    mode: str
    seq: int


class NotificationsInviteCreated(Record):
    """Somebody was invited."""

    type: Literal["invite_created"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteAccepted(Record):
    """The invite was accepted, and what it was for has happened."""

    type: Literal["invite_accepted"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteDeclined(Record):
    """The invite was declined."""

    type: Literal["invite_declined"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteCancelled(Record):
    """The invite was taken back, or what it was for is gone."""

    type: Literal["invite_cancelled"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteExpired(Record):
    """The invite was not answered in time."""

    type: Literal["invite_expired"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsPartyUpdate(Record):
    """What the party is like now, and which change of these users made it so. It is told to the members
    and to those who have just gone.
    """

    type: Literal["party_update"]
    party: NotificationsPartyInfo
    change: Literal["created", "disbanded", "joined", "kicked", "left", "ready"]
    user_ids: list[int]
    seq: int


class NotificationsPartyChat(Record):
    """A member said something to the party; only its members hear it."""

    type: Literal["party_chat"]
    party_id: int
    sender_id: int
    sender_name: str
    content: str
    member_ids: list[int]
    channel: Literal["party"]
    seq: int


class NotificationsLevelUp(Record):
    """The user has reached a level; ``stat_points`` are there to allocate."""

    type: Literal["level_up"]
    user_id: int
    level: int
    stat_points: int
    seq: int


class NotificationsAchievementEarned(Record):
    """The user has reached a goal, and been given what it gives."""

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
    """Somebody asks somebody to trade, who can accept until ``expires_at``, and hears of it among the
    notifications too.
    """

    type: Literal["trade_request"]
    from_trader: NotificationsTrader
    to_trader: NotificationsTrader
    expires_at: str
    trade_id: int
    user_ids: list[int]
    seq: int


class NotificationsFriendRequest(Record):
    """A request was made; both are told, each on all devices."""

    type: Literal["friend_request"]
    request: NotificationsRequest
    seq: int


class NotificationsFriendRequestClosed(Record):
    """A request was declined or cancelled; it goes from both lists. ``status`` says which."""

    type: Literal["friend_request_closed"]
    request_id: int
    from_user_id: int
    to_user_id: int
    status: str
    seq: int


class NotificationsFriendAccepted(Record):
    """Two users are friends now: to each the other one. The request is closed by it."""

    type: Literal["friend_accepted"]
    to_user_id: int
    request_id: int
    friend: NotificationsFriend
    seq: int


class NotificationsFriendRemoved(Record):
    """A friendship has ended: to each the other one. It does not say why."""

    type: Literal["friend_removed"]
    to_user_id: int
    user_id: int
    seq: int


class NotificationsPresenceHint(Record):
    """The same for the notifications, which have no snapshot of friends: a newer one is all that counts."""

    type: Literal["presence"]
    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: MayBeMissing[str]


class NotificationsPlayerBlocked(Record):
    """A user blocks another: whatever connects the two ends. Only the blocker's devices hear of it."""

    type: Literal["player_blocked"]
    by_id: int
    blocked_id: int
    seq: int


class NotificationsPlayerUnblocked(Record):
    """A block has ended; what it ended does not come back."""

    type: Literal["player_unblocked"]
    by_id: int
    blocked_id: int
    seq: int


class NotificationsAnnouncement(Record):
    """The operators have something to say to everybody who is here."""

    type: Literal["announcement"]
    id: str
    message: str
