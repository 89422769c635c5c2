/** The state of one game, as a pure function of its socket's messages: `told(room, message, context)`. */

/**
 * @import { Game } from "../../client/messages.d.ts"
 * @import { ChatLine, GameRoom, Movement, Scene, Step, Steps } from "../types.d.ts"
 * @typedef {Game.Heard & {chat_history: {type: "chat_history", lines: ChatLine[]}}} Heard
 * @typedef {Steps<GameRoom, Heard, [now: number]>} GameSteps
 */

/**
 * Nothing known yet.
 *
 * @type {GameRoom}
 */
export const NEW_ROOM = {
  id: null,
  game: null,
  state: null,
  players: [],
  view: null,
  turn: null,
  clock: null,
  /** `{name, ends_at, waiting_for}` in a game with phases. */
  phase: null,
  you: null,
  /** The movements that the player may make now, where the game tells them. */
  legal: [],
  /** `{movement, user_id}` of the newest move. */
  lastMove: null,
  /** True once somebody has moved; until then giving up aborts the game. */
  moved: false,
  /** `{user_id: milliseconds since 1970}`: until when those who are gone may come back. */
  gone: {},
  /** User ids: who offers a draw, who asks for a rematch. */
  drawOfferedBy: null,
  rematchAskedBy: [],
  /** The id of the user who asks for their last move back. */
  undoAskedBy: null,
  /** The positions that this page has been told of, in order. */
  scenes: [],
  /** The game that the rematch is. */
  rematch: null,
  result: null,
  chat: [],
};

const CHAT_KEPT = 200;
const SCENES_KEPT = 1000;
const OVER = new Set(["finished", "abandoned", "aborted"]);

/** @param {Pick<GameRoom, "state" | "result">} room */
export const isOver = (room) => OVER.has(String(room.state)) || room.result !== null;

/**
 * @param {Pick<GameRoom, "players">} room
 * @param {number} userId
 */
export const player = (room, userId) => room.players.find(({ id }) => id === userId);

/**
 * "Ada" for a player of this room, else "".
 *
 * @param {Pick<GameRoom, "players">} room
 * @param {number} userId
 */
export const nameOf = (room, userId) => player(room, userId)?.username ?? "";

/**
 * @template Value
 * @param {Record<string, Value>} record
 * @param {number} key
 */
const without = (record, key) => Object.fromEntries(Object.entries(record).filter(([one]) => one !== String(key)));

/**
 * @param {GameRoom} room
 * @param {number} userId
 * @param {Partial<Game.PlayerInfo>} fields
 */
const withPlayer = (room, userId, fields) =>
  room.players.map((one) => (one.id === userId ? { ...one, ...fields } : one));

/** @param {any} view */
const withoutTurn = (view) => JSON.stringify({ ...view, turn: null });

/**
 * The positions with one more, unless it is told again: with nobody's turn any more when somebody has resigned.
 *
 * @param {GameRoom} room
 * @param {number} seq
 * @param {any} view
 * @param {Scene["input"]} input
 */
function withScene({ scenes }, seq, view, input) {
  if (!view || (!input && scenes.length && withoutTurn(scenes[scenes.length - 1].view) === withoutTurn(view)))
    return scenes;
  return [...scenes, { seq, view, input }].slice(-SCENES_KEPT);
}

/** @type {GameSteps & Required<Pick<GameSteps, "player_reconnected" | "chat_history">>} */
const TOLD = {
  game_state(room, message) {
    const { id, game, state, players, turn, clock, you, legal = [], draw_offered_by: offers = [] } = message;
    const { phase = null, undo_asked_by: undoAskedBy = null } = message;
    const view = /** @type {any} */ (message.view);
    const gone = Object.fromEntries(
      Object.entries(room.gone).filter(([userId]) =>
        players.some((one) => one.id === Number(userId) && !one.connected),
      ),
    );
    const shown = view ?? room.view;
    // A socket that joins a running game does not receive the moves before.
    const moved = room.id === null ? state === "active" : room.moved;
    return {
      ...room,
      id,
      moved,
      game,
      state,
      players,
      gone,
      clock: clock ?? null,
      phase,
      undoAskedBy,
      view: shown,
      scenes: withScene(room, message.seq, view, null),
      turn: turn ?? view?.turn ?? null,
      you: you ?? view?.you ?? null,
      legal,
      result: message.result ?? room.result,
      // A player who has agreed, too, waits for the others.
      drawOfferedBy: offers.find((one) => one === you?.user_id) ?? offers[0] ?? null,
    };
  },

  player_move(room, { user_id, movement, view: seen, turn, clock, seq, legal = [] }) {
    const view = /** @type {any} */ (seen);
    const waiting_for = room.phase?.waiting_for?.filter((id) => id !== user_id);
    return {
      ...room,
      view: view ?? room.view,
      scenes: withScene(room, seq, view, { type: "player_move", user_id, movement }),
      turn: turn ?? view?.turn ?? null,
      clock: clock ?? room.clock,
      phase: room.phase && { ...room.phase, waiting_for },
      undoAskedBy: null,
      legal,
      lastMove: { movement: /** @type {Movement} */ (movement), user_id },
      moved: true,
      drawOfferedBy: room.drawOfferedBy === user_id ? room.drawOfferedBy : null,
    };
  },

  game_update(room, { user_id, cause, view, turn, clock, seq, legal = [] }) {
    const waiting_for =
      cause === "skip" ? room.phase?.waiting_for?.filter((id) => id !== user_id) : room.phase?.waiting_for;
    const phase = room.phase && { ...room.phase, waiting_for };
    const scenes = withScene(room, seq, view, { type: cause, user_id, movement: null });
    return { ...room, view, scenes, turn, clock: clock ?? room.clock, phase, legal, undoAskedBy: null, lastMove: null };
  },

  phase: (room, { name, ends_at, waiting_for }) => ({ ...room, phase: { name, ends_at, waiting_for } }),

  game_tick: (room, { view }) => ({ ...room, view, moved: true }),

  player_ready: (room, { user_id }) => ({ ...room, players: withPlayer(room, user_id, { ready: true }) }),

  game_start: (room) => ({ ...room, state: "active" }),

  player_left(room, { user_id, username, grace_s }, now) {
    const players = withPlayer(room, user_id, { connected: false });
    if (!grace_s || !player(room, user_id)) return { ...room, players };
    return { ...room, players, gone: { ...room.gone, [user_id]: { username, until: now + grace_s * 1000 } } };
  },

  player_joined: (room, message, now) => TOLD.player_reconnected(room, { ...message, type: "player_reconnected" }, now),

  player_reconnected: (room, { user_id }) => ({
    ...room,
    players: withPlayer(room, user_id, { connected: true }),
    gone: without(room.gone, user_id),
  }),

  game_action(room, { action, data: told, user_id, view, turn = null, clock, seq, legal = [] }) {
    const data = /** @type {{game_id?: string} | null} */ (told);
    if (action === "ask_undo") return { ...room, undoAskedBy: user_id };
    if (action === "decline_undo") return { ...room, undoAskedBy: null };
    // An action of the game's own has changed what everybody sees.
    if (view) {
      const scenes = withScene(room, seq, view, { type: "game_action", user_id, movement: { action } });
      return { ...room, view, scenes, turn, clock: clock ?? room.clock, legal };
    }
    if (action === "offer_draw") return { ...room, drawOfferedBy: user_id };
    if (action === "accept_draw" && user_id === room.you?.user_id) return { ...room, drawOfferedBy: user_id };
    if (action === "rematch" && data?.game_id) return { ...room, rematch: data.game_id };
    if (action === "rematch") return { ...room, rematchAskedBy: [...room.rematchAskedBy, user_id] };
    return room;
  },

  chat_message: (room, line, now) => TOLD.chat_history(room, { type: "chat_history", lines: [line] }, now),

  /** The lines of the chat, some of which may be known already. */
  chat_history(room, { lines }) {
    const known = new Set(room.chat.map(({ seq }) => seq));
    const all = [...room.chat, ...lines.filter(({ seq }) => !known.has(seq))];
    return { ...room, chat: all.sort((one, other) => Number(one.seq) - Number(other.seq)).slice(-CHAT_KEPT) };
  },

  game_over(room, { winner_ids, reason, scores, ratings, rewards }) {
    return {
      ...room,
      state: "finished",
      turn: null,
      legal: [],
      gone: {},
      drawOfferedBy: null,
      undoAskedBy: null,
      phase: null,
      result: { winner_ids: winner_ids ?? [], reason, scores, ratings: ratings ?? [], rewards },
    };
  },
};

/**
 * The room after `message` came at `now` (milliseconds since 1970); messages of no concern change nothing.
 *
 * @param {GameRoom} room
 * @param {{type: string} & Record<string, unknown>} message
 * @param {number} [now]
 */
export function told(room, message, now = Date.now()) {
  const step = /** @type {Record<string, Step<GameRoom, [now: number]> | undefined>} */ (TOLD)[message.type];
  return step?.(room, /** @type {never} */ (message), now) ?? room;
}

/**
 * Return the milliseconds that `userId` has left at the server's time `serverNow`, or null without a clock.
 *
 * @param {Game.ClockState|null} clock
 * @param {number} userId
 * @param {number} serverNow
 */
export function timeLeft(clock, userId, serverNow) {
  const left = clock?.left_ms?.[userId];
  if (!clock || left === undefined) return null;
  const running = clock.running?.includes(userId);
  return running ? Math.max(0, left - Math.max(0, serverNow - Date.parse(clock.at))) : left;
}

/**
 * Return `{left, periods}`: milliseconds left of the main time or the present byo-yomi period, and periods left.
 *
 * @param {Pick<Game.ClockState, "byo_yomi_ms" | "periods"> | null} clock
 * @param {number} left
 */
export function timeShown(clock, left) {
  const { byo_yomi_ms: period = 0, periods = 0 } = clock ?? {};
  if (!periods) return { left, periods };
  if (left > period * periods) return { left: left - period * periods, periods };
  const still = Math.ceil(left / period);
  return { left: left - period * Math.max(0, still - 1), periods: still };
}

/**
 * Return whether the player may move now, as far as the room knows.
 *
 * @param {Pick<GameRoom, "turn" | "phase" | "clock">} room
 * @param {number | null} me
 * @param {boolean} realTime
 */
export function mayMove(room, me, realTime) {
  if (room.turn !== null || realTime || me === null) return room.turn === me;
  // Where several may move at once nobody has the turn.
  return room.phase?.waiting_for?.includes(me) ?? room.clock?.running.includes(me) ?? true;
}
