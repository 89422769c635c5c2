"""What the sockets take and tell."""

# Made by manage.py generate_catalogue from the message classes; changes here are lost.

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, NotRequired, TypedDict

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
    BADGE = "badge"
    MATCH_FOUND = "match_found"
    QUEUE_JOINED = "queue_joined"
    QUEUE_LEFT = "queue_left"
    QUEUE_EXPIRED = "queue_expired"
    INVITE_CREATED = "invite_created"
    INVITE_ACCEPTED = "invite_accepted"
    INVITE_DECLINED = "invite_declined"
    INVITE_CANCELLED = "invite_cancelled"
    INVITE_EXPIRED = "invite_expired"
    PARTY_UPDATE = "party_update"
    ANNOUNCEMENT = "announcement"
    LEVEL_UP = "level_up"
    FRIEND_REQUEST = "friend_request"
    FRIEND_REQUEST_CLOSED = "friend_request_closed"
    PLAYER_BLOCKED = "player_blocked"
    PLAYER_UNBLOCKED = "player_unblocked"


class PingCommand(TypedDict):
    """Ask whether the server is there; keeps the session alive."""

    type: Literal["ping"]
    id: NotRequired[str | int | None]


class Error(TypedDict):
    """Why one message was refused; the socket stays open."""

    type: Literal["error"]
    ref: NotRequired[str | int]
    code: str
    message: str
    details: NotRequired[dict[str, Any]]
    retry_after: NotRequired[float]


class Pong(TypedDict):
    """The answer to a ping, with the server's time."""

    type: Literal["pong"]
    ref: NotRequired[str | int]
    time: str


class Resumed(TypedDict):
    """First frame of a socket that came back in time: the events after ``since``, up to ``seq``, follow."""

    type: Literal["resumed"]
    ref: NotRequired[str | int]
    recovered: bool
    since: int
    seq: int


# /ws/friends/status/


class FriendsStatusFriend(TypedDict):
    """A friend in a user's list."""

    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: NotRequired[str]
    username: str
    is_premium: bool


class FriendsStatusSetStatusCommand(TypedDict):
    """Say how you are, to all friends; it holds until you are offline. A game you play shows before it."""

    type: Literal["set_status"]
    status: Literal["away", "busy", "online", "playing"]
    id: NotRequired[str | int | None]


class FriendsStatusPresenceState(TypedDict):
    """All friends and how they stand: the first frame. ``status`` is what the user said of themselves."""

    type: Literal["presence_state"]
    friends: list[FriendsStatusFriend]
    status: str
    ref: NotRequired[str | int]
    seq: int
    recovered: NotRequired[bool]


class FriendsStatusPresence(TypedDict):
    """A friend stands differently now."""

    type: Literal["presence"]
    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: NotRequired[str]
    seq: int


class FriendsStatusStatusSet(TypedDict):
    """What the user says of themselves, for their own devices."""

    type: Literal["status_set"]
    user_id: int
    status: str
    seq: int


class FriendsStatusFriendAccepted(TypedDict):
    """Two users are friends now: to each the other one. The request is closed by it."""

    type: Literal["friend_accepted"]
    to_user_id: int
    request_id: int
    friend: FriendsStatusFriend
    seq: int


class FriendsStatusFriendRemoved(TypedDict):
    """A friendship has ended: to each the other one. It does not say why."""

    type: Literal["friend_removed"]
    to_user_id: int
    user_id: int
    seq: int


# /ws/game/{game_id}/


class GamePlayerInfo(TypedDict):
    """A player as others see them; ``side`` is left or right in two-sided games."""

    id: int
    username: str
    score: float
    side: str
    ready: bool
    connected: bool
    rating: int


class GameClockState(TypedDict):
    """The clocks as they stood ``at`` that time; those of ``running`` run on. Milliseconds, by user id."""

    initial_ms: int
    increment_ms: int
    left_ms: dict[str, int]
    running: list[int]
    at: str


class GameYou(TypedDict):
    """Which of the players the receiver is."""

    user_id: int
    side: str


class GameRatingChange(TypedDict):
    """A player's rating before and after the game."""

    user_id: int
    before: int
    after: int


class GameReward(TypedDict):
    """What a player got for the game; ``level_up`` says whether it brought a level."""

    user_id: int
    xp: int
    gold: int
    level_up: bool


class GamePlayerMoveCommand(TypedDict):
    """Make a move; its fields are the game's own (see ``move_schema`` in the catalogue)."""

    type: Literal["player_move"]
    movement: Any
    id: NotRequired[str | int | None]


class GamePlayerReadyCommand(TypedDict):
    """I am ready to begin."""

    type: Literal["player_ready"]
    id: NotRequired[str | int | None]


class GameGameActionCommand(TypedDict):
    """Something beside the moves: ``resign``, ``offer_draw``, ``accept_draw``, ``rematch`` or ``emote``."""

    type: Literal["game_action"]
    action: str
    data: NotRequired[Any]
    id: NotRequired[str | int | None]


class GameChatMessageCommand(TypedDict):
    """Say something to the players and all who watch."""

    type: Literal["chat_message"]
    message: str
    id: NotRequired[str | int | None]


class GameGameState(TypedDict):
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
    seq: int
    recovered: NotRequired[bool]


class GamePlayerReady(TypedDict):
    """A player is ready to begin."""

    type: Literal["player_ready"]
    user_id: int
    seq: int


class GameGameStart(TypedDict):
    """All are ready; the game runs."""

    type: Literal["game_start"]
    seq: int


class GamePlayerMove(TypedDict):
    """A player moved; ``view`` is what the receiver sees after it."""

    type: Literal["player_move"]
    user_id: int
    movement: Any
    turn: int | None
    clock: GameClockState | None
    seq: int
    view: Any


class GameGameTick(TypedDict):
    """One frame of a real-time game; a newer one replaces it."""

    type: Literal["game_tick"]
    tick: int
    view: Any


class GameGameAction(TypedDict):
    """A player did something beside the moves."""

    type: Literal["game_action"]
    action: str
    data: Any
    user_id: int
    seq: int


class GameChatMessage(TypedDict):
    """A player said something."""

    type: Literal["chat_message"]
    user_id: int
    username: str
    message: str
    seq: int


class GamePlayerJoined(TypedDict):
    """A player is here for the first time."""

    type: Literal["player_joined"]
    user_id: int
    username: str
    seq: int


class GamePlayerLeft(TypedDict):
    """A player is gone, and has ``grace_s`` seconds to come back."""

    type: Literal["player_left"]
    user_id: int
    username: str
    grace_s: float
    seq: int


class GamePlayerReconnected(TypedDict):
    """A player is back."""

    type: Literal["player_reconnected"]
    user_id: int
    username: str
    seq: int


class GameGameOver(TypedDict):
    """The game has ended. ``reason``: win, draw, draw_agreed, resign, timeout, forfeit, abandoned or
    error.
    """

    type: Literal["game_over"]
    winner_ids: list[int]
    reason: str
    scores: dict[str, float]
    ratings: list[GameRatingChange]
    rewards: list[GameReward]
    seq: int


# /ws/battle/{battle_id}/


class BattleEnemyState(TypedDict):
    """How an enemy stands."""

    id: int
    name: str
    hp: int
    max_hp: int


class BattleFighterState(TypedDict):
    """How a fighter stands."""

    user_id: int
    username: str
    hp: int
    max_hp: int
    damage_dealt: int
    connected: bool


class BattleAttackCommand(TypedDict):
    """Strike an enemy. What it does is the server's to say: a client's ``damage`` is never read."""

    type: Literal["attack"]
    enemy_id: int
    id: NotRequired[str | int | None]


class BattleChatCommand(TypedDict):
    """Say something to the fighters of this battle."""

    type: Literal["chat"]
    message: str
    id: NotRequired[str | int | None]


class BattleConnected(TypedDict):
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
    recovered: NotRequired[bool]


class BattlePlayerJoined(TypedDict):
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


class BattlePlayerLeft(TypedDict):
    """A player's socket is gone; the player may come back."""

    type: Literal["player_left"]
    battle_id: int
    user_id: int
    username: str
    step: int
    seq: int


class BattleAttack(TypedDict):
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


class BattleEnemyAttack(TypedDict):
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


class BattleEnemyDefeated(TypedDict):
    """An enemy has no hit points left."""

    type: Literal["enemy_defeated"]
    battle_id: int
    enemy_id: int
    user_id: int
    step: int
    seq: int


class BattleBattleWon(TypedDict):
    """All enemies are defeated; everybody who joined may claim loot."""

    type: Literal["battle_won"]
    battle_id: int
    step: int
    seq: int


class BattleBattleLost(TypedDict):
    """No player stands any more."""

    type: Literal["battle_lost"]
    battle_id: int
    step: int
    seq: int


class BattleChat(TypedDict):
    """A fighter said something."""

    type: Literal["chat"]
    battle_id: int
    user_id: int
    username: str
    message: str
    seq: int


# /ws/lobbies/{lobby_id}/ and /ws/chat/lobby/{name}/


class LobbyOwnPlace(TypedDict):
    """The receiver's own standing in the lobby."""

    user_id: int
    role: str
    muted_until: str | None


class LobbyText(TypedDict):
    """What was said in a lobby."""

    id: int
    content: str
    sender: LobbyPerson
    created_at: str


class LobbyPerson(TypedDict):
    """A user by name."""

    id: int
    username: str
    is_premium: bool


class LobbyLobbyFacts(TypedDict):
    """What a lobby is."""

    id: int
    name: str
    is_public: bool
    max_participants: int
    game: str
    status: str
    owner_id: int | None


class LobbyMember(TypedDict):
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


class LobbyPresenceState(TypedDict):
    """How the lobby stands: the first frame. ``messages`` are the last ones, the newest first."""

    type: Literal["presence_state"]
    lobby: Any
    members: Any
    messages: Any
    you: LobbyOwnPlace
    ref: NotRequired[str | int]
    seq: int
    recovered: NotRequired[bool]


class LobbyChatMessage(TypedDict):
    """A member said something."""

    type: Literal["chat_message"]
    message: LobbyText
    lobby: str
    seq: int


class LobbyMessageDeleted(TypedDict):
    """A message was taken away by its author or a moderator."""

    type: Literal["message_deleted"]
    id: int
    lobby: str
    seq: int


class LobbyPresenceJoin(TypedDict):
    """A member is here."""

    type: Literal["presence_join"]
    user_id: int
    username: str
    is_premium: bool
    lobby: str
    seq: int


class LobbyPresenceLeave(TypedDict):
    """A member has no socket open here any more."""

    type: Literal["presence_leave"]
    user_id: int
    username: str
    lobby: str
    seq: int


class LobbyTypingStart(TypedDict):
    """A member writes something."""

    type: Literal["typing_start"]
    lobby: str
    user_id: int
    username: str


class LobbyTypingStop(TypedDict):
    """A member has stopped writing."""

    type: Literal["typing_stop"]
    lobby: str
    user_id: int
    username: str


class LobbyLobbyUpdate(TypedDict):
    """The lobby was changed, or a member is new or has changed, or is gone."""

    type: Literal["lobby_update"]
    facts: LobbyLobbyFacts
    member: NotRequired[LobbyMember]
    gone_id: NotRequired[int]
    lobby: str
    seq: int


class LobbyModerationKick(TypedDict):
    """A member was sent out, and may come back."""

    type: Literal["moderation_kick"]
    target_id: int
    target_username: str
    reason: str
    by_id: int
    lobby: str
    seq: int


class LobbyModerationBan(TypedDict):
    """A user was sent out, and may not come back until then, or ever."""

    type: Literal["moderation_ban"]
    target_id: int
    target_username: str
    reason: str
    by_id: int
    until: str | None
    lobby: str
    seq: int


class LobbyModerationMute(TypedDict):
    """A member may not speak until then; null ends an earlier mute."""

    type: Literal["moderation_mute"]
    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: str | None
    lobby: str
    seq: int


class LobbyGameStart(TypedDict):
    """A game begins: those with a seat are also told ``match_found``, the others may watch."""

    type: Literal["game_start"]
    game: str
    game_id: str
    ws_url: str
    player_ids: list[int]
    lobby: str
    seq: int


class LobbyLobbyClosed(TypedDict):
    """The lobby is closed for good."""

    type: Literal["lobby_closed"]
    lobby_id: int
    lobby: str
    seq: int


# /ws/chat/{friend_id}/


class DirectTalker(TypedDict):
    """One of the two; ``online`` while they have the conversation open."""

    user_id: int
    username: str
    is_premium: bool
    online: bool


class DirectDirectText(TypedDict):
    """What one friend said to another."""

    id: int
    content: str
    sender: DirectPerson
    to_user_id: int
    created_at: str
    read_at: str | None


class DirectPerson(TypedDict):
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


class DirectDirectState(TypedDict):
    """How the conversation stands: the first frame. ``messages`` are the last ones, the newest first.
    ``unread`` counts those that the friend wrote and the receiver has not read.
    """

    type: Literal["presence_state"]
    members: list[DirectTalker]
    messages: list[DirectDirectText]
    unread: int
    ref: NotRequired[str | int]
    seq: int
    recovered: NotRequired[bool]


class DirectDirectMessage(TypedDict):
    """One of the two said something."""

    type: Literal["chat_message"]
    message: DirectDirectText
    between: list[int]
    seq: int


class DirectRead(TypedDict):
    """One of the two has read what the other wrote, up to this message."""

    type: Literal["read"]
    user_id: int
    up_to: int
    read_at: str
    between: list[int]
    seq: int


class DirectFriendHere(TypedDict):
    """One of the two has opened the conversation."""

    type: Literal["presence_join"]
    user_id: int
    username: str
    is_premium: bool
    between: list[int]
    seq: int


class DirectFriendGone(TypedDict):
    """One of the two has closed it."""

    type: Literal["presence_leave"]
    user_id: int
    username: str
    between: list[int]
    seq: int


class DirectFriendTyping(TypedDict):
    """The friend writes something."""

    type: Literal["typing_start"]
    between: list[int]
    user_id: int
    username: str


class DirectFriendStoppedTyping(TypedDict):
    """The friend has stopped writing."""

    type: Literal["typing_stop"]
    between: list[int]
    user_id: int
    username: str


class DirectDirectClosed(TypedDict):
    """The two are friends no more: nothing can be said here."""

    type: Literal["direct_closed"]
    between: list[int]
    seq: int


# /ws/notifications/


class NotificationsInviteInfo(TypedDict):
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
    game_id: NotRequired[str]
    ws_url: NotRequired[str]


class NotificationsPerson(TypedDict):
    """A user by name."""

    id: int
    username: str
    is_premium: bool


class NotificationsPartyInfo(TypedDict):
    """A party as clients see it: members in the order of entering; of a disbanded one nobody is left. A
    higher ``version`` is the later state.
    """

    id: int
    leader_id: int | None
    members: list[NotificationsPartyMemberInfo]
    max_size: int
    open: bool
    version: int


class NotificationsPartyMemberInfo(TypedDict):
    """A member as the others see them."""

    user_id: int
    username: str
    ready: bool


class NotificationsRequest(TypedDict):
    """A friend request; ``status`` is pending, accepted, declined or cancelled."""

    id: int
    from_user: NotificationsPerson
    to_user: NotificationsPerson
    status: str
    created_at: str


class NotificationsFriend(TypedDict):
    """A friend in a user's list."""

    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: NotRequired[str]
    username: str
    is_premium: bool


class NotificationsBadge(TypedDict):
    """How much waits for the user: unread direct messages by sender, invites to answer, and all together.
    It is the first frame, and comes again whenever something of it has changed.
    """

    type: Literal["badge"]
    user_id: int
    dm: dict[str, int]
    invites: int
    total: int
    seq: int
    recovered: NotRequired[bool]


class NotificationsMatchFound(TypedDict):
    """A game was made for the user, who is to open its socket."""

    type: Literal["match_found"]
    user_id: int
    game: str
    game_id: str
    side: str
    ws_url: str
    seq: int


class NotificationsQueueJoined(TypedDict):
    """The user's party waits for a match, as one."""

    type: Literal["queue_joined"]
    user_id: int
    party_id: int
    game: str
    mode: str
    seq: int


class NotificationsQueueLeft(TypedDict):
    """The user's party waits no longer: one of it has left the queue, or the party has changed."""

    type: Literal["queue_left"]
    user_id: int
    party_id: int
    game: str
    mode: str
    seq: int


class NotificationsQueueExpired(TypedDict):
    """The user's place in the queue was given up: nothing had been heard of them for long."""

    type: Literal["queue_expired"]
    user_id: int
    game: str
    mode: str
    seq: int


class NotificationsInviteCreated(TypedDict):
    """Somebody was invited."""

    type: Literal["invite_created"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteAccepted(TypedDict):
    """The invite was accepted, and what it was for has happened."""

    type: Literal["invite_accepted"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteDeclined(TypedDict):
    """The invite was declined."""

    type: Literal["invite_declined"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteCancelled(TypedDict):
    """The invite was taken back, or what it was for is gone."""

    type: Literal["invite_cancelled"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsInviteExpired(TypedDict):
    """The invite was not answered in time."""

    type: Literal["invite_expired"]
    invite: NotificationsInviteInfo
    seq: int


class NotificationsPartyUpdate(TypedDict):
    """What the party is like now, and which change of these users made it so. It is told to the members
    and to those who have just gone.
    """

    type: Literal["party_update"]
    party: NotificationsPartyInfo
    change: Literal["created", "disbanded", "joined", "kicked", "left", "ready"]
    user_ids: list[int]
    seq: int


class NotificationsAnnouncement(TypedDict):
    """The operators have something to say to everybody who is here."""

    type: Literal["announcement"]
    id: str
    message: str


class NotificationsLevelUp(TypedDict):
    """The user has reached a level; ``stat_points`` are there to allocate."""

    type: Literal["level_up"]
    user_id: int
    level: int
    stat_points: int
    seq: int


class NotificationsFriendRequest(TypedDict):
    """A request was made; both are told, each on all devices."""

    type: Literal["friend_request"]
    request: NotificationsRequest
    seq: int


class NotificationsFriendRequestClosed(TypedDict):
    """A request was declined or cancelled; it goes from both lists. ``status`` says which."""

    type: Literal["friend_request_closed"]
    request_id: int
    from_user_id: int
    to_user_id: int
    status: str
    seq: int


class NotificationsFriendAccepted(TypedDict):
    """Two users are friends now: to each the other one. The request is closed by it."""

    type: Literal["friend_accepted"]
    to_user_id: int
    request_id: int
    friend: NotificationsFriend
    seq: int


class NotificationsFriendRemoved(TypedDict):
    """A friendship has ended: to each the other one. It does not say why."""

    type: Literal["friend_removed"]
    to_user_id: int
    user_id: int
    seq: int


class NotificationsPresenceHint(TypedDict):
    """The same for the notifications, which have no snapshot of friends: a newer one is all that counts."""

    type: Literal["presence"]
    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: str | None
    game_id: NotRequired[str]


class NotificationsPlayerBlocked(TypedDict):
    """A user blocks another: whatever connects the two ends. Only the blocker's devices hear of it."""

    type: Literal["player_blocked"]
    by_id: int
    blocked_id: int
    seq: int


class NotificationsPlayerUnblocked(TypedDict):
    """A block has ended; what it ended does not come back."""

    type: Literal["player_unblocked"]
    by_id: int
    blocked_id: int
    seq: int
