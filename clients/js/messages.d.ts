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
    rewards: Array<unknown>;
    seq: number;
  }

  /** A player's rating before and after the game. */
  interface RatingChange {
    user_id: number;
    before: number;
    after: number;
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
      rewards: Array<unknown>;
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

/** `/ws/notifications/`: Everything addressed to the user, on each of their devices. */
export declare namespace Notifications {
  /** A friend request; `status` is pending, accepted, declined or cancelled. */
  interface Request {
    id: number;
    from_user: Person;
    to_user: Person;
    status: string;
    created_at: string;
  }

  /** A user by name. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
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
    /** Unread direct messages by sender, pending invites, and all together. */
    badge: {
      type: "badge";
      dm: Record<string, number>;
      invites: number;
      total: number;
      ref?: string | number;
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
    /** The user's place in the queue was given up: nothing had been heard of them for long. */
    queue_expired: {
      type: "queue_expired";
      user_id: number;
      game: string;
      mode: string;
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
