// Made by manage.py generate_catalogue from the code; changes here are lost.

/** What each socket takes (`Sent["player_move"]`) and tells (`Heard["game_state"]`), by `type`. */

/** `/ws/friends/status/`: The first frame is how all friends stand, also for a client that comes back: what was told while it was away was not kept for it. */
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
      ref?: string | number;
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
  /** A player as others see them; `side` is left or right in two-sided games. Guests have no rating. */
  interface PlayerInfo {
    id: number;
    username: string;
    score: number;
    side: string;
    ready: boolean;
    connected: boolean;
    rating: number | null;
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

  /** The game has ended. `reason`: win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted (nobody had moved), error or operator (who ended it). */
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
    /** Make a move; its fields are the game's own (see `move_schema` in the catalogue). Refused with `not_a_player`, `game_not_active`, `game_over`, `invalid_move`, `not_your_turn`, `recovering`, or a code of the game's own. */
    player_move: {
      type: "player_move";
      movement: unknown;
      id?: string | number | null;
    };
    /** I am ready to begin. Refused with `not_a_player`, `game_over`, `recovering`. */
    player_ready: {
      type: "player_ready";
      id?: string | number | null;
    };
    /** Something beside the moves: `resign`, `offer_draw`, `accept_draw`, `rematch` or `emote`. Refused with `not_a_player`, `unknown_action`, `game_not_active`, `game_over`, `no_draw_offered`, `recovering`. */
    game_action: {
      type: "game_action";
      action: string;
      data?: unknown;
      id?: string | number | null;
    };
    /** Say something to the players and all who watch. Refused with `invalid_message`, `not_a_player`, `rate_limited`, `recovering`. */
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
      draw_offered_by: Array<number>;
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
    /** The game has ended. `reason`: win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted (nobody had moved), error or operator (who ended it). */
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
    /** Strike an enemy. What it does is the server's to say: a client's `damage` is never read. Refused with `not_in_battle`, `battle_over`, `unknown_enemy`, `enemy_defeated`, `fighter_fallen`, `attack_cooldown`. */
    attack: {
      type: "attack";
      enemy_id: number;
      id?: string | number | null;
    };
    /** Say something to the fighters of this battle. Refused with `invalid_message`, `rate_limited`. */
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
      ref?: string | number;
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
      ref?: string | number;
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

  /** What a lobby is; `title` is the text that its owner gave it, `name` the slug of it. */
  interface LobbyFacts {
    id: number;
    name: string;
    title: string;
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
      ref?: string | number;
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
      by_id: number | null;
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
      ref?: string | number;
    };
    /** One of the two has read what the other wrote, up to this message. */
    read: {
      type: "read";
      user_id: number;
      up_to: number;
      read_at: string;
      between: [number, number];
      seq: number;
      ref?: string | number;
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

/** `/ws/`: The shared world, for one socket of each user. */
export declare namespace World {
  /** So many of a row of the own inventory. */
  interface OfferedItem {
    id: number;
    quantity?: number;
  }

  /** A position in metres; what is left out stays as it is. */
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

  /** One of the sides; `shards` is how many of the shards it holds. */
  interface FactionInfo {
    id: number;
    name: string;
    colour: string;
    description: string;
    shards: number;
  }

  /** A place: `paths` are the places one walks to from it, `faction` the name of whose home it is. `x` and `y` put it on a map of 100 by 100. Positions inside go from `-size` to `size`. */
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

  /** A shard: where it is, the name of whose it is, and who is capturing it. */
  interface ShardInfo {
    id: number;
    name: string;
    location_id: number;
    faction: string | null;
    capture: CaptureInfo | null;
  }

  /** A capture under way: it takes `remaining_s` more, until `due_at`; contested, that is unset. */
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

  /** Who is in a place. */
  interface Area {
    location_id: number;
    members: Array<CharacterInfo>;
  }

  /** One of your characters; the selected one is the one that you play. */
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

  /** Who fights, and how they are. */
  interface FighterInfo {
    character_id: number;
    user_id: number;
    character_name: string;
    faction: string;
    level: number;
    health: number;
    max_health: number;
  }

  /** A spell: `kind` is damage or heal, `power` in percent of one's attack, `level` the first that may cast it, `ready_at` when it can be cast again, if not now. */
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

  /** An item of the own inventory that heals; `id` is its row there. */
  interface RemedyInfo {
    id: number;
    item_id: number;
    name: string;
    heals: number;
    quantity: number;
  }

  /** Where a character is and how fast it goes: `[character_id, x, y, z, vx, vy, vz]`. */
  type Moved = [number, number, number, number, number, number, number];

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

  /** Who trades. */
  interface Trader {
    user_id: number;
    character_id: number;
    character_name: string;
  }

  /** What one of the two gives, and whether they have confirmed the present version. */
  interface OfferInfo {
    user_id: number;
    gold: number;
    items: Array<OfferedItemInfo>;
    confirmed: boolean;
  }

  /** So many of an item; `id` is the row of its owner's inventory. */
  interface OfferedItemInfo {
    id: number;
    item_id: number;
    name: string;
    rarity: string;
    quantity: number;
  }

  interface Sent {
    /** Ask whether the server is there; keeps the session alive. */
    ping: {
      type: "ping";
      id?: string | number | null;
    };
    /** Show who you are on a socket that was opened without a token: a name or e-mail with its password, or an access token. Refused with `already_authenticated`, `not_authenticated`. */
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
    /** Ask somebody in the same place to trade. Refused with `no_character`, `cannot_trade_with_oneself`, `unknown_trader`, `guests_may_not_trade`, `cannot_trade`, `already_trading`, `rate_limited`. */
    trade_request: {
      type: "trade_request";
      to_user_id: number;
      id?: string | number | null;
    };
    /** Agree to trade; both can offer from now on. Refused with `unknown_trade`, `trade_over`, `not_yours_to_accept`, `cannot_trade`. */
    trade_accept: {
      type: "trade_accept";
      trade_id: number;
      id?: string | number | null;
    };
    /** End a trade, whether it is open yet or not. Refused with `unknown_trade`, `trade_over`. */
    trade_decline: {
      type: "trade_decline";
      trade_id: number;
      id?: string | number | null;
    };
    /** Offer this, in place of what one offered before. Nobody has confirmed it then. Refused with `unknown_trade`, `trade_over`, `trade_not_open`, `not_owned`, `account_too_new` (it gives something away from level 3 on, or if it is premium), `not_enough_gold`, `not_enough_items`, `item_equipped`. */
    trade_update: {
      type: "trade_update";
      trade_id: number;
      gold?: number;
      items?: Array<OfferedItem>;
      id?: string | number | null;
    };
    /** Confirm what is offered in this version; once both have, it changes hands. Refused with `unknown_trade`, `trade_over`, `trade_not_open`, `stale_version`, and as `trade_update` if something is gone by then. */
    trade_complete: {
      type: "trade_complete";
      trade_id: number;
      version: number;
      id?: string | number | null;
    };
    /** Begin to capture a shard where one's character stands; it is captured once the channel is over. Refused with `no_character`, `not_in_play`, `unknown_shard`, `not_here`, `already_yours`, `shard_contested`, `already_capturing`. */
    shard_captured: {
      type: "shard_captured";
      shard_id: number;
      id?: string | number | null;
    };
    /** Attack a character of another faction in the same place. Refused with `no_character`, `unknown_target`, `same_faction`, `already_fighting`, `shielded`. */
    combat_start: {
      type: "combat_start";
      target_id: number;
      id?: string | number | null;
    };
    /** Strike, cast a spell or use an item; what it does is the server's to say. `target_id` is the opponent's character; to be healed, by a spell or an item, name the own one or none. `ability_name` goes with a spell, `item_id`, a row of the own inventory, with an item. Refused with `no_character`, `unknown_combat`, `combat_over`, `wrong_target`, `rate_limited`; a spell also with `unknown_ability`, `level_too_low`, `on_cooldown`, `not_enough_stamina`; an item also with `not_owned`, `no_remedy`. */
    combat_action: {
      type: "combat_action";
      combat_id: number;
      action_type: "attack" | "item" | "spell";
      target_id?: number | null;
      ability_name?: string | null;
      item_id?: number | null;
      id?: string | number | null;
    };
    /** Ask how the own fight stands, and what one can do in it. */
    combat_state: {
      type: "combat_state";
      id?: string | number | null;
    };
    /** Make a party, and lead it. */
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
    /** Follow an invite to a party: this one, the one to this party, of this user, or the newest. */
    party_accept: {
      type: "party_accept";
      invite_id?: number | null;
      party_id?: number | null;
      user_id?: number | null;
      id?: string | number | null;
    };
    /** Decline an invite to a party, named as for `party_accept`. */
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
    /** Send a member away, as the leader. */
    party_kick: {
      type: "party_kick";
      user_id: number;
      id?: string | number | null;
    };
    /** End the party, as its leader. */
    party_disband: {
      type: "party_disband";
      id?: string | number | null;
    };
    /** Say something to your party. */
    party_chat: {
      type: "party_chat";
      content: string;
      id?: string | number | null;
    };
    /** Say something to the whole world, or on the channel `area` to all who are where you are. Refused with `no_character`, `rate_limited`. */
    chat: {
      type: "chat";
      content: string;
      channel?: "area" | "world";
      id?: string | number | null;
    };
    /** Say something to one user who is in the world. Refused with `not_in_world`, `rate_limited`. */
    whisper: {
      type: "whisper";
      to_user_id: number;
      content: string;
      id?: string | number | null;
    };
    /** Say something to your faction. Refused with `no_character`, `rate_limited`. */
    faction_chat: {
      type: "faction_chat";
      content: string;
      id?: string | number | null;
    };
    /** Tell everybody something, as one of the staff. Refused with `staff_only`. */
    world_announcement: {
      type: "world_announcement";
      content: string;
      id?: string | number | null;
    };
    /** Walk to a place to which a path leads, or move inside this one. `position` is in metres: what is left out of x, y and z stays as it is. `velocity` is in metres a second: what is left out of it is 0. Refused with `no_character`, `not_in_play`, `not_there`, `no_path`, `impossible_move`, `rate_limited`. */
    move: {
      type: "move";
      to_location_id?: number | null;
      from_location_id?: number | null;
      position?: Step | null;
      velocity?: Vector;
      id?: string | number | null;
    };
    /** Ask for your characters. */
    character_list: {
      type: "character_list";
      id?: string | number | null;
    };
    /** Make a character, of a faction by its name. Refused with `unknown_faction`, `no_home`, `too_many_characters`, `character_name_taken`. */
    character_create: {
      type: "character_create";
      name: string;
      faction: string;
      id?: string | number | null;
    };
    /** Play this character of yours from now on. Refused with `unknown_character`, `rate_limited`. */
    character_select: {
      type: "character_select";
      character_id: number;
      id?: string | number | null;
    };
    /** Ask how a character stands: yours, or one that is where yours is. Refused with `unknown_character`. */
    character_update: {
      type: "character_update";
      character_id: number;
      id?: string | number | null;
    };
    /** Delete a character of yours for good. Refused with `unknown_character`. */
    character_delete: {
      type: "character_delete";
      character_id: number;
      id?: string | number | null;
    };
  }

  interface Heard {
    /** How the world stands: the first frame. `you` is your character in play, and `area` who is where it is; both are null until a character is selected. */
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
      seq: number;
      recovered?: boolean;
    };
    /** Your characters, the eldest first. */
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
    /** The character that you play now; `area_state` follows. */
    character_select: {
      type: "character_select";
      ref?: string | number;
      character: OwnCharacter;
    };
    /** A character of yours is deleted. */
    character_delete: {
      type: "character_delete";
      ref?: string | number;
      character_id: number;
    };
    /** You are signed in on this socket. The tokens are there if it was by password, the key if the socket was opened with `?encrypted=session`: what follows is encrypted with it. */
    auth_response: {
      type: "auth_response";
      ref?: string | number;
      user_id: number;
      username: string;
      access?: string;
      refresh?: string;
      encryption_key?: string;
    };
    /** Who is where your character has come to, the character included; null without a character in play. */
    area_state: {
      type: "area_state";
      ref?: string | number;
      area: Area | null;
    };
    /** Said to a place, whose id is `location_id`, or to the world. */
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
    /** Said by the staff to everybody. */
    world_announcement: {
      type: "world_announcement";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "announcement";
      seq: number;
      ref?: string | number;
    };
    /** How the own fight stands, if there is one, and what one can do; told when asked for, and on return. */
    combat_state: {
      type: "combat_state";
      ref?: string | number;
      combat_id: number | null;
      step: number;
      fighters: Array<FighterInfo>;
      abilities: Array<AbilityInfo>;
      remedies: Array<RemedyInfo>;
    };
    /** A capture has begun, is held up by an enemy, goes on, or has come to nothing. */
    shard_status: {
      type: "shard_status";
      shard_id: number;
      status: "broken" | "channelling" | "contested";
      shard: ShardInfo;
      seq: number;
      ref?: string | number;
    };
    /** A faction holds a shard; `shard_name` is `name`. */
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
    /** A faction holds more than half of the shards: reality is theirs. */
    reality_shift: {
      type: "reality_shift";
      faction: string;
      previous_faction: string | null;
      epoch: number;
      seq: number;
    };
    /** A faction held every shard: they lie scattered now, nobody's, and a new epoch begins. */
    aetherfall: {
      type: "aetherfall";
      faction: string;
      epoch: number;
      shards: Array<ShardInfo>;
      seq: number;
    };
    /** How a character stands now; it is also sent to who moved impossibly, to be put back. */
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
    /** A character has come. */
    player_joined_area: {
      type: "player_joined_area";
      location_id: number;
      character: CharacterInfo;
    };
    /** A character is not here any more. */
    player_left_area: {
      type: "player_left_area";
      location_id: number;
      character_id: number;
      user_id: number;
      character_name: string;
      reason: "deleted" | "deselected" | "died" | "disconnected" | "moved";
    };
    /** Who has moved in your place since the last one, each as `[character_id, x, y, z, vx, vy, vz]`. It comes at most 20 times a second, and at once as the answer to a move of yours with an `id`. Who is not among the members has just left, or is about to come. */
    location_update: {
      type: "location_update";
      location_id: number;
      moves: Array<Moved>;
      ref?: string | number;
    };
    /** Said to one user; the sender hears it too. */
    whisper: {
      type: "whisper";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "whisper";
      to_user_id: number;
      ref?: string | number;
    };
    /** Said to a faction. */
    faction_chat: {
      type: "faction_chat";
      sender_id: number;
      sender_name: string;
      content: string;
      channel: "faction";
      faction_id: number;
      ref?: string | number;
    };
    /** Somebody invites you to a party, or your invite is on its way: both hear it. */
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
    /** An invite to a party was declined: both hear it. */
    party_decline: {
      type: "party_decline";
      invite_id: number;
      party_id: number;
      from_user_id: number;
      to_user_id: number;
      ref?: string | number;
    };
    /** What the party is like now, and which change of these users made it so. It is told to the members and to those who have just gone. */
    party_update: {
      type: "party_update";
      party: PartyInfo;
      change: "created" | "disbanded" | "joined" | "kicked" | "left" | "ready";
      user_ids: Array<number>;
      ref?: string | number;
    };
    /** A member said something to the party; only its members hear it. */
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
    /** A fight begins. */
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
    /** One has struck the other, whose `health` is this now; `amount` is `damage` by the name that `combat_heal` has for it. */
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
    /** One has been healed, by a spell or an item of their own. */
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
    /** The fight is over. `reason` is defeated, fled or disconnected; who was defeated is back at their faction's home, in good health. `xp` is what the winner has learnt. */
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
    /** Somebody asks somebody to trade, who can accept until `expires_at`, and hears of it among the notifications too. */
    trade_request: {
      type: "trade_request";
      from_trader: Trader;
      to_trader: Trader;
      expires_at: string;
      trade_id: number;
      user_ids: Array<number>;
      ref?: string | number;
    };
    /** The trade is open. */
    trade_accept: {
      type: "trade_accept";
      trade_id: number;
      user_ids: Array<number>;
      version: number;
      offers: Array<OfferInfo>;
      ref?: string | number;
    };
    /** One of the two offers something else, or has confirmed this version. */
    trade_update: {
      type: "trade_update";
      trade_id: number;
      user_ids: Array<number>;
      version: number;
      offers: Array<OfferInfo>;
      ref?: string | number;
    };
    /** Both have confirmed: what was offered has changed hands. */
    trade_complete: {
      type: "trade_complete";
      trade_id: number;
      user_ids: Array<number>;
      version: number;
      offers: Array<OfferInfo>;
      ref?: string | number;
    };
    /** The trade has ended, and nothing changed hands; `by_user_id` is whose doing it was. */
    trade_decline: {
      type: "trade_decline";
      reason: "declined" | "died" | "disconnected" | "expired" | "left";
      by_user_id: number | null;
      trade_id: number;
      user_ids: Array<number>;
      ref?: string | number;
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

  /** Who trades. */
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
    /** A match was cancelled because others left it before anybody had moved. `reason` is aborted (they never came), resign, timeout, forfeit or abandoned; `requeued` says whether the user waits in the queue again, at the old place. */
    match_cancelled: {
      type: "match_cancelled";
      user_id: number;
      game_id: string;
      game: string;
      mode: string;
      reason: string;
      requeued: boolean;
      seq: number;
    };
    /** The user's place in the queue was given up: nothing had been heard of them for long, or the game is not offered any more. */
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
    /** A member said something to the party; only its members hear it. */
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
    /** The user has reached a level; `stat_points` are there to allocate. */
    level_up: {
      type: "level_up";
      user_id: number;
      level: number;
      stat_points: number;
      seq: number;
    };
    /** The user has reached a goal, and been given what it gives. */
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
    /** Somebody asks somebody to trade, who can accept until `expires_at`, and hears of it among the notifications too. */
    trade_request: {
      type: "trade_request";
      from_trader: Trader;
      to_trader: Trader;
      expires_at: string;
      trade_id: number;
      user_ids: Array<number>;
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
    /** The operators have something to say to everybody who is here. */
    announcement: {
      type: "announcement";
      id: string;
      message: string;
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
