// Made by manage.py generate_catalogue from the message classes; changes here are lost.

/** What each socket takes (`Sent["player_move"]`) and tells (`Heard["game_state"]`), by `type`. */

/** `/ws/friends/status/`: The first frame is how all friends stand, also for a client that comes back: what was told while it was away was not kept for it. */
export declare namespace FriendsStatus {
  /** A friend in a user's list. */
  interface Friend {
    user_id: number;
    online: boolean;
    status: string;
    last_seen: string | null;
    game_id?: string;
    username: string;
    is_premium: boolean;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Say how you are, to all friends; it holds until you are offline. A game you play shows before it. */
    set_status: {
      type: "set_status";
      status: "away" | "busy" | "online" | "playing";
      id?: string | number | null;
    };
  }

  interface Heard {
    /** All friends and how they stand: the first frame. `status` is what the user said of themselves. */
    presence_state: {
      type: "presence_state";
      friends: Array<Friend>;
      status: string;
      ref?: string | number;
      seq: number;
      recovered?: boolean;
    };
    /** A friend stands differently now. */
    presence: {
      type: "presence";
      to_user_id: number;
      user_id: number;
      online: boolean;
      status: string;
      last_seen: string | null;
      game_id?: string;
      seq: number;
    };
    /** What the user says of themselves, for their own devices. */
    status_set: {
      type: "status_set";
      user_id: number;
      status: string;
      seq: number;
    };
    /** Two users are friends now: to each the other one. The request is closed by it. */
    friend_accepted: {
      type: "friend_accepted";
      to_user_id: number;
      request_id: number;
      friend: Friend;
      seq: number;
    };
    /** A friendship has ended: to each the other one. It does not say why. */
    friend_removed: {
      type: "friend_removed";
      to_user_id: number;
      user_id: number;
      seq: number;
    };
    /** Why one message was refused; the socket stays open. */
    error: {
      type: "error";
      ref?: string | number;
      code: string;
      message: string;
      details?: Record<string, unknown>;
      retry_after?: number;
    };
    /** The answer to a ping, with the server's time. */
    pong: {
      type: "pong";
      ref?: string | number;
      time: string;
    };
    /** First frame of a socket that came back in time: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/game/{game_id}/`: A game, for its players and all who may watch. What a player asks goes to the room, wherever it is. */
export declare namespace Game {
  /** A player as others see them; `side` is left or right in two-sided games. */
  interface PlayerInfo {
    id: number;
    username: string;
    score: number;
    side: string;
    ready: boolean;
    connected: boolean;
    rating: number;
  }

  /** The clocks as they stood `at` that time; those of `running` run on. Milliseconds, by user id. */
  interface ClockState {
    initial_ms: number;
    increment_ms: number;
    left_ms: Record<string, number>;
    running: Array<number>;
    at: string;
  }

  /** Which of the players the receiver is. */
  interface You {
    user_id: number;
    side: string;
  }

  /** The game has ended. `reason`: win, draw, draw_agreed, resign, timeout, forfeit, abandoned or error. */
  interface GameOver {
    type: "game_over";
    winner_ids: Array<number>;
    reason: string;
    scores: Record<string, number>;
    ratings: Array<RatingChange>;
    rewards: Array<Reward>;
    seq: number;
  }

  /** A player's rating before and after the game. */
  interface RatingChange {
    user_id: number;
    before: number;
    after: number;
  }

  /** What a player got for the game; `level_up` says whether it brought a level. */
  interface Reward {
    user_id: number;
    xp: number;
    gold: number;
    level_up: boolean;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Make a move; its fields are the game's own (see `move_schema` in the catalogue). */
    player_move: {
      type: "player_move";
      movement: unknown;
      id?: string | number | null;
    };
    /** I am ready to begin. */
    player_ready: {
      type: "player_ready";
      id?: string | number | null;
    };
    /** Something beside the moves: `resign`, `offer_draw`, `accept_draw`, `rematch` or `emote`. */
    game_action: {
      type: "game_action";
      action: string;
      data?: unknown;
      id?: string | number | null;
    };
    /** Say something to the players and all who watch. */
    chat_message: {
      type: "chat_message";
      message: string;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** All there is to know: the first frame after connecting, and again at each change of state. */
    game_state: {
      type: "game_state";
      id: string;
      game: string;
      state: string;
      players: Array<PlayerInfo>;
      view: unknown;
      turn: number | null;
      clock: ClockState | null;
      you: You | null;
      result: GameOver | null;
      seq: number;
      recovered?: boolean;
    };
    /** A player is ready to begin. */
    player_ready: {
      type: "player_ready";
      user_id: number;
      seq: number;
    };
    /** All are ready; the game runs. */
    game_start: {
      type: "game_start";
      seq: number;
    };
    /** A player moved; `view` is what the receiver sees after it. */
    player_move: {
      type: "player_move";
      user_id: number;
      movement: unknown;
      turn: number | null;
      clock: ClockState | null;
      seq: number;
      view: unknown;
    };
    /** One frame of a real-time game; a newer one replaces it. */
    game_tick: {
      type: "game_tick";
      tick: number;
      view: unknown;
    };
    /** A player did something beside the moves. */
    game_action: {
      type: "game_action";
      action: string;
      data: unknown;
      user_id: number;
      seq: number;
    };
    /** A player said something. */
    chat_message: {
      type: "chat_message";
      user_id: number;
      username: string;
      message: string;
      seq: number;
    };
    /** A player is here for the first time. */
    player_joined: {
      type: "player_joined";
      user_id: number;
      username: string;
      seq: number;
    };
    /** A player is gone, and has `grace_s` seconds to come back. */
    player_left: {
      type: "player_left";
      user_id: number;
      username: string;
      grace_s: number;
      seq: number;
    };
    /** A player is back. */
    player_reconnected: {
      type: "player_reconnected";
      user_id: number;
      username: string;
      seq: number;
    };
    /** The game has ended. `reason`: win, draw, draw_agreed, resign, timeout, forfeit, abandoned or error. */
    game_over: {
      type: "game_over";
      winner_ids: Array<number>;
      reason: string;
      scores: Record<string, number>;
      ratings: Array<RatingChange>;
      rewards: Array<Reward>;
      seq: number;
    };
    /** Why one message was refused; the socket stays open. */
    error: {
      type: "error";
      ref?: string | number;
      code: string;
      message: string;
      details?: Record<string, unknown>;
      retry_after?: number;
    };
    /** The answer to a ping, with the server's time. */
    pong: {
      type: "pong";
      ref?: string | number;
      time: string;
    };
    /** First frame of a socket that came back in time: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/battle/{battle_id}/`: A battle, for those who have joined it. */
export declare namespace Battle {
  /** How an enemy stands. */
  interface EnemyState {
    id: number;
    name: string;
    hp: number;
    max_hp: number;
  }

  /** How a fighter stands. */
  interface FighterState {
    user_id: number;
    username: string;
    hp: number;
    max_hp: number;
    damage_dealt: number;
    connected: boolean;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Strike an enemy. What it does is the server's to say: a client's `damage` is never read. */
    attack: {
      type: "attack";
      enemy_id: number;
      id?: string | number | null;
    };
    /** Say something to the fighters of this battle. */
    chat: {
      type: "chat";
      message: string;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** All there is to know of the battle. */
    connected: {
      type: "connected";
      id: number;
      name: string;
      level: number;
      state: string;
      enemies: Array<EnemyState>;
      players: Array<FighterState>;
      max_players: number;
      stamina_cost: number;
      step: number;
      user_id: number;
      loot_claimed: boolean;
      seq: number;
      recovered?: boolean;
    };
    /** A player joined the battle, or came to its socket. The enemies grow with the number of players. */
    player_joined: {
      type: "player_joined";
      battle_id: number;
      user_id: number;
      username: string;
      hp: number;
      max_hp: number;
      connected: boolean;
      enemies: Array<EnemyState>;
      step: number;
      seq: number;
    };
    /** A player's socket is gone; the player may come back. */
    player_left: {
      type: "player_left";
      battle_id: number;
      user_id: number;
      username: string;
      step: number;
      seq: number;
    };
    /** A player struck an enemy. */
    attack: {
      type: "attack";
      battle_id: number;
      user_id: number;
      enemy_id: number;
      damage: number;
      critical: boolean;
      enemy_hp: number;
      step: number;
      seq: number;
    };
    /** An enemy struck a player, who falls at 0 `player_hp`. */
    enemy_attack: {
      type: "enemy_attack";
      battle_id: number;
      enemy_id: number;
      user_id: number;
      damage: number;
      critical: boolean;
      player_hp: number;
      step: number;
      seq: number;
    };
    /** An enemy has no hit points left. */
    enemy_defeated: {
      type: "enemy_defeated";
      battle_id: number;
      enemy_id: number;
      user_id: number;
      step: number;
      seq: number;
    };
    /** All enemies are defeated; everybody who joined may claim loot. */
    battle_won: {
      type: "battle_won";
      battle_id: number;
      step: number;
      seq: number;
    };
    /** No player stands any more. */
    battle_lost: {
      type: "battle_lost";
      battle_id: number;
      step: number;
      seq: number;
    };
    /** A fighter said something. */
    chat: {
      type: "chat";
      battle_id: number;
      user_id: number;
      username: string;
      message: string;
      seq: number;
    };
    /** Why one message was refused; the socket stays open. */
    error: {
      type: "error";
      ref?: string | number;
      code: string;
      message: string;
      details?: Record<string, unknown>;
      retry_after?: number;
    };
    /** The answer to a ping, with the server's time. */
    pong: {
      type: "pong";
      ref?: string | number;
      time: string;
    };
    /** First frame of a socket that came back in time: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/lobbies/{lobby_id}/`, `/ws/chat/lobby/{name}/`: A lobby, by its id or its name, for its members. */
export declare namespace Lobby {
  /** The receiver's own standing in the lobby. */
  interface OwnPlace {
    user_id: number;
    role: string;
    muted_until: string | null;
  }

  /** What was said in a lobby. */
  interface Text {
    id: number;
    content: string;
    sender: Person;
    created_at: string;
  }

  /** A user by name. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
  }

  /** What a lobby is. */
  interface LobbyFacts {
    id: number;
    name: string;
    is_public: boolean;
    max_participants: number;
    game: string;
    status: string;
    owner_id: number | null;
  }

  /** Somebody who belongs to a lobby; `online` while a socket of theirs is open in it. `role` is owner, moderator or member; who is muted may not speak until then. */
  interface Member {
    user_id: number;
    username: string;
    is_premium: boolean;
    role: string;
    muted_until: string | null;
    online: boolean;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Tell that something is being written. */
    typing_start: {
      type: "typing_start";
      id?: string | number | null;
    };
    /** Tell that nothing is being written any more. */
    typing_stop: {
      type: "typing_stop";
      id?: string | number | null;
    };
    /** Say something: 1 to 500 characters once trimmed. */
    chat_message: {
      type: "chat_message";
      message: string;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** How the lobby stands: the first frame. `messages` are the last ones, the newest first. */
    presence_state: {
      type: "presence_state";
      lobby: unknown;
      members: unknown;
      messages: unknown;
      you: OwnPlace;
      ref?: string | number;
      seq: number;
      recovered?: boolean;
    };
    /** A member said something. */
    chat_message: {
      type: "chat_message";
      message: Text;
      lobby: string;
      seq: number;
    };
    /** A message was taken away by its author or a moderator. */
    message_deleted: {
      type: "message_deleted";
      id: number;
      lobby: string;
      seq: number;
    };
    /** A member is here. */
    presence_join: {
      type: "presence_join";
      user_id: number;
      username: string;
      is_premium: boolean;
      lobby: string;
      seq: number;
    };
    /** A member has no socket open here any more. */
    presence_leave: {
      type: "presence_leave";
      user_id: number;
      username: string;
      lobby: string;
      seq: number;
    };
    /** A member writes something. */
    typing_start: {
      type: "typing_start";
      lobby: string;
      user_id: number;
      username: string;
    };
    /** A member has stopped writing. */
    typing_stop: {
      type: "typing_stop";
      lobby: string;
      user_id: number;
      username: string;
    };
    /** The lobby was changed, or a member is new or has changed, or is gone. */
    lobby_update: {
      type: "lobby_update";
      facts: LobbyFacts;
      member?: Member;
      gone_id?: number;
      lobby: string;
      seq: number;
    };
    /** A member was sent out, and may come back. */
    moderation_kick: {
      type: "moderation_kick";
      target_id: number;
      target_username: string;
      reason: string;
      by_id: number;
      lobby: string;
      seq: number;
    };
    /** A user was sent out, and may not come back until then, or ever. */
    moderation_ban: {
      type: "moderation_ban";
      target_id: number;
      target_username: string;
      reason: string;
      by_id: number;
      until: string | null;
      lobby: string;
      seq: number;
    };
    /** A member may not speak until then; null ends an earlier mute. */
    moderation_mute: {
      type: "moderation_mute";
      target_id: number;
      target_username: string;
      reason: string;
      by_id: number | null;
      until: string | null;
      lobby: string;
      seq: number;
    };
    /** A game begins: those with a seat are also told `match_found`, the others may watch. */
    game_start: {
      type: "game_start";
      game: string;
      game_id: string;
      ws_url: string;
      player_ids: Array<number>;
      lobby: string;
      seq: number;
    };
    /** The lobby is closed for good. */
    lobby_closed: {
      type: "lobby_closed";
      lobby_id: number;
      lobby: string;
      seq: number;
    };
    /** Why one message was refused; the socket stays open. */
    error: {
      type: "error";
      ref?: string | number;
      code: string;
      message: string;
      details?: Record<string, unknown>;
      retry_after?: number;
    };
    /** The answer to a ping, with the server's time. */
    pong: {
      type: "pong";
      ref?: string | number;
      time: string;
    };
    /** First frame of a socket that came back in time: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/chat/{friend_id}/`: What two friends say to each other. */
export declare namespace Direct {
  /** One of the two; `online` while they have the conversation open. */
  interface Talker {
    user_id: number;
    username: string;
    is_premium: boolean;
    online: boolean;
  }

  /** What one friend said to another. */
  interface DirectText {
    id: number;
    content: string;
    sender: Person;
    to_user_id: number;
    created_at: string;
    read_at: string | null;
  }

  /** A user by name. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Tell that something is being written. */
    typing_start: {
      type: "typing_start";
      id?: string | number | null;
    };
    /** Tell that nothing is being written any more. */
    typing_stop: {
      type: "typing_stop";
      id?: string | number | null;
    };
    /** Say something: 1 to 500 characters once trimmed. */
    chat_message: {
      type: "chat_message";
      message: string;
      id?: string | number | null;
    };
    /** All messages of the friend up to this one are read. */
    read: {
      type: "read";
      up_to: number;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** How the conversation stands: the first frame. `messages` are the last ones, the newest first. `unread` counts those that the friend wrote and the receiver has not read. */
    presence_state: {
      type: "presence_state";
      members: Array<Talker>;
      messages: Array<DirectText>;
      unread: number;
      ref?: string | number;
      seq: number;
      recovered?: boolean;
    };
    /** One of the two said something. */
    chat_message: {
      type: "chat_message";
      message: DirectText;
      between: [number, number];
      seq: number;
    };
    /** One of the two has read what the other wrote, up to this message. */
    read: {
      type: "read";
      user_id: number;
      up_to: number;
      read_at: string;
      between: [number, number];
      seq: number;
    };
    /** One of the two has opened the conversation. */
    presence_join: {
      type: "presence_join";
      user_id: number;
      username: string;
      is_premium: boolean;
      between: [number, number];
      seq: number;
    };
    /** One of the two has closed it. */
    presence_leave: {
      type: "presence_leave";
      user_id: number;
      username: string;
      between: [number, number];
      seq: number;
    };
    /** The friend writes something. */
    typing_start: {
      type: "typing_start";
      between: [number, number];
      user_id: number;
      username: string;
    };
    /** The friend has stopped writing. */
    typing_stop: {
      type: "typing_stop";
      between: [number, number];
      user_id: number;
      username: string;
    };
    /** The two are friends no more: nothing can be said here. */
    direct_closed: {
      type: "direct_closed";
      between: [number, number];
      seq: number;
    };
    /** Why one message was refused; the socket stays open. */
    error: {
      type: "error";
      ref?: string | number;
      code: string;
      message: string;
      details?: Record<string, unknown>;
      retry_after?: number;
    };
    /** The answer to a ping, with the server's time. */
    pong: {
      type: "pong";
      ref?: string | number;
      time: string;
    };
    /** First frame of a socket that came back in time: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/notifications/`: Everything addressed to the user, on each of their devices. */
export declare namespace Notifications {
  /** An invite as both users see it. `kind` is game, lobby or party, and says which of `game`, `lobby_id` and `party_id` is set. `status` is pending, accepted, declined, cancelled or expired. `game_id` and `ws_url` are there once accepting it has started a game. */
  interface InviteInfo {
    id: number;
    from_user: Person;
    to_user: Person;
    kind: string;
    game: string | null;
    lobby_id: number | null;
    party_id: number | null;
    status: string;
    created_at: string;
    expires_at: string;
    game_id?: string;
    ws_url?: string;
  }

  /** A user by name. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
  }

  /** A party as clients see it: members in the order of entering; of a disbanded one nobody is left. A higher `version` is the later state. */
  interface PartyInfo {
    id: number;
    leader_id: number | null;
    members: Array<PartyMemberInfo>;
    max_size: number;
    open: boolean;
    version: number;
  }

  /** A member as the others see them. */
  interface PartyMemberInfo {
    user_id: number;
    username: string;
    ready: boolean;
  }

  /** A friend request; `status` is pending, accepted, declined or cancelled. */
  interface Request {
    id: number;
    from_user: Person;
    to_user: Person;
    status: string;
    created_at: string;
  }

  /** A friend in a user's list. */
  interface Friend {
    user_id: number;
    online: boolean;
    status: string;
    last_seen: string | null;
    game_id?: string;
    username: string;
    is_premium: boolean;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
  }

  interface Heard {
    /** How much waits for the user: unread direct messages by sender, invites to answer, and all together. It is the first frame, and comes again whenever something of it has changed. */
    badge: {
      type: "badge";
      user_id: number;
      dm: Record<string, number>;
      invites: number;
      total: number;
      seq: number;
      recovered?: boolean;
    };
    /** A game was made for the user, who is to open its socket. */
    match_found: {
      type: "match_found";
      user_id: number;
      game: string;
      game_id: string;
      side: string;
      ws_url: string;
      seq: number;
    };
    /** The user's party waits for a match, as one. */
    queue_joined: {
      type: "queue_joined";
      user_id: number;
      party_id: number;
      game: string;
      mode: string;
      seq: number;
    };
    /** The user's party waits no longer: one of it has left the queue, or the party has changed. */
    queue_left: {
      type: "queue_left";
      user_id: number;
      party_id: number;
      game: string;
      mode: string;
      seq: number;
    };
    /** The user's place in the queue was given up: nothing had been heard of them for long. */
    queue_expired: {
      type: "queue_expired";
      user_id: number;
      game: string;
      mode: string;
      seq: number;
    };
    /** Somebody was invited. */
    invite_created: {
      type: "invite_created";
      invite: InviteInfo;
      seq: number;
    };
    /** The invite was accepted, and what it was for has happened. */
    invite_accepted: {
      type: "invite_accepted";
      invite: InviteInfo;
      seq: number;
    };
    /** The invite was declined. */
    invite_declined: {
      type: "invite_declined";
      invite: InviteInfo;
      seq: number;
    };
    /** The invite was taken back, or what it was for is gone. */
    invite_cancelled: {
      type: "invite_cancelled";
      invite: InviteInfo;
      seq: number;
    };
    /** The invite was not answered in time. */
    invite_expired: {
      type: "invite_expired";
      invite: InviteInfo;
      seq: number;
    };
    /** What the party is like now, and which change of these users made it so. It is told to the members and to those who have just gone. */
    party_update: {
      type: "party_update";
      party: PartyInfo;
      change: "created" | "disbanded" | "joined" | "kicked" | "left" | "ready";
      user_ids: Array<number>;
      seq: number;
    };
    /** The operators have something to say to everybody who is here. */
    announcement: {
      type: "announcement";
      id: string;
      message: string;
    };
    /** The user has reached a level; `stat_points` are there to allocate. */
    level_up: {
      type: "level_up";
      user_id: number;
      level: number;
      stat_points: number;
      seq: number;
    };
    /** A request was made; both are told, each on all devices. */
    friend_request: {
      type: "friend_request";
      request: Request;
      seq: number;
    };
    /** A request was declined or cancelled; it goes from both lists. `status` says which. */
    friend_request_closed: {
      type: "friend_request_closed";
      request_id: number;
      from_user_id: number;
      to_user_id: number;
      status: string;
      seq: number;
    };
    /** Two users are friends now: to each the other one. The request is closed by it. */
    friend_accepted: {
      type: "friend_accepted";
      to_user_id: number;
      request_id: number;
      friend: Friend;
      seq: number;
    };
    /** A friendship has ended: to each the other one. It does not say why. */
    friend_removed: {
      type: "friend_removed";
      to_user_id: number;
      user_id: number;
      seq: number;
    };
    /** The same for the notifications, which have no snapshot of friends: a newer one is all that counts. */
    presence: {
      type: "presence";
      to_user_id: number;
      user_id: number;
      online: boolean;
      status: string;
      last_seen: string | null;
      game_id?: string;
    };
    /** A user blocks another: whatever connects the two ends. Only the blocker's devices hear of it. */
    player_blocked: {
      type: "player_blocked";
      by_id: number;
      blocked_id: number;
      seq: number;
    };
    /** A block has ended; what it ended does not come back. */
    player_unblocked: {
      type: "player_unblocked";
      by_id: number;
      blocked_id: number;
      seq: number;
    };
    /** Why one message was refused; the socket stays open. */
    error: {
      type: "error";
      ref?: string | number;
      code: string;
      message: string;
      details?: Record<string, unknown>;
      retry_after?: number;
    };
    /** The answer to a ping, with the server's time. */
    pong: {
      type: "pong";
      ref?: string | number;
      time: string;
    };
    /** First frame of a socket that came back in time: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}
