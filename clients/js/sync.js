/**
 * The view of a game, kept from its changes instead of sent whole with each frame: docs/state-sync.md.
 *
 *     const sync = new SyncedView();
 *     sync.watch("shots.*", { add: (shot, id) => light(id, shot), remove: (shot, id) => dim(id) });
 *     const game = client.connectToGame(id, { sync });
 *
 * Frames then have a `view` as ever. No value is changed in place: a view that was kept stays as it was, and what did
 * not change is the same object as before.
 */

/** @typedef {import("./sync.d.ts").Type} Type */
/** @typedef {import("./sync.d.ts").Watcher} Watcher */
/** @typedef {Record<string, any>} Fields */
/** @typedef {{view: Type | null, movement: string[] | null, seats: number[]}} Schema */

/** The key of a change that removes: the new length of a list, or the ids that are gone. */
const GONE = -1;

const text = new TextDecoder();

/**
 * Reads one value of MessagePack; a map becomes a `Map`.
 *
 * @param {ArrayBuffer} buffer
 * @returns {any}
 */
export function unpacked(buffer) {
  const bytes = new DataView(buffer);
  let at = 0;
  /** @param {number} size */
  const skip = (size) => (at += size) - size;
  /** @param {number} size */
  const unsigned = (size) =>
    [bytes.getUint8, bytes.getUint16, bytes.getUint32][Math.log2(size)].call(bytes, skip(size));
  /** @param {number} size */
  const words = (size) => text.decode(new Uint8Array(buffer, skip(size), size));
  /** @param {number} size @returns {any[]} */
  const list = (size) => Array.from({ length: size }, value);
  /** @param {number} size */
  const map = (size) => new Map(Array.from({ length: size }, () => [value(), value()]));

  /** @returns {any} */
  function value() {
    const kind = unsigned(1);
    if (kind < 0x80) return kind;
    if (kind < 0x90) return map(kind & 0x0f);
    if (kind < 0xa0) return list(kind & 0x0f);
    if (kind < 0xc0) return words(kind & 0x1f);
    if (kind >= 0xe0) return kind - 0x100;
    switch (kind) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return kind === 0xc3;
      case 0xca:
        return bytes.getFloat32(skip(4));
      case 0xcb:
        return bytes.getFloat64(skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return unsigned(2 ** (kind - 0xcc));
      case 0xcf:
        return Number(bytes.getBigUint64(skip(8)));
      case 0xd0:
        return bytes.getInt8(skip(1));
      case 0xd1:
        return bytes.getInt16(skip(2));
      case 0xd2:
        return bytes.getInt32(skip(4));
      case 0xd3:
        return Number(bytes.getBigInt64(skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return words(unsigned(2 ** (kind - 0xd9)));
      case 0xdc:
      case 0xdd:
        return list(unsigned(2 ** (kind - 0xdb)));
      case 0xde:
      case 0xdf:
        return map(unsigned(2 ** (kind - 0xdd)));
    }
    throw new Error(`MessagePack of the kind 0x${kind.toString(16)} is not expected.`);
  }
  return value();
}

/**
 * A value as JSON would have it: with objects in place of maps.
 *
 * @param {any} value
 * @returns {any}
 */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
  return value;
}

/**
 * The value that a whole one of a type stands for.
 *
 * @param {Type} type
 * @param {any} packed
 * @returns {any}
 */
function whole(type, packed) {
  if (packed === null) return null;
  if (type === "any") return plain(packed);
  if ("step" in type) return packed * type.step;
  if ("one_of" in type) return type.one_of[packed];
  if ("record" in type)
    return Object.fromEntries(type.record.map(([name, kind], index) => [name, whole(kind, packed[index])]));
  if ("list" in type) return packed.map((/** @type {any} */ one) => whole(type.list, one));
  /** @type {Fields} */
  const entities = {};
  for (let at = 0; at < packed.length; at += 2) entities[String(packed[at])] = whole(type.map, packed[at + 1]);
  return entities;
}

/**
 * The value after a change of a type.
 *
 * @param {Type} type
 * @param {any} before
 * @param {any} change
 * @returns {any}
 */
function changed(type, before, change) {
  if (change === null) return null;
  if (type !== "any" && "step" in type) return (Math.floor((before ?? 0) / type.step + 0.5) + change) * type.step;
  if (type === "any" || !(change instanceof Map)) return whole(type, change);
  if ("record" in type) {
    const record = { ...before };
    for (const [number, one] of change) {
      const [name, kind] = type.record[number];
      record[name] = changed(kind, record[name], one);
    }
    return record;
  }
  const gone = change.get(GONE);
  if ("list" in type) {
    const list = before.slice(0, gone);
    for (const [index, one] of change) if (index !== GONE) list[index] = changed(type.list, list[index], one);
    return list;
  }
  const entities = { ...before };
  for (const id of gone ?? []) delete entities[String(id)];
  for (const [id, one] of change)
    if (id !== GONE) entities[String(id)] = changed(/** @type {{map: Type}} */ (type).map, entities[String(id)], one);
  return entities;
}

/**
 * The value after a delta of JSON.
 *
 * @param {any} before
 * @param {{"-"?: any, "="?: Fields, "~"?: Fields}} delta
 * @returns {any}
 */
function patched(before, delta) {
  const after = Array.isArray(before) ? before.slice(0, delta["-"]) : { ...before };
  if (!Array.isArray(after)) for (const key of delta["-"] ?? []) delete after[key];
  Object.assign(after, delta["="]);
  for (const [key, one] of Object.entries(delta["~"] ?? {})) after[key] = patched(after[key], one);
  return after;
}

/**
 * @param {any} one
 * @param {any} other
 * @returns {boolean}
 */
function isSame(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]));
}

/**
 * Tells a watcher what is different at its path.
 *
 * @param {string[]} path
 * @param {Watcher} watcher
 * @param {any} before
 * @param {any} after
 * @param {string[]} keys of what the stars in the path stand for
 */
function compare([step, ...rest], watcher, before, after, keys = []) {
  if (before === after) return;
  if (step !== undefined) {
    const within = (/** @type {any} */ value) => (typeof value === "object" && value !== null ? value : {});
    const [old, now] = [within(before), within(after)];
    if (step !== "*") compare(rest, watcher, old[step], now[step], keys);
    else
      for (const key of new Set([...Object.keys(old), ...Object.keys(now)]))
        compare(rest, watcher, old[key], now[key], [...keys, key]);
  } else if (before === undefined) watcher.add?.(after, ...keys);
  else if (after === undefined) watcher.remove?.(before, ...keys);
  else if (!isSame(before, after)) watcher.change?.(after, before, ...keys);
}

/** The view of one game, for `connectToGame(id, { sync })`. */
export class SyncedView {
  /** @type {Fields | null} */
  #state = null;
  /** @type {number | null} */
  #tick = null;
  /** @type {number | null} */
  #seq = null;
  /** Whether changes can be applied: until a whole state has come they cannot. */
  #isWhole = false;
  /** @type {Schema} */
  #schema = { view: null, movement: null, seats: [] };
  /** Facts that frames do not repeat: the viewer, the turn, the clock, the last `n` applied. @type {Fields} */
  #known = {};
  /** @type {Set<{path: string[], watcher: Watcher}>} */
  #watchers = new Set();

  /** @param {{binary?: boolean}} options `binary`: by MessagePack, which is a third of the size of JSON */
  constructor({ binary = true } = {}) {
    /** The subprotocols to ask for when the socket opens. */
    this.protocols = [binary ? "gp.delta.msgpack" : "gp.delta"];
    /** Asks for everything anew. */
    this.resync = () => {};
  }

  /** The view as the game declares it; null until it is known. */
  get view() {
    return this.#state;
  }

  /**
   * Calls a watcher with what is added, changed and removed at a path such as "ball" or "players.*.hand", in which a
   * star stands for every key; what is there already is told as added. → a function that ends it.
   *
   * @param {string} path
   * @param {Watcher} watcher
   */
  watch(path, watcher) {
    const watched = { path: path.split("."), watcher };
    this.#watchers.add(watched);
    if (this.#state) compare(watched.path, watcher, undefined, this.#state);
    return () => this.#watchers.delete(watched);
  }

  /** A new connection: changes wait for a whole state. */
  begin() {
    this.#isWhole = false;
    this.#seq = null;
  }

  /**
   * Reads a frame. → the message with the whole `view`, as without synchronisation; null for one of no use.
   *
   * @param {string | ArrayBuffer} data
   * @param {number} now the server's time, in milliseconds since 1970
   * @returns {Fields | null}
   */
  read(data, now) {
    const { full, delta, change, since, ...message } =
      typeof data === "string" ? JSON.parse(data) : this.#unpack(unpacked(data), now);
    const isTick = message.type === "game_tick";
    const follows = isTick ? since === this.#tick : this.#seq === null || message.seq === this.#seq + 1;
    if (typeof message.seq === "number" && message.type !== "resumed") this.#seq = message.seq;
    if (message.type === "game_state") {
      this.#schema = message.sync ?? this.#schema;
      this.#tick = null;
      this.#isWhole = true;
      this.#know(message, ["you"]);
    }
    this.#know(message, ["turn", "clock", "ack"]);
    if (message.view) {
      // Of the declared view these are no part.
      const { turn: _turn, you: _you, ...state } = message.view;
      this.#become(state);
    } else if (full) this.#become(full);
    else if (since === undefined && change === undefined && !delta) return message;
    else {
      if (this.#isWhole && !follows) {
        this.#isWhole = false;
        this.resync();
      }
      if (!this.#isWhole) return isTick ? null : message;
      if (delta) this.#become(patched(this.#state, delta));
      if (change) this.#become(changed(/** @type {Type} */ (this.#schema.view), this.#state, change));
    }
    if (isTick) this.#tick = message.tick;
    const { you, turn = null, ack } = this.#known;
    return { ...message, view: { ...this.#state, turn, ...(you && { you }) }, ...(ack !== undefined && { ack }) };
  }

  /**
   * @param {Fields} message
   * @param {string[]} names
   */
  #know(message, names) {
    for (const name of names) if (message[name] !== undefined) this.#known[name] = message[name];
  }

  /** @param {Fields} state */
  #become(state) {
    const before = this.#state ?? undefined;
    this.#state = state;
    for (const { path, watcher } of this.#watchers) compare(path, watcher, before, state);
  }

  /**
   * @param {any[]} frame
   * @param {number} now
   * @returns {Fields}
   */
  #unpack(frame, now) {
    const [kind, ...rest] = frame;
    if (kind === 0) {
      const [tick, ticks, change = null, ack] = rest;
      const message = { type: "game_tick", tick, ...(ack !== undefined && { ack }) };
      if (ticks) return { ...message, since: tick - ticks, change };
      return { ...message, full: whole(/** @type {Type} */ (this.#schema.view), change) };
    }
    const [seq, change = null, turn = null, clock = null, movement = null, legal = null, ref] = rest;
    const { seats, movement: names } = this.#schema;
    const message = {
      type: "player_move",
      seq,
      change,
      user_id: seats[kind - 1],
      turn: turn === null ? null : seats[turn],
      movement: Array.isArray(movement) && names ? this.#named(names, movement) : plain(movement),
      ...(legal && { legal: plain(legal) }),
      ...(ref !== undefined && { ref }),
    };
    return { ...message, clock: this.#clock(clock, message, new Date(now).toISOString()) };
  }

  /**
   * @param {string[]} names
   * @param {any[]} values
   */
  #named(names, values) {
    return Object.fromEntries(values.map((value, index) => [names[index], plain(value)]));
  }

  /**
   * The clocks after a move, as in frames of JSON.
   *
   * @param {any} clock
   * @param {{user_id: number, turn: number | null}} move
   * @param {string} at
   */
  #clock(clock, { user_id, turn }, at) {
    if (clock === null) return null;
    if (typeof clock === "number") {
      const left_ms = { ...this.#known.clock?.left_ms, [user_id]: clock * 10 };
      return { left_ms, running: turn === null ? [] : [turn], at };
    }
    const [left, running] = clock;
    const { seats } = this.#schema;
    const left_ms = Object.fromEntries(
      left.map((/** @type {number} */ one, /** @type {number} */ seat) => [seats[seat], one * 10]),
    );
    return { left_ms, running: running.map((/** @type {number} */ seat) => seats[seat]), at };
  }
}
