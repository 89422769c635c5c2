// Made by manage.py generate_catalogue from the code; changes here are lost.

/** Messages by `type`, in (`Sent["player_move"]`) and out (`Heard["game_state"]`). */

/** `/ws/friends/status/`: Sends the status of all friends as the first frame, also after a reconnect: there is no history. */
export declare namespace FriendsStatus {
  /** A friend, and how they stand now. */
  interface Friend {
    user_id: number;
    online: boolean;
    status: "offline" | "online" | "away" | "busy" | "playing";
    last_seen: string | null;
    game_id?: string;
    username: string;
    is_premium: boolean;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Set your status for all friends, until you go offline. A running game takes precedence. */
    set_status: {
      type: "set_status";
      status: "away" | "busy" | "online" | "playing";
      id?: string | number | null;
    };
  }

  interface Heard {
    /** All friends with their status: the first frame. `status` is the user's own. */
    presence_state: {
      type: "presence_state";
      friends: Array<Friend>;
      status: string;
      recovered?: boolean;
      ref?: string | number;
      seq: number;
    };
    /** Sent when a friend's status changes. */
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
    /** Sent to the user's own devices when they set their status. */
    status_set: {
      type: "status_set";
      user_id: number;
      status: string;
      seq: number;
      ref?: string | number;
    };
    /** Sent to both users when they become friends, each with the other one; it closes the request. */
    friend_accepted: {
      type: "friend_accepted";
      to_user_id: number;
      request_id: number;
      friend: Friend;
      seq: number;
    };
    /** Sent to both users when their friendship ends; it gives no reason. */
    friend_removed: {
      type: "friend_removed";
      to_user_id: number;
      user_id: number;
      seq: number;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/rooms/`: The rooms that can be joined, kept up to date; a reconnect gets the whole list again. `?game=` and `?metadata.<key>=` filter it as in `GET /api/games/?open=1`. */
export declare namespace OpenRooms {
  /** A room that can be joined, with `POST /api/games/{id}/join/`. `metadata` are its options, and what the game declares of all its rooms. */
  interface OpenRoom {
    id: string;
    game: string;
    title: string;
    mode: string;
    metadata: Record<string, unknown>;
    seats: number;
    free_seats: number;
    players: Array<RoomPlayer>;
    created_at: string;
  }

  /** A player in a room that can be joined. */
  interface RoomPlayer {
    id: number;
    username: string;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The newest rooms that the receiver can join, as filtered by the socket's query: a hundred at most. */
    open_rooms: {
      type: "open_rooms";
      rooms: Array<OpenRoom>;
      recovered?: boolean;
      seq: number;
    };
    /** Sent when a room can be joined, and again when its seats have changed. */
    room_listed: {
      type: "room_listed";
      room: OpenRoom;
    };
    /** Sent when a room that was listed can no longer be joined. */
    room_unlisted: {
      type: "room_unlisted";
      id: string;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/game/{game_id}/`: A game's socket. Players' commands are sent to the room, whichever worker owns it. */
export declare namespace Game {
  /** A player in the form shown to others; `side` is left or right in two-sided games. Guests have no rating. `team` is the number of the player's team, in a game with teams; `left` is true of who has left a game that goes on. `bot_level` is the level of the bot that plays the seat. */
  interface PlayerInfo {
    id: number;
    username: string;
    score: number;
    side: string;
    ready: boolean;
    connected: boolean;
    rating: number | null;
    team?: number | null;
    bot_level?: number | null;
    left?: boolean;
  }

  /** The clocks in milliseconds by user id, as of time `at`; those in `running` count down. `each_turn`: every turn has `initial_ms`. With byo-yomi `left_ms` includes the `periods` that are left, each of `byo_yomi_ms`; a move within one gives it back whole. */
  interface ClockState {
    initial_ms: number;
    increment_ms: number;
    left_ms: Record<string, number>;
    running: Array<number>;
    at: string;
    each_turn?: boolean;
    byo_yomi_ms?: number;
    periods?: number;
  }

  /** The receiver's own seat. */
  interface You {
    user_id: number;
    side: string;
  }

  /** Sent when the game has ended. `reason` is win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted (nobody had moved), error, or operator (ended by one). `places` are the users by place, the best first; users who share a place are together. */
  interface GameOver {
    type: "game_over";
    winner_ids: Array<number>;
    reason: string;
    scores: Record<string, number>;
    ratings: Array<RatingChange>;
    rewards: Array<Reward>;
    seq: number;
    places?: Array<Array<number>>;
  }

  /** A player's rating before and after the game. */
  interface RatingChange {
    user_id: number;
    before: number;
    after: number;
  }

  /** A player's reward for the game; `level_up` says whether it brought a new level. */
  interface Reward {
    user_id: number;
    xp: number;
    gold: number;
    level_up: boolean;
    gems?: number;
    currencies?: Record<string, number>;
    items?: Array<ItemGranted>;
  }

  /** A quantity of an item that was given; `item` is its slug. */
  interface ItemGranted {
    item: string;
    item_id: number;
    name: string;
    rarity: string;
    quantity: number;
  }

  /** The phase of a game; `waiting_for` are the users who may move, unless it is one. `chosen` is the receiver's own choice, where all choose at once. */
  interface PhaseState {
    name: string;
    ends_at: string | null;
    waiting_for?: Array<number>;
    chosen?: Record<string, unknown> | null;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Make a move; its fields depend on the game (see `move_schema` in the catalogue). In real time, `movement` may also have `n`, its number, and `saw`: see docs/state-sync.md. Refused with `not_a_player`, `game_not_active`, `game_over`, `invalid_move`, `not_your_turn`, `not_now` (in another phase), `stale_input`, `rate_limited`, `recovering`, or a code of the game's own. */
    player_move: {
      type: "player_move";
      movement: unknown;
      id?: string | number | null;
    };
    /** Declare yourself ready to begin. Refused with `not_a_player`, `game_over`, `recovering`. */
    player_ready: {
      type: "player_ready";
      id?: string | number | null;
    };
    /** Do something other than a move: `resign`, `offer_draw`, `accept_draw`, `rematch` or `emote`. `start` begins a game that still waits for players; only its creator may. `ask_undo` asks the others for the own last move back, where the game allows it; they `accept_undo` or `decline_undo`. A game may have actions of its own (see `actions` in the catalogue). Refused with `not_a_player`, `unknown_action`, `game_not_active`, `game_over`, `no_draw_offered`, `no_undo`, `no_undo_asked`, `not_the_host`, `recovering`, and for an action of the game's own with `invalid_move` or a code of its own. */
    game_action: {
      type: "game_action";
      action: string;
      data?: unknown;
      id?: string | number | null;
    };
    /** Ask for a new `game_state`, after frames were lost. Refused with `recovering`, or with `rate_limited` after ten at once, then one a second. */
    resync: {
      type: "resync";
      id?: string | number | null;
    };
    /** Send a chat message to the players and spectators. Refused with `invalid_message`, `muted`, `not_a_player`, `rate_limited`, `recovering`, `under_age`. */
    chat_message: {
      type: "chat_message";
      message: string;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The complete state: the first frame after connecting, and again at each change of state. `sync` is how binary frames are read, for sockets that get such: see docs/state-sync.md. */
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
      draw_offered_by: Array<number>;
      seq: number;
      legal?: Array<Record<string, unknown>>;
      phase?: PhaseState;
      undo_asked_by?: number | null;
      ack?: number;
      sync?: Record<string, unknown>;
      recovered?: boolean;
    };
    /** Sent when a player is ready to begin. */
    player_ready: {
      type: "player_ready";
      user_id: number;
      seq: number;
      ref?: string | number;
    };
    /** Sent when all players are ready and the game starts. */
    game_start: {
      type: "game_start";
      seq: number;
    };
    /** Sent after a player's move; `view` is what the receiver sees after it. Of a real-time game's inputs only if it `tells_inputs`. With a subprotocol of docs/state-sync.md, `delta` is there in place of `view`. */
    player_move: {
      type: "player_move";
      user_id: number;
      movement: unknown;
      turn: number | null;
      clock: ClockState | null;
      seq: number;
      view: unknown;
      legal?: Array<Record<string, unknown>>;
      ref?: string | number;
    };
    /** Sent after the game has changed otherwise than by a move; `view` is what the receiver sees after it. `cause` is timer (also the end of a phase), skip (the turn of `user_id` passed without a move) or undo (`user_id` has their last move back). */
    game_update: {
      type: "game_update";
      cause: string;
      user_id: number | null;
      turn: number | null;
      clock: ClockState | null;
      seq: number;
      view: unknown;
      legal?: Array<Record<string, unknown>>;
    };
    /** Sent when a game has entered another phase, or the same anew; `ends_at` is null without a limit. `waiting_for` are the users who may move, unless it is one. */
    phase: {
      type: "phase";
      name: string;
      ends_at: string | null;
      seq: number;
      waiting_for?: Array<number>;
    };
    /** A frame of a real-time game; a newer one replaces it. With a subprotocol of docs/state-sync.md, `full` or `delta` is there in place of `view`. */
    game_tick: {
      type: "game_tick";
      tick: number;
      view: unknown;
      ack?: number;
    };
    /** Sent when a player did something other than a move. After an action of the game's own, `view` is what the receiver sees, except in real time. */
    game_action: {
      type: "game_action";
      action: string;
      data: unknown;
      user_id: number;
      seq: number;
      turn?: number | null;
      clock?: ClockState | null;
      view?: unknown;
      legal?: Array<Record<string, unknown>>;
      ref?: string | number;
    };
    /** A chat message of a player. */
    chat_message: {
      type: "chat_message";
      user_id: number;
      username: string;
      message: string;
      seq: number;
      ref?: string | number;
    };
    /** Sent when a player connects for the first time. */
    player_joined: {
      type: "player_joined";
      user_id: number;
      username: string;
      seq: number;
    };
    /** Sent when a player disconnects; they have `grace_s` seconds to come back. */
    player_left: {
      type: "player_left";
      user_id: number;
      username: string;
      grace_s: number;
      seq: number;
    };
    /** Sent when a player has come back. */
    player_reconnected: {
      type: "player_reconnected";
      user_id: number;
      username: string;
      seq: number;
    };
    /** Sent when somebody else plays a player's seat: the user `by`, a bot of this level, or nobody. `user_id` is null if nobody had the seat. A player who is back is announced by `player_reconnected`. */
    player_replaced: {
      type: "player_replaced";
      user_id: number | null;
      by: number | null;
      bot_level: number | null;
      seq: number;
    };
    /** Sent when the game has ended. `reason` is win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted (nobody had moved), error, or operator (ended by one). `places` are the users by place, the best first; users who share a place are together. */
    game_over: {
      type: "game_over";
      winner_ids: Array<number>;
      reason: string;
      scores: Record<string, number>;
      ratings: Array<RatingChange>;
      rewards: Array<Reward>;
      seq: number;
      places: Array<Array<number>>;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/battle/{battle_id}/`: A battle's socket, for users who have joined it. */
export declare namespace Battle {
  /** The current state of an enemy. */
  interface EnemyState {
    id: number;
    name: string;
    hp: number;
    max_hp: number;
  }

  /** The current state of a fighter. */
  interface FighterState {
    user_id: number;
    username: string;
    hp: number;
    max_hp: number;
    damage_dealt: number;
    connected: boolean;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Attack an enemy; the server computes the damage, a client's `damage` is ignored. Refused with `not_in_battle`, `battle_over`, `unknown_enemy`, `enemy_defeated`, `fighter_fallen`, `attack_cooldown`. */
    attack: {
      type: "attack";
      enemy_id: number;
      id?: string | number | null;
    };
    /** Send a chat message to the battle's fighters. Refused with `invalid_message`, `muted`, `rate_limited`, `under_age`. */
    chat: {
      type: "chat";
      message: string;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The complete state of the battle; the first frame on the socket. */
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
      recovered?: boolean;
      seq: number;
    };
    /** Sent when a player joins the battle or connects. The enemies' hit points grow with the number of players. */
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
    /** Sent when a player's socket is closed; the player may come back. */
    player_left: {
      type: "player_left";
      battle_id: number;
      user_id: number;
      username: string;
      step: number;
      seq: number;
    };
    /** Sent when a player has attacked an enemy. */
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
      ref?: string | number;
    };
    /** Sent when an enemy has attacked a player, who falls at 0 `player_hp`. */
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
    /** Sent when an enemy has no hit points left. */
    enemy_defeated: {
      type: "enemy_defeated";
      battle_id: number;
      enemy_id: number;
      user_id: number;
      step: number;
      seq: number;
    };
    /** Sent when all enemies are defeated; every fighter with a fair share may claim loot. */
    battle_won: {
      type: "battle_won";
      battle_id: number;
      step: number;
      seq: number;
    };
    /** Sent when all players have fallen. */
    battle_lost: {
      type: "battle_lost";
      battle_id: number;
      step: number;
      seq: number;
    };
    /** A chat message of a fighter. */
    chat: {
      type: "chat";
      battle_id: number;
      user_id: number;
      username: string;
      message: string;
      seq: number;
      ref?: string | number;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/lobbies/{lobby_id}/`, `/ws/chat/lobby/{name}/`: A lobby, by id or name, for its members. */
export declare namespace Lobby {
  /** The receiver's own membership of the lobby. */
  interface OwnMembership {
    user_id: number;
    role: string;
    muted_until: string | null;
    read_up_to: number;
  }

  /** A lobby message. `mentions` are the ids of the members whom it names. */
  interface Text {
    id: number;
    content: string;
    sender: Person;
    created_at: string;
    edited_at?: string | null;
    reply_to?: Quote | null;
    reactions?: Array<Reactions>;
    mentions?: Array<number>;
  }

  /** A user's public identity. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
  }

  /** The message that another answers; `content` is its beginning, empty if it was deleted. */
  interface Quote {
    id: number;
    username: string;
    content: string;
  }

  /** The users who reacted to a message in one way, in the order in which they did. */
  interface Reactions {
    kind: "like" | "love" | "laugh" | "wow" | "sad" | "clap" | "fire" | "gg";
    user_ids: Array<number>;
  }

  /** A reaction to a message, given or taken back. */
  interface Reacted {
    id: number;
    kind: "like" | "love" | "laugh" | "wow" | "sad" | "clap" | "fire" | "gg";
    user_id: number;
    is_on: boolean;
  }

  /** The properties of a lobby; `title` is the text chosen by the owner, `name` its slug. */
  interface LobbyFacts {
    id: number;
    name: string;
    title: string;
    is_public: boolean;
    max_participants: number;
    game: string;
    status: string;
    owner_id: number | null;
    slow_mode_s: number;
    pinned: Text | null;
  }

  /** A member of a lobby; `online` while they have a socket open in it. A muted member may not write until `muted_until`. */
  interface Member {
    user_id: number;
    username: string;
    is_premium: boolean;
    role: "owner" | "moderator" | "member";
    muted_until: string | null;
    online: boolean;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Show the others that you are typing. */
    typing_start: {
      type: "typing_start";
      id?: string | number | null;
    };
    /** Show the others that you stopped typing. */
    typing_stop: {
      type: "typing_stop";
      id?: string | number | null;
    };
    /** Send a message: 1 to 500 characters after trimming. `reply_to` is the message it answers. */
    chat_message: {
      type: "chat_message";
      message: string;
      reply_to?: number | null;
      id?: string | number | null;
    };
    /** Mark all messages up to this one as read. */
    read: {
      type: "read";
      up_to: number;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The lobby's state: the first frame. `messages` are the latest, newest first. */
    presence_state: {
      type: "presence_state";
      lobby: unknown;
      members: unknown;
      messages: unknown;
      you: OwnMembership;
      recovered?: boolean;
      ref?: string | number;
      seq: number;
    };
    /** Sent when a member writes a message. */
    chat_message: {
      type: "chat_message";
      message: Text;
      lobby: string;
      seq: number;
      ref?: string | number;
    };
    /** Sent when a message is edited by its author. */
    message_edited: {
      type: "message_edited";
      message: Text;
      lobby: string;
      seq: number;
    };
    /** Sent when a message is deleted by its author or a moderator. */
    message_deleted: {
      type: "message_deleted";
      id: number;
      lobby: string;
      seq: number;
    };
    /** Sent when a member reacts to a message, or takes it back. */
    reaction: {
      type: "reaction";
      reaction: Reacted;
      lobby: string;
      seq: number;
    };
    /** Sent when a member opens a socket in the lobby. */
    presence_join: {
      type: "presence_join";
      user_id: number;
      username: string;
      is_premium: boolean;
      lobby: string;
      seq: number;
    };
    /** Sent when a member has no socket open in the lobby any more. */
    presence_leave: {
      type: "presence_leave";
      user_id: number;
      username: string;
      lobby: string;
      seq: number;
    };
    /** Sent when a member starts typing. */
    typing_start: {
      type: "typing_start";
      lobby: string;
      user_id: number;
      username: string;
    };
    /** Sent when a member stops typing. */
    typing_stop: {
      type: "typing_stop";
      lobby: string;
      user_id: number;
      username: string;
    };
    /** Sent when the lobby's properties change, or a member joins, changes or leaves. */
    lobby_update: {
      type: "lobby_update";
      facts: LobbyFacts;
      member?: Member;
      gone_id?: number;
      lobby: string;
      seq: number;
    };
    /** Sent when a member is kicked; they may rejoin. */
    moderation_kick: {
      type: "moderation_kick";
      target_id: number;
      target_username: string;
      reason: string;
      by_id: number;
      lobby: string;
      seq: number;
    };
    /** Sent when a user is banned until `until`, or permanently if it is null. */
    moderation_ban: {
      type: "moderation_ban";
      target_id: number;
      target_username: string;
      reason: string;
      by_id: number | null;
      until: string | null;
      lobby: string;
      seq: number;
    };
    /** Sent when a member is muted until `until`; null means unmuted. */
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
    /** Sent when a game starts: seated players also get `match_found`, the others may watch. */
    game_start: {
      type: "game_start";
      game: string;
      game_id: string;
      ws_url: string;
      player_ids: Array<number>;
      lobby: string;
      seq: number;
    };
    /** Sent when the lobby is closed permanently. */
    lobby_closed: {
      type: "lobby_closed";
      lobby_id: number;
      lobby: string;
      seq: number;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/chat/{friend_id}/`: The conversation of two friends. */
export declare namespace Direct {
  /** A participant of a conversation; `online` while they have it open. */
  interface Talker {
    user_id: number;
    username: string;
    is_premium: boolean;
    online: boolean;
  }

  /** A direct message. */
  interface DirectText {
    id: number;
    content: string;
    sender: Person;
    created_at: string;
    edited_at?: string | null;
    reply_to?: Quote | null;
    reactions?: Array<Reactions>;
    to_user_id: number;
    read_at: string | null;
  }

  /** A user's public identity. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
  }

  /** The message that another answers; `content` is its beginning, empty if it was deleted. */
  interface Quote {
    id: number;
    username: string;
    content: string;
  }

  /** The users who reacted to a message in one way, in the order in which they did. */
  interface Reactions {
    kind: "like" | "love" | "laugh" | "wow" | "sad" | "clap" | "fire" | "gg";
    user_ids: Array<number>;
  }

  /** A reaction to a message, given or taken back. */
  interface Reacted {
    id: number;
    kind: "like" | "love" | "laugh" | "wow" | "sad" | "clap" | "fire" | "gg";
    user_id: number;
    is_on: boolean;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Show the others that you are typing. */
    typing_start: {
      type: "typing_start";
      id?: string | number | null;
    };
    /** Show the others that you stopped typing. */
    typing_stop: {
      type: "typing_stop";
      id?: string | number | null;
    };
    /** Send a message: 1 to 500 characters after trimming. `reply_to` is the message it answers. */
    chat_message: {
      type: "chat_message";
      message: string;
      reply_to?: number | null;
      id?: string | number | null;
    };
    /** Mark all messages up to this one as read. */
    read: {
      type: "read";
      up_to: number;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The conversation's state: the first frame. `messages` are the latest, newest first. `unread` counts the friend's messages that the receiver has not read. */
    presence_state: {
      type: "presence_state";
      members: Array<Talker>;
      messages: Array<DirectText>;
      unread: number;
      recovered?: boolean;
      ref?: string | number;
      seq: number;
    };
    /** Sent when one of the two writes a message. */
    chat_message: {
      type: "chat_message";
      message: DirectText;
      between: [number, number];
      seq: number;
      ref?: string | number;
    };
    /** Sent when a message is edited by its author. */
    message_edited: {
      type: "message_edited";
      message: DirectText;
      between: [number, number];
      seq: number;
    };
    /** Sent when a message is deleted by its author. */
    message_deleted: {
      type: "message_deleted";
      id: number;
      between: [number, number];
      seq: number;
    };
    /** Sent when one of the two reacts to a message, or takes it back. */
    reaction: {
      type: "reaction";
      reaction: Reacted;
      between: [number, number];
      seq: number;
    };
    /** Sent when one of the two has read the other's messages up to this one. */
    read: {
      type: "read";
      user_id: number;
      up_to: number;
      read_at: string;
      between: [number, number];
      seq: number;
      ref?: string | number;
    };
    /** Sent when one of the two opens the conversation. */
    presence_join: {
      type: "presence_join";
      user_id: number;
      username: string;
      is_premium: boolean;
      between: [number, number];
      seq: number;
    };
    /** Sent when one of the two closes the conversation. */
    presence_leave: {
      type: "presence_leave";
      user_id: number;
      username: string;
      between: [number, number];
      seq: number;
    };
    /** Sent when the friend starts typing. */
    typing_start: {
      type: "typing_start";
      between: [number, number];
      user_id: number;
      username: string;
    };
    /** Sent when the friend stops typing. */
    typing_stop: {
      type: "typing_stop";
      between: [number, number];
      user_id: number;
      username: string;
    };
    /** Sent when the two are no longer friends: the conversation is closed. */
    direct_closed: {
      type: "direct_closed";
      between: [number, number];
      seq: number;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/`: The shared world's consumer, one per user. */
export declare namespace World {
  /** Coordinates of a move, in metres; an omitted coordinate keeps its value. */
  interface Step {
    x?: number;
    y?: number;
    z?: number;
  }

  /** A position in metres, or a velocity in metres a second. */
  interface Vector {
    x?: number;
    y?: number;
    z?: number;
  }

  /** A quantity of an item, given by its row in your inventory. */
  interface OfferedItem {
    id: number;
    quantity?: number;
  }

  /** A faction; `shards` is the number of shards it holds. */
  interface FactionInfo {
    id: number;
    name: string;
    colour: string;
    description: string;
    shards: number;
  }

  /** A place on the map. `paths` lists the places that can be reached from it, `faction` names the faction whose home it is. `x` and `y` are its position on a map of 100 by 100. Positions inside it range from `-size` to `size`. */
  interface LocationInfo {
    id: number;
    name: string;
    description: string;
    faction: string | null;
    x: number;
    y: number;
    size: number;
    paths: Array<number>;
  }

  /** A shard: its place, the name of its owner, and the capture in progress. */
  interface ShardInfo {
    id: number;
    name: string;
    location_id: number;
    faction: string | null;
    capture: CaptureInfo | null;
  }

  /** A capture in progress. It takes `remaining_s` more seconds, until `due_at`, which is null while contested. */
  interface CaptureInfo {
    character_id: number;
    character_name: string;
    faction: string;
    contested: boolean;
    remaining_s: number;
    due_at: string | null;
  }

  /** A character as everybody sees it; `faction` is the faction's name. */
  interface CharacterInfo {
    character_id: number;
    user_id: number;
    character_name: string;
    location_id: number;
    position: Vector;
    level: number;
    faction: string;
    health: number;
    max_health: number;
    last_seen: string;
  }

  /** A place and the characters in it, or those in sight in a place that is not seen whole. */
  interface Area {
    location_id: number;
    members: Array<CharacterInfo>;
  }

  /** One of your own characters; `selected` marks the one that you play. */
  interface OwnCharacter {
    id: number;
    name: string;
    faction: string;
    location_id: number;
    position: Vector;
    level: number;
    health: number;
    max_health: number;
    selected: boolean;
    last_seen: string;
    created_at: string;
  }

  /** A fighter and their health. */
  interface FighterInfo {
    character_id: number;
    user_id: number;
    character_name: string;
    faction: string;
    level: number;
    health: number;
    max_health: number;
  }

  /** A spell that can be cast in a fight. `kind` is damage or heal, `power` a percentage of the caster's attack, `level` the lowest level that may cast it, and `ready_at` the end of its cooldown, if it is on one. */
  interface AbilityInfo {
    name: string;
    title: string;
    description: string;
    kind: string;
    power: number;
    cooldown_ms: number;
    stamina_cost: number;
    level: number;
    ready_at: string | null;
  }

  /** An item in your inventory that heals; `id` is its row there. */
  interface RemedyInfo {
    id: number;
    item_id: number;
    name: string;
    heals: number;
    quantity: number;
  }

  /** The position and velocity of a character: `[character_id, x, y, z, vx, vy, vz]`. */
  type Moved = [number, number, number, number, number, number, number];

  /** A party as clients see it: members in the order of joining; empty once it is disbanded. A higher `version` is the later state. */
  interface PartyInfo {
    id: number;
    leader_id: number | null;
    members: Array<PartyMemberInfo>;
    max_size: number;
    open: boolean;
    version: number;
    region: string | null;
  }

  /** A member of a party. */
  interface PartyMemberInfo {
    user_id: number;
    username: string;
    ready: boolean;
  }

  /** One of the two traders. */
  interface Trader {
    user_id: number;
    character_id: number;
    character_name: string;
  }

  /** A trader's offer, and whether they have confirmed the current version. */
  interface OfferInfo {
    user_id: number;
    gold: number;
    currencies: Record<string, number>;
    items: Array<OfferedItemInfo>;
    confirmed: boolean;
  }

  /** A quantity of an item; `id` is its row in the owner's inventory. */
  interface OfferedItemInfo {
    id: number;
    item_id: number;
    name: string;
    rarity: string;
    quantity: number;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Authenticate on a socket that was opened without a token, with a password or an access token. `username` may be a name or an e-mail address. Refused with `already_authenticated`, `not_authenticated`. */
    auth_request: {
      type: "auth_request";
      username?: string | null;
      password?: string | null;
      token?: string | null;
      id?: string | number | null;
    };
    /** Close this socket; the character leaves the world. */
    disconnect: {
      type: "disconnect";
      id?: string | number | null;
    };
    /** List your characters. */
    character_list: {
      type: "character_list";
      id?: string | number | null;
    };
    /** Create a character in the named faction. Refused with `unknown_faction`, `no_home`, `too_many_characters`, `character_name_taken`. */
    character_create: {
      type: "character_create";
      name: string;
      faction: string;
      id?: string | number | null;
    };
    /** Select the character that you play. Refused with `unknown_character`, `rate_limited`. */
    character_select: {
      type: "character_select";
      character_id: number;
      id?: string | number | null;
    };
    /** Request the current state of one of your characters, or of a character in the same place as yours. Refused with `unknown_character`. */
    character_update: {
      type: "character_update";
      character_id: number;
      id?: string | number | null;
    };
    /** Delete one of your characters permanently. Refused with `unknown_character`. */
    character_delete: {
      type: "character_delete";
      character_id: number;
      id?: string | number | null;
    };
    /** Walk to a connected place, or move within the current one. `position` is in metres; omitted coordinates keep their values. `velocity` is in metres per second; omitted components are 0. Refused with `no_character`, `not_in_play`, `not_there`, `no_path`, `impossible_move`, `rate_limited`. */
    move: {
      type: "move";
      to_location_id?: number | null;
      from_location_id?: number | null;
      position?: Step | null;
      velocity?: Vector;
      id?: string | number | null;
    };
    /** Send a chat message to the whole world, or on the channel `area` to everybody in the same place. Refused with `muted`, `no_character`, `rate_limited`, `under_age`. */
    chat: {
      type: "chat";
      content: string;
      channel?: "area" | "world";
      id?: string | number | null;
    };
    /** Send a private message to a user who is in the world. Refused with `not_in_world`, `rate_limited`. */
    whisper: {
      type: "whisper";
      to_user_id: number;
      content: string;
      id?: string | number | null;
    };
    /** Send a chat message to your faction. Refused with `no_character`, `rate_limited`. */
    faction_chat: {
      type: "faction_chat";
      content: string;
      id?: string | number | null;
    };
    /** Send an announcement to everybody in the world. Refused with `staff_only`. */
    world_announcement: {
      type: "world_announcement";
      content: string;
      id?: string | number | null;
    };
    /** Create a party and lead it. */
    party_create: {
      type: "party_create";
      open?: boolean;
      id?: string | number | null;
    };
    /** Invite a user to the party that you lead. */
    party_invite: {
      type: "party_invite";
      user_id: number;
      id?: string | number | null;
    };
    /** Accept a party invite, chosen by id, party or sender; the newest if none is given. */
    party_accept: {
      type: "party_accept";
      invite_id?: number | null;
      party_id?: number | null;
      user_id?: number | null;
      id?: string | number | null;
    };
    /** Decline a party invite, chosen as in `party_accept`. */
    party_decline: {
      type: "party_decline";
      invite_id?: number | null;
      party_id?: number | null;
      user_id?: number | null;
      id?: string | number | null;
    };
    /** Leave your party. */
    party_leave: {
      type: "party_leave";
      id?: string | number | null;
    };
    /** Remove a member from the party that you lead. */
    party_kick: {
      type: "party_kick";
      user_id: number;
      id?: string | number | null;
    };
    /** Disband the party that you lead. */
    party_disband: {
      type: "party_disband";
      id?: string | number | null;
    };
    /** Send a chat message to your party. */
    party_chat: {
      type: "party_chat";
      content: string;
      id?: string | number | null;
    };
    /** Attack a character of another faction in the same place. Refused with `no_character`, `unknown_target`, `same_faction`, `already_fighting`, `shielded`. */
    combat_start: {
      type: "combat_start";
      target_id: number;
      id?: string | number | null;
    };
    /** Strike, cast a spell or use an item in a fight; the server computes the effect. `target_id` is the opponent's character; to heal, by spell or item, give your own or omit it. `ability_name` is required for a spell, `item_id` (a row of your inventory) for an item. Refused with `no_character`, `unknown_combat`, `combat_over`, `wrong_target`, `rate_limited`; a spell also with `unknown_ability`, `level_too_low`, `on_cooldown`, `not_enough_stamina`; an item also with `not_owned`, `no_remedy`. */
    combat_action: {
      type: "combat_action";
      combat_id: number;
      action_type: "attack" | "item" | "spell";
      target_id?: number | null;
      ability_name?: string | null;
      item_id?: number | null;
      id?: string | number | null;
    };
    /** Request the state of your fight and what you can use in it. */
    combat_state: {
      type: "combat_state";
      id?: string | number | null;
    };
    /** Begin to capture the shard in your character's place; the capture takes effect when its time is over. Refused with `no_character`, `not_in_play`, `unknown_shard`, `not_here`, `already_yours`, `shard_contested`, `already_capturing`. */
    shard_captured: {
      type: "shard_captured";
      shard_id: number;
      id?: string | number | null;
    };
    /** Ask a user whose character is in the same place to trade. Refused with `no_character`, `cannot_trade_with_oneself`, `unknown_trader`, `guests_may_not_trade`, `cannot_trade`, `already_trading`, `rate_limited`. */
    trade_request: {
      type: "trade_request";
      to_user_id: number;
      id?: string | number | null;
    };
    /** Accept a trade request; both users can make offers from then on. Refused with `unknown_trade`, `trade_over`, `not_yours_to_accept`, `cannot_trade`. */
    trade_accept: {
      type: "trade_accept";
      trade_id: number;
      id?: string | number | null;
    };
    /** End a trade, accepted or not. Refused with `unknown_trade`, `trade_over`. */
    trade_decline: {
      type: "trade_decline";
      trade_id: number;
      id?: string | number | null;
    };
    /** Replace your offer; all confirmations are withdrawn. Refused with `unknown_trade`, `trade_over`, `trade_not_open`, `not_owned`, `account_too_new` (giving something away requires level 3 or premium), `not_enough_gold`, `not_enough_items`, `item_equipped`, `not_enough_of_currency`, `currency_not_tradeable`. */
    trade_update: {
      type: "trade_update";
      trade_id: number;
      gold?: number;
      currencies?: Record<string, number>;
      items?: Array<OfferedItem>;
      id?: string | number | null;
    };
    /** Confirm the offers of this version; the exchange happens once both users have confirmed. Refused with `unknown_trade`, `trade_over`, `trade_not_open`, `stale_version`, and, if something is no longer there, with the codes of `trade_update`; or with `balance_full`. */
    trade_complete: {
      type: "trade_complete";
      trade_id: number;
      version: number;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The state of the world: the first frame. `you` is your character in play, and `area` who is where it is; both are null until a character is selected. */
    world_state: {
      type: "world_state";
      ref?: string | number;
      epoch: number;
      current_reality: string | null;
      factions: Array<FactionInfo>;
      locations: Array<LocationInfo>;
      shards: Array<ShardInfo>;
      online: number;
      you: CharacterInfo | null;
      area: Area | null;
      recovered?: boolean;
      seq: number;
    };
    /** Confirms that you are signed in on this socket. The tokens are included after a sign-in by password. The key is included if the socket was opened with `?encrypted=session`: all later frames are encrypted with it. */
    auth_response: {
      type: "auth_response";
      ref?: string | number;
      user_id: number;
      username: string;
      access?: string;
      refresh?: string;
      encryption_key?: string;
    };
    /** The place of your character and everybody in sight, yourself included; null if you play no character. Sent when your character arrives there. */
    area_state: {
      type: "area_state";
      ref?: string | number;
      area: Area | null;
    };
    /** Your characters, oldest first. */
    character_list: {
      type: "character_list";
      ref?: string | number;
      characters: Array<OwnCharacter>;
    };
    /** Your new character. */
    character_create: {
      type: "character_create";
      ref?: string | number;
      character: OwnCharacter;
    };
    /** The character that you play from now on; `area_state` follows. */
    character_select: {
      type: "character_select";
      ref?: string | number;
      character: OwnCharacter;
    };
    /** Sent when one of your characters was deleted. */
    character_delete: {
      type: "character_delete";
      ref?: string | number;
      character_id: number;
    };
    /** A chat message to everybody in the world, or in the place `location_id`. */
    chat: {
      type: "chat";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "area" | "world";
      location_id: number;
      seq?: number;
      ref?: string | number;
    };
    /** An announcement by the staff to everybody in the world. */
    world_announcement: {
      type: "world_announcement";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "announcement";
      seq: number;
      ref?: string | number;
    };
    /** The state of your fight, if any, and what you can use in it; sent on request and after a reconnect. */
    combat_state: {
      type: "combat_state";
      ref?: string | number;
      combat_id: number | null;
      step: number;
      fighters: Array<FighterInfo>;
      abilities: Array<AbilityInfo>;
      remedies: Array<RemedyInfo>;
    };
    /** Sent when a capture begins, is contested, continues or is broken off. */
    shard_status: {
      type: "shard_status";
      shard_id: number;
      status: "broken" | "channelling" | "contested";
      shard: ShardInfo;
      seq: number;
      ref?: string | number;
    };
    /** Sent when a faction has captured a shard; `shard_name` equals `name`. */
    shard_captured: {
      type: "shard_captured";
      shard_id: number;
      name: string;
      shard_name: string;
      location_id: number;
      faction: string;
      previous_faction: string | null;
      character_id: number;
      character_name: string;
      seq: number;
      ref?: string | number;
    };
    /** Sent when a faction holds more than half of the shards and thereby controls reality. */
    reality_shift: {
      type: "reality_shift";
      faction: string;
      previous_faction: string | null;
      epoch: number;
      seq: number;
    };
    /** Sent when a faction held every shard: they are scattered, without owners, and a new epoch begins. */
    aetherfall: {
      type: "aetherfall";
      faction: string;
      epoch: number;
      shards: Array<ShardInfo>;
      seq: number;
    };
    /** Sent when a character arrives in your place, or comes into sight in a place that is not seen whole. */
    player_joined_area: {
      type: "player_joined_area";
      location_id: number;
      character: CharacterInfo;
    };
    /** Sent when a character leaves your place or the world, or is out of sight in a place not seen whole. */
    player_left_area: {
      type: "player_left_area";
      location_id: number;
      character_id: number;
      user_id: number;
      character_name: string;
      reason: "deleted" | "deselected" | "died" | "disconnected" | "moved" | "out_of_sight";
    };
    /** The current state of a character. Also sent after an impossible move, to reset the position. */
    character_update: {
      type: "character_update";
      character_id: number;
      user_id: number;
      character_name: string;
      location_id: number;
      position: Vector;
      level: number;
      faction: string;
      health: number;
      max_health: number;
      last_seen: string;
      ref?: string | number;
    };
    /** Characters in your place that moved since the last update. Each is `[character_id, x, y, z, vx, vy, vz]`. Sent at most 20 times a second, and at once in answer to a `move` with an `id`. A character that is not among the members you know has just left or is about to arrive. */
    location_update: {
      type: "location_update";
      location_id: number;
      moves: Array<Moved>;
      ref?: string | number;
    };
    /** A private message, sent to the recipient and to its sender. */
    whisper: {
      type: "whisper";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "whisper";
      to_user_id: number;
      ref?: string | number;
    };
    /** A chat message to a faction. */
    faction_chat: {
      type: "faction_chat";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "faction";
      faction_id: number;
      ref?: string | number;
    };
    /** An invite to a party, sent to the invited user and to the leader. */
    party_invite: {
      type: "party_invite";
      invite_id: number;
      party_id: number;
      from_user_id: number;
      from_username: string;
      to_user_id: number;
      expires_at: string;
      ref?: string | number;
    };
    /** Sent to both users when an invite to a party was declined. */
    party_decline: {
      type: "party_decline";
      invite_id: number;
      party_id: number;
      from_user_id: number;
      to_user_id: number;
      ref?: string | number;
    };
    /** Sent when a party has changed: its new state, the change, and the users who caused it. Sent to the members and to those who have just left. */
    party_update: {
      type: "party_update";
      party: PartyInfo;
      change: "created" | "disbanded" | "joined" | "kicked" | "latencies" | "left" | "ready";
      user_ids: Array<number>;
      ref?: string | number;
    };
    /** Sent when a member writes to the party; only its members receive it. */
    party_chat: {
      type: "party_chat";
      party_id: number;
      sender_id: number;
      sender_name: string;
      content: string;
      member_ids: Array<number>;
      channel: "party";
      ref?: string | number;
    };
    /** Sent when a fight begins. */
    combat_start: {
      type: "combat_start";
      attacker_id: number;
      target_id: number;
      location_id: number;
      fighters: Array<FighterInfo>;
      combat_id: number;
      user_ids: Array<number>;
      step: number;
      ref?: string | number;
    };
    /** Sent when a fighter was hit; `health` is what the target has left. `amount` equals `damage`; it is the name that `combat_heal` uses. */
    combat_damage: {
      type: "combat_damage";
      attacker_id: number;
      target_id: number;
      action_type: "attack" | "spell";
      ability_name: string | null;
      damage: number;
      amount: number;
      critical: boolean;
      health: number;
      max_health: number;
      combat_id: number;
      user_ids: Array<number>;
      step: number;
      ref?: string | number;
    };
    /** Sent when a fighter healed, by a spell or an item of their own. */
    combat_heal: {
      type: "combat_heal";
      target_id: number;
      action_type: "item" | "spell";
      ability_name: string | null;
      item: string | null;
      amount: number;
      health: number;
      max_health: number;
      combat_id: number;
      user_ids: Array<number>;
      step: number;
      ref?: string | number;
    };
    /** Sent when a fight is over. `reason` is defeated, fled or disconnected. A defeated character is back at its faction's home with full health. `xp` is what the winner earned. */
    combat_end: {
      type: "combat_end";
      winner_id: number;
      loser_id: number;
      reason: string;
      xp: number;
      combat_id: number;
      user_ids: Array<number>;
      step: number;
    };
    /** Sent when somebody asks to trade; it can be accepted until `expires_at`. The user who is asked gets a notification too. */
    trade_request: {
      type: "trade_request";
      from_trader: Trader;
      to_trader: Trader;
      expires_at: string;
      trade_id: number;
      user_ids: Array<number>;
      ref?: string | number;
    };
    /** Sent when a trade was accepted and is open. */
    trade_accept: {
      type: "trade_accept";
      trade_id: number;
      user_ids: Array<number>;
      version: number;
      offers: Array<OfferInfo>;
      ref?: string | number;
    };
    /** Sent when a trader changed their offer or confirmed this version. */
    trade_update: {
      type: "trade_update";
      trade_id: number;
      user_ids: Array<number>;
      version: number;
      offers: Array<OfferInfo>;
      ref?: string | number;
    };
    /** Sent when both have confirmed and the exchange is done. */
    trade_complete: {
      type: "trade_complete";
      trade_id: number;
      user_ids: Array<number>;
      version: number;
      offers: Array<OfferInfo>;
      ref?: string | number;
    };
    /** Sent when a trade ended without an exchange; `by_user_id` is the user who ended it. */
    trade_decline: {
      type: "trade_decline";
      reason: "declined" | "died" | "disconnected" | "expired" | "left";
      by_user_id: number | null;
      trade_id: number;
      user_ids: Array<number>;
      ref?: string | number;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}

/** `/ws/notifications/`: Everything addressed to the user, on all of their devices, and voice. */
export declare namespace Notifications {
  /** WebRTC's `RTCSessionDescription`; the server does not read the SDP. */
  interface Description {
    type: "answer" | "offer";
    sdp: string;
  }

  /** WebRTC's `RTCIceCandidate`, as the browser made it; an empty `candidate` ends the list. */
  interface Candidate {
    candidate: string;
    sdpMid?: string | null;
    sdpMLineIndex?: number | null;
    usernameFragment?: string | null;
  }

  /** An invite as both users see it. `kind` determines which of `game`, `lobby_id` and `party_id` is set. `game_id` and `ws_url` are set once accepting it has started a game. */
  interface InviteInfo {
    id: number;
    from_user: Person;
    to_user: Person;
    kind: "game" | "lobby" | "party";
    game: string | null;
    lobby_id: number | null;
    party_id: number | null;
    status: "pending" | "accepted" | "declined" | "cancelled" | "expired";
    created_at: string;
    expires_at: string;
    game_id?: string;
    ws_url?: string;
  }

  /** A user's public identity. */
  interface Person {
    id: number;
    username: string;
    is_premium: boolean;
  }

  /** A party as clients see it: members in the order of joining; empty once it is disbanded. A higher `version` is the later state. */
  interface PartyInfo {
    id: number;
    leader_id: number | null;
    members: Array<PartyMemberInfo>;
    max_size: number;
    open: boolean;
    version: number;
    region: string | null;
  }

  /** A member of a party. */
  interface PartyMemberInfo {
    user_id: number;
    username: string;
    ready: boolean;
  }

  /** A lobby message. `mentions` are the ids of the members whom it names. */
  interface Text {
    id: number;
    content: string;
    sender: Person;
    created_at: string;
    edited_at?: string | null;
    reply_to?: Quote | null;
    reactions?: Array<Reactions>;
    mentions?: Array<number>;
  }

  /** The message that another answers; `content` is its beginning, empty if it was deleted. */
  interface Quote {
    id: number;
    username: string;
    content: string;
  }

  /** The users who reacted to a message in one way, in the order in which they did. */
  interface Reactions {
    kind: "like" | "love" | "laugh" | "wow" | "sad" | "clap" | "fire" | "gg";
    user_ids: Array<number>;
  }

  /** One of the two traders. */
  interface Trader {
    user_id: number;
    character_id: number;
    character_name: string;
  }

  /** A friend request. */
  interface Request {
    id: number;
    from_user: Person;
    to_user: Person;
    status: "pending" | "accepted" | "declined" | "cancelled";
    created_at: string;
  }

  /** A friend, and how they stand now. */
  interface Friend {
    user_id: number;
    online: boolean;
    status: "offline" | "online" | "away" | "busy" | "playing";
    last_seen: string | null;
    game_id?: string;
    username: string;
    is_premium: boolean;
  }

  /** A participant of a channel; each time that somebody joins, they get another `peer`. */
  interface VoiceMember {
    user_id: number;
    username: string;
    peer: string;
  }

  /** WebRTC's `RTCIceServer`. The credentials expire after an hour; joining again gives new ones. */
  interface IceServer {
    urls: Array<string>;
    username?: string;
    credential?: string;
  }

  /** The LiveKit server on which the channel talks, and the token with which to connect. */
  interface LiveKit {
    url: string;
    token: string;
  }

  interface Sent {
    /** Check the connection; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Hear who talks in a channel: `voice_members` now and at each change, without taking part. `kind` is `lobby`, `party`, `game` or `direct`, `of` the id of the lobby, the party, the game or the friend. Refused with `voice_off`, `unknown_voice_channel`, `too_many_channels`, `muted`, `rate_limited`, and what forbids to be where the channel belongs. */
    voice_watch: {
      type: "voice_watch";
      id?: string | number | null;
      kind: string;
      of: number | string;
    };
    /** No longer hear of a channel, and leave it. */
    voice_unwatch: {
      type: "voice_unwatch";
      channel: string;
      id?: string | number | null;
    };
    /** Take part in a channel, and leave the one before; the answer is `voice_joined`. The fields are those of `voice_watch`, which this includes. Refused with `voice_full`, `not_in_voice`, and whatever watching is refused with. */
    voice_join: {
      type: "voice_join";
      id?: string | number | null;
      kind: string;
      of: number | string;
    };
    /** Leave the channel; the socket still hears who is in it. */
    voice_leave: {
      type: "voice_leave";
      id?: string | number | null;
    };
    /** Send one other participant either a `description` or a `candidate` of WebRTC's negotiation. It is acknowledged once it was handed to that participant's socket. Refused with `not_in_voice`, `unknown_peer`, `invalid_message`, `rate_limited`. */
    voice_signal: {
      type: "voice_signal";
      to: string;
      description?: Description | null;
      candidate?: Candidate | null;
      id?: string | number | null;
    };
    /** Say whether the page of this socket is seen; nothing is pushed to a user who looks at a page. */
    set_visible: {
      type: "set_visible";
      visible: boolean;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** The number of things waiting for the user: unread messages by sender, open invites, and the total. Sent as the first frame, and again whenever it changes. */
    badge: {
      type: "badge";
      user_id: number;
      dm: Record<string, number>;
      invites: number;
      total: number;
      recovered?: boolean;
      seq: number;
    };
    /** Sent when a game was created for the user, who should open its socket. */
    match_found: {
      type: "match_found";
      user_id: number;
      game: string;
      game_id: string;
      side: string;
      ws_url: string;
      seq: number;
    };
    /** Sent when it has become the user's turn in a correspondence game, which need not be open. */
    your_turn: {
      type: "your_turn";
      user_id: number;
      game: string;
      game_id: string;
      ends_at: string | null;
      ws_url: string;
      seq: number;
    };
    /** Sent when the user's party starts waiting for a match. */
    queue_joined: {
      type: "queue_joined";
      user_id: number;
      party_id: number;
      game: string;
      mode: string;
      seq: number;
    };
    /** Sent when the user's party stops waiting: a member has left the queue, or the party has changed. */
    queue_left: {
      type: "queue_left";
      user_id: number;
      party_id: number;
      game: string;
      mode: string;
      seq: number;
    };
    /** Sent when a match is found that all players have to accept first, until `expires_at`. */
    match_proposed: {
      type: "match_proposed";
      user_id: number;
      proposal_id: number;
      game: string;
      mode: string;
      expires_at: string;
      seq: number;
    };
    /** Sent when a match is cancelled because others left before the first move, or did not accept it. `reason` is aborted (they never came), resign, timeout, forfeit or abandoned; for a match that was only proposed, without `game_id`, it is declined or not_accepted. `requeued` tells whether the user is in the queue again, at the old place. */
    match_cancelled: {
      type: "match_cancelled";
      user_id: number;
      game_id?: string;
      game: string;
      mode: string;
      reason: string;
      requeued: boolean;
      seq: number;
    };
    /** Sent when the user's ticket expires: no sign of them for too long, or the game is no longer offered. */
    queue_expired: {
      type: "queue_expired";
      user_id: number;
      game: string;
      mode: string;
      seq: number;
    };
    /** Sent when a user is invited. */
    invite_created: {
      type: "invite_created";
      invite: InviteInfo;
      seq: number;
    };
    /** Sent when an invite is accepted and has taken effect. */
    invite_accepted: {
      type: "invite_accepted";
      invite: InviteInfo;
      seq: number;
    };
    /** Sent when an invite is declined. */
    invite_declined: {
      type: "invite_declined";
      invite: InviteInfo;
      seq: number;
    };
    /** Sent when an invite is cancelled, or when its game, lobby or party no longer exists. */
    invite_cancelled: {
      type: "invite_cancelled";
      invite: InviteInfo;
      seq: number;
    };
    /** Sent when an invite expires without an answer. */
    invite_expired: {
      type: "invite_expired";
      invite: InviteInfo;
      seq: number;
    };
    /** Sent when a party has changed: its new state, the change, and the users who caused it. Sent to the members and to those who have just left. */
    party_update: {
      type: "party_update";
      party: PartyInfo;
      change: "created" | "disbanded" | "joined" | "kicked" | "latencies" | "left" | "ready";
      user_ids: Array<number>;
      seq: number;
    };
    /** Sent when a member writes to the party; only its members receive it. */
    party_chat: {
      type: "party_chat";
      party_id: number;
      sender_id: number;
      sender_name: string;
      content: string;
      member_ids: Array<number>;
      channel: "party";
      seq: number;
    };
    /** Sent to a member who is named in a lobby message. */
    mention: {
      type: "mention";
      user_id: number;
      lobby_id: number;
      title: string;
      message: Text;
      seq: number;
    };
    /** Sent when the user reaches a level; `stat_points` is the number available to allocate. */
    level_up: {
      type: "level_up";
      user_id: number;
      level: number;
      stat_points: number;
      seq: number;
    };
    /** Sent when a user has earned an achievement and received its reward. */
    achievement_earned: {
      type: "achievement_earned";
      user_id: number;
      achievement_id: number;
      code: string;
      name: string;
      description: string;
      xp: number;
      gold: number;
      gems: number;
      seq: number;
    };
    /** Sent when somebody asks to trade; it can be accepted until `expires_at`. The user who is asked gets a notification too. */
    trade_request: {
      type: "trade_request";
      from_trader: Trader;
      to_trader: Trader;
      expires_at: string;
      trade_id: number;
      user_ids: Array<number>;
      seq: number;
    };
    /** Sent when the operators write to the user; it stays in the list of `GET /api/me/messages/`. */
    support_message: {
      type: "support_message";
      user_id: number;
      id: number;
      text: string;
      at: string;
      seq: number;
    };
    /** Sent to both users when a friend request is made. */
    friend_request: {
      type: "friend_request";
      request: Request;
      seq: number;
    };
    /** Sent to both users when a request is declined or cancelled; `status` says which. */
    friend_request_closed: {
      type: "friend_request_closed";
      request_id: number;
      from_user_id: number;
      to_user_id: number;
      status: string;
      seq: number;
    };
    /** Sent to both users when they become friends, each with the other one; it closes the request. */
    friend_accepted: {
      type: "friend_accepted";
      to_user_id: number;
      request_id: number;
      friend: Friend;
      seq: number;
    };
    /** Sent to both users when their friendship ends; it gives no reason. */
    friend_removed: {
      type: "friend_removed";
      to_user_id: number;
      user_id: number;
      seq: number;
    };
    /** Like `presence`, for the notifications socket, which has no snapshot; only the latest counts. */
    presence: {
      type: "presence";
      to_user_id: number;
      user_id: number;
      online: boolean;
      status: string;
      last_seen: string | null;
      game_id?: string;
    };
    /** Sent to the blocker's devices when a user blocks another; everything between the two ends. */
    player_blocked: {
      type: "player_blocked";
      by_id: number;
      blocked_id: number;
      seq: number;
    };
    /** Sent when a block is removed; what it ended is not restored. */
    player_unblocked: {
      type: "player_unblocked";
      by_id: number;
      blocked_id: number;
      seq: number;
    };
    /** The answer to `voice_join`. The newcomer makes the offers. With `livekit` the channel is for more people than a mesh carries: connect there and send no signals. With `relay_only`, connect through TURN alone (`iceTransportPolicy: "relay"`). */
    voice_joined: {
      type: "voice_joined";
      channel: string;
      peer: string;
      members: Array<VoiceMember>;
      version: number;
      muted: Record<string, string>;
      ice_servers: Array<IceServer>;
      relay_only: boolean;
      livekit: LiveKit | null;
      ref?: string | number;
    };
    /** A signal from another participant, whose `peer` it names. */
    voice_signal: {
      type: "voice_signal";
      channel: string;
      user_id: number;
      peer: string;
      description: Description | null;
      candidate: Candidate | null;
      ref?: string | number;
    };
    /** Sent when the user has joined the channel on another device, which takes this one's part. */
    voice_replaced: {
      type: "voice_replaced";
      channel: string;
    };
    /** Sent when the operators announce something to everybody who is connected. */
    announcement: {
      type: "announcement";
      id: string;
      message: string;
    };
    /** Sent when maintenance is announced, begins and is over; in between, new games are refused. Who connects later finds it in `GET /api/status/`. */
    maintenance: {
      type: "maintenance";
      state: "announced" | "begun" | "over";
      message: string;
      starts_at: string;
      ends_at: string | null;
    };
    /** Sent when somebody joins or leaves a channel: all who take part. A higher `version` is the later. */
    voice_members: {
      type: "voice_members";
      members: Array<VoiceMember>;
      version: number;
      channel: string;
    };
    /** Sent when a moderator mutes a user, or lifts the mute (`until` is null). Clients of the others must not play what comes from a muted user. */
    voice_muted: {
      type: "voice_muted";
      user_id: number;
      until: string | null;
      channel: string;
    };
    /** Sent when a user has lost access to a channel, or all have (`user_id` is null). A mute on the whole platform ends all access, within seconds. */
    voice_ended: {
      type: "voice_ended";
      user_id: number | null;
      channel: string;
    };
    /** Sent when a message is refused; the socket stays open. */
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
    /** Sent for a command with an `id` that was carried out and that no other message answers. */
    ack: {
      type: "ack";
      ref?: string | number;
    };
    /** The first frame of a resumed socket: the events after `since`, up to `seq`, follow. */
    resumed: {
      type: "resumed";
      ref?: string | number;
      recovered: boolean;
      since: number;
      seq: number;
    };
  }
}
