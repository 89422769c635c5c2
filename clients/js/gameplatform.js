/**
 * The game platform's client for JavaScript: sign-in tokens, the queue, and the sockets of games, people and the world.
 *
 *     const client = new GameClient("https://play.example.org", { access, refresh });
 *     client.on("match_found", ({ game_id }) => client.connectToGame(game_id));
 *     client.on("game_state", ({ view, turn }) => draw(view, turn));
 *     await client.joinQueue("tictactoe");
 *
 * One ES module without dependencies, for browsers and for Node 20+ (before 22 with `--experimental-websocket`, or
 * with a WebSocket of your own: `{ WebSocket }`).
 */

/** Close codes after which a socket comes back by itself; every other code is an answer, and is final. */
const RECONNECT_AFTER = new Set([1001, 1006, 1009, 1012, 1013, 4408, 4429]);
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 10_000;
/** In a game under way a silence of this length is asked about ... */
const QUIET_IN_PLAY_MS = 1_000;
/** ... and a connection that is in doubt and says nothing for this long is given up, ... */
const ANSWER_IN_DOUBT_MS = 600;
/** ... on a slow network after twice its latency, so long as a silence in play is noticed within two seconds. */
const SLOW_ANSWER_IN_DOUBT_MS = 900;
/** Where no answer can come as soon, this many times the latency. */
const ANSWER_PER_LATENCY = 1.25;
const CONNECT_WITHIN_MS = 10_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 15_000;
/** A socket that stayed up this long was a good one: the next loss starts again with the shortest wait. */
const STEADY_AFTER_MS = 5_000;
/** For a request with its whole answer. */
const ANSWER_WITHIN_MS = 30_000;
const OUTBOX_MOST = 100;
const SOCKET_OPEN = 1;
/** A token is renewed when a tenth of its life is left, or a minute, whichever is less, or up to twice that. */
const RENEW_BEFORE_MS = 60_000;
const RENEW_RETRY_MS = 10_000;
/** The times of a token are whole seconds. */
const TOKEN_TIME_MS = 1_000;
/** A timer set for longer ends at once. */
const TIMER_MOST_MS = 2 ** 31 - 1;

/** @typedef {import("./gameplatform.d.ts").Tokens} Tokens */
/** @typedef {import("./gameplatform.d.ts").State} State */
/** @typedef {import("./gameplatform.d.ts").Movement} Movement */
/** @import { Game } from "./messages.d.ts" */
/** @import { SyncedView } from "./sync.d.ts" */
/** @typedef {ReturnType<typeof setTimeout>} Timer */

/**
 * A message: only the fields that the client itself reads have types here.
 *
 * @typedef {{type: string, seq?: number, [field: string]: unknown}} Message
 */

/** @typedef {(message: any, channel: Channel | null) => unknown} Handler */

/** An answer of the server that is not a success. `status` is 0 and `code` "offline" when there was no answer. */
export class ApiError extends Error {
  /**
   * @param {{status: number, code: string, detail?: string, title?: string, errors?: Record<string, string[]> | null,
   *   retryAfter?: number | null} & Record<string, unknown>} answer
   */
  constructor({ status, code, detail, title, errors = null, retryAfter = null, ...members }) {
    super(detail || title || code);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    /** `{field: [reasons]}` of a 422, else null. */
    this.errors = errors;
    /** Seconds to wait after a 429 or 503, else null. */
    this.retryAfter = retryAfter;
    /** Further fields of the answer: the `challenge` and `methods` of `mfa_required`, the `until` of `banned`. */
    this.members = members;
  }
}

/**
 * The claims of a JWT, unverified: for its times and whose it is.
 *
 * @param {string | null | undefined} token
 * @returns {{sub?: string, iat?: number, exp?: number}}
 */
export function claims(token) {
  try {
    const payload = (token ?? "").split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload)) ?? {};
  } catch {
    return {};
  }
}

/**
 * Milliseconds until `token` should be renewed, `now` by the server's clock; at least 0, or null for a token without
 * times.
 *
 * @param {string} token
 * @param {number} now
 */
function renewIn(token, now) {
  const { exp, iat } = claims(token);
  if (!exp) return null;
  // Tabs that cannot lock would else all use the refresh token at the same moment.
  const early = Math.min(RENEW_BEFORE_MS, ((exp - (iat ?? exp - 600)) * 1000) / 10) * (1 + Math.random());
  return Math.min(TIMER_MOST_MS, Math.max(0, exp * 1000 - early - now));
}

/**
 * A time in a message (ISO text, or seconds or milliseconds since 1970) in milliseconds since 1970.
 *
 * @param {string | number} time
 */
function milliseconds(time) {
  if (typeof time === "number") return time < 1e11 ? time * 1000 : time;
  return Date.parse(time);
}

/**
 * Closes a socket: whatever it still says is no longer heard.
 *
 * @param {WebSocket | null} socket
 */
function silence(socket) {
  if (!socket) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
}

/**
 * One WebSocket that stays: it reconnects, resumes where it was, pings, and keeps what is sent while it is down.
 * `state` is "closed", "connecting", "open" or "waiting" (for the next try).
 */
export class Channel {
  #client;
  #path;
  #query;
  /** @type {WebSocket | null} */
  #socket = null;
  /**
   * The connection that `#socket` takes over from as soon as it is open.
   *
   * @type {WebSocket | null}
   */
  #replaced = null;
  /** @type {(Message & {id: string | number})[]} */
  #outbox = [];
  #losses = 0;
  #attempt = 0;
  #openedAt = 0;
  /** @type {{retry?: Timer, patience?: Timer, ping?: Timer, pong?: Timer, quiet?: Timer, doubt?: Timer}} */
  #timers = {};
  #pingedAt = 0;
  /** The lowest latency of this connection. */
  #quickest = 0;
  #heardAt = 0;
  #quietMs = Infinity;
  #wanted = false;

  /**
   * @param {GameClient} client
   * @param {string} name
   * @param {string} path
   * @param {Record<string, string>} query
   */
  constructor(client, name, path, query = {}) {
    this.#client = client;
    this.#path = path;
    this.#query = query;
    /** "game", "notifications", "presence", "rooms", "lobby", "dm", "battle" or "world", in each connection event. */
    this.name = name;
    /** @type {State} */
    this.state = "closed";
    /**
     * The `seq` of the last room event heard: where a new connection resumes.
     *
     * @type {number | null}
     */
    this.seq = null;
    /**
     * Milliseconds there and back, by the last ping; null until known.
     *
     * @type {number | null}
     */
    this.latency = null;
  }

  /** Connects now, and keeps trying. */
  open() {
    this.#wanted = true;
    this.#client.channels.add(this);
    if (this.state === "closed" || this.state === "waiting") this.#connect();
  }

  /** Closes for good; nothing waits to be sent any more. */
  close() {
    this.#wanted = false;
    this.#client.channels.delete(this);
    this.#outbox = [];
    this.#letGo();
    this.#become("closed", { code: 1000 });
  }

  /** Gives up a live connection whose network is gone, which it would only notice by a ping, and tries again. */
  interrupt() {
    if (this.state === "open") this.#lost(1006);
  }

  /**
   * Gives up the connection unless it soon says something: for when there is reason to doubt it. If there is no answer in
   * half of the time, the other channels of the client are in doubt, too.
   */
  ask() {
    if (!this.#ready || this.#timers.doubt) return;
    this.ping();
    const quickest = this.#quickest;
    const half =
      Math.max(ANSWER_IN_DOUBT_MS, Math.min(SLOW_ANSWER_IN_DOUBT_MS, 2 * quickest), ANSWER_PER_LATENCY * quickest) / 2;
    this.#timers.doubt = setTimeout(() => {
      this.#timers.doubt = setTimeout(() => this.#lost(1006), half);
      for (const channel of this.#client.channels) channel.ask();
    }, half);
  }

  /**
   * From now on asks whenever nothing was heard for `ms` milliseconds.
   *
   * @param {number} ms
   */
  expectFrames(ms) {
    if (ms === this.#quietMs) return;
    this.#quietMs = ms;
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#timers.quiet);
    if (this.#quietMs === Infinity || !this.#ready) return;
    const left = this.#heardAt + this.#quietMs - performance.now();
    if (left <= 0) this.ask();
    this.#timers.quiet = setTimeout(() => this.#watch(), left > 0 ? left : this.#quietMs);
  }

  /** The subprotocols to ask for. @returns {string[]} */
  get protocols() {
    return [];
  }

  /**
   * The message of a frame, or null for one of no use.
   *
   * @param {any} data
   * @returns {any}
   */
  read(data) {
    return JSON.parse(data);
  }

  /** Gets ready for the frames of a new connection. */
  begin() {}

  /**
   * Updates what the channel knows, before handlers hear the message.
   *
   * @param {Message} _message
   */
  note(_message) {}

  /**
   * Like the client's `on`, for what this channel says alone.
   *
   * @param {string} type
   * @param {(message: any) => unknown} handler
   */
  on(type, handler) {
    return this.#client.on(type, (message, channel) => channel === this && handler(message));
  }

  /** Replaces a live connection by one with the newest token, without a gap: events missed meanwhile are resumed. */
  renew() {
    if (this.state === "open" && this.#ready) this.#connect();
  }

  /**
   * Sends a message now or as soon as there is a connection, and returns its `id`: an error about it has this as `ref`,
   * also that the connection is "closed" for good.
   *
   * @param {Message & {id?: string | number}} message
   * @returns {string | number}
   */
  send(message) {
    const stamped = { id: this.#client.nextId(), ...message };
    const socket = this.#ready;
    if (socket) socket.send(JSON.stringify(stamped));
    else if (!this.#wanted) this.#refuse(stamped);
    else if (this.#outbox.length < OUTBOX_MOST) this.#outbox.push(stamped);
    else throw new Error("Too much is waiting to be sent.");
    return stamped.id;
  }

  /**
   * Sends a message without an `id` if there is a connection, for what is of no use later. → whether it was sent.
   *
   * @param {Message} message
   */
  sendNow(message) {
    this.#ready?.send(JSON.stringify(message));
    return this.#ready !== null;
  }

  /**
   * Tells that a message will not be sent, once its sender knows its id.
   *
   * @param {{id: string | number}} message
   */
  #refuse({ id }) {
    const told = { type: "error", code: "closed", message: "The connection is closed.", ref: id };
    queueMicrotask(() => this.#client.emit(told, this));
  }

  /** The connection while it is open, else null. */
  get #ready() {
    return this.#socket?.readyState === SOCKET_OPEN ? this.#socket : null;
  }

  /** Measures the latency now. */
  ping() {
    const socket = this.#ready;
    if (!socket || this.#timers.pong) return;
    this.#pingedAt = performance.now();
    socket.send('{"type":"ping"}');
    this.#awaitPong(setTimeout(() => this.#lost(1006), PONG_WITHIN_MS));
  }

  /** @param {Timer} [timer] */
  #awaitPong(timer) {
    clearTimeout(this.#timers.pong);
    this.#timers.pong = timer;
  }

  async #connect() {
    const attempt = (this.#attempt += 1);
    clearTimeout(this.#timers.retry);
    this.#wait();
    if (!this.#socket) this.#become("connecting");
    let ticket;
    try {
      ticket = await this.#client.ticket();
    } catch (error) {
      // Without a ticket there is no connection; only being signed out is final.
      if (attempt === this.#attempt) this.#lost(error instanceof ApiError && error.status === 401 ? 4401 : 1006);
      return;
    }
    if (attempt !== this.#attempt) return;
    this.#wait();
    const query = new URLSearchParams({ ...this.#query, ticket });
    if (this.seq !== null) query.set("since", String(this.seq));
    const replaced = this.#socket;
    this.#replaced = replaced;
    if (replaced) {
      // The events that it still brings come again by `since`; the answers do not.
      replaced.onmessage = ({ data }) => typeof data === "string" && "ref" in JSON.parse(data) && this.#heard(data);
      replaced.onclose = null;
      this.#awaitPong();
      this.#trust();
    }
    const socket = new this.#client.WebSocket(`${this.#client.socketUrl}${this.#path}?${query}`, this.protocols);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = ({ code }) => this.#lost(code);
  }

  /** Gives up what takes too long on the way to a connection: the ticket, then the socket. */
  #wait() {
    clearTimeout(this.#timers.patience);
    this.#timers.patience = setTimeout(() => this.#lost(1006), CONNECT_WITHIN_MS);
  }

  /** @param {WebSocket} socket */
  #opened(socket) {
    clearTimeout(this.#timers.patience);
    silence(this.#replaced);
    this.#replaced = null;
    this.#openedAt = Date.now();
    this.#quickest = 0;
    this.begin();
    for (const message of this.#outbox.splice(0)) socket.send(JSON.stringify(message));
    clearInterval(this.#timers.ping);
    this.#timers.ping = setInterval(() => this.ping(), PING_EVERY_MS);
    this.ping();
    this.#trust();
    this.#watch();
    this.#become("open");
  }

  /** The connection is alive. */
  #trust() {
    this.#heardAt = performance.now();
    clearTimeout(this.#timers.doubt);
    this.#timers.doubt = undefined;
  }

  /** @param {string | ArrayBuffer} data */
  #heard(data) {
    this.#trust();
    const message = this.read(data);
    if (!message) return;
    if (message.type === "pong" && this.#timers.pong) {
      this.#awaitPong();
      this.latency = Math.round(performance.now() - this.#pingedAt);
      const isFirst = !this.#quickest;
      this.#quickest = Math.min(this.#quickest || Infinity, this.latency);
      // The first answer also waited for the server to open the socket.
      if (isFirst && 2 * this.latency > ANSWER_IN_DOUBT_MS) this.ping();
      this.#client.learnTime(milliseconds(message.time), this.latency);
      this.#client.emit({ type: "latency", channel: this.name, ms: this.latency }, this);
    }
    // "resumed" only announces what is about to follow.
    if (typeof message.seq === "number" && message.type !== "resumed") this.seq = message.seq;
    this.note(message);
    this.#client.emit(message, this);
  }

  /** @param {number} code */
  #lost(code) {
    this.#letGo();
    if (this.#openedAt && Date.now() - this.#openedAt > STEADY_AFTER_MS) this.#losses = 0;
    this.#openedAt = 0;
    if (!this.#wanted || !RECONNECT_AFTER.has(code)) {
      this.#wanted = false;
      for (const message of this.#outbox.splice(0)) this.#refuse(message);
      this.#become("closed", { code });
      return;
    }
    const most = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** this.#losses);
    this.#losses += 1;
    const delay = Math.random() * most;
    this.#timers.retry = setTimeout(() => this.#connect(), delay);
    this.#become("waiting", { code, retry_ms: delay });
  }

  /** Lets go of the connection, and of the way to one. */
  #letGo() {
    this.#attempt += 1;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = {};
    silence(this.#replaced);
    silence(this.#socket);
    this.#replaced = this.#socket = null;
  }

  /**
   * @param {State} state
   * @param {{code?: number, retry_ms?: number}} facts
   */
  #become(state, facts = {}) {
    if (state === "closed" && this.state === "closed") return;
    this.state = state;
    this.#client.emit({ type: "connection", channel: this.name, state, ...facts }, this);
  }
}

/** The frames of a game that hold a view. */
const SHOWING = ["game_state", "player_move", "game_update", "game_tick", "game_over"];

/**
 * Whether a game is under way, by the messages that tell it.
 *
 * @type {Record<string, (message: any) => boolean>}
 */
const UNDER_WAY = {
  game_state: ({ state }) => state === "active",
  game_start: () => true,
  game_tick: () => true,
  game_over: () => false,
};

/** The socket of one game, with what it told last. */
export class GameChannel extends Channel {
  #now;

  /**
   * @param {GameClient} client
   * @param {string} id
   * @param {import("./gameplatform.d.ts").GameOptions} options
   */
  constructor(client, id, { sync = null, follow = null } = {}) {
    super(client, "game", `/ws/game/${encodeURIComponent(id)}/`, follow === null ? {} : { follow: String(follow) });
    this.id = id;
    this.#now = () => client.serverNow();
    /**
     * The view kept from changes, or null where whole ones are sent.
     *
     * @type {SyncedView | null}
     */
    this.sync = sync;
    /** The number of this user's last input that the rules have applied. */
    this.ack = 0;
    if (sync) sync.resync = () => this.send({ type: "resync" });
    /**
     * This user's id, or null for a spectator.
     *
     * @type {number | null}
     */
    this.me = null;
    /** @type {Game.PlayerInfo[]} */
    this.players = [];
    /**
     * The view of this user; null until the first frame.
     *
     * @type {any}
     */
    this.view = null;
    /**
     * The id of the only user to move, or null.
     *
     * @type {number | null}
     */
    this.turn = null;
    /**
     * The movements that this user may make now, where the game tells them.
     *
     * @type {Movement[]}
     */
    this.legal = [];
    /**
     * `{winner_ids, reason, ...}` once the game is over, else null.
     *
     * @type {Game.GameOver | null}
     */
    this.result = null;
  }

  get protocols() {
    return this.sync?.protocols ?? [];
  }

  begin() {
    this.sync?.begin();
  }

  /**
   * @param {any} data
   * @returns {any}
   */
  read(data) {
    return this.sync ? this.sync.read(data, this.#now()) : super.read(data);
  }

  /** @param {any} message */
  note(message) {
    const isUnderWay = UNDER_WAY[message.type]?.(message);
    if (isUnderWay !== undefined) this.expectFrames(isUnderWay ? QUIET_IN_PLAY_MS : Infinity);
    if (!SHOWING.includes(message.type)) return;
    this.ack = message.ack ?? this.ack;
    const { type, view, players = this.players, result = null, legal = [] } = message;
    this.players = players;
    this.view = view ?? this.view;
    this.me = this.view?.you?.user_id ?? null;
    this.result = type === "game_over" ? message : result;
    this.turn = this.result ? null : (this.view?.turn ?? null);
    this.legal = legal;
  }

  /**
   * Calls `handler(game)` with what is known now, and after each change. → a function that ends it.
   *
   * @param {(game: GameChannel) => unknown} handler
   */
  watch(handler) {
    const ends = SHOWING.map((type) => this.on(type, () => handler(this)));
    if (this.view) handler(this);
    return () => {
      for (const end of ends) end();
    };
  }

  /** Tells the game that this player may start. */
  ready() {
    return this.send({ type: "player_ready" });
  }

  /**
   * Makes a move: `movement` has the fields of the game's `move_schema`. → the message's id.
   *
   * @param {Movement} movement
   */
  move(movement) {
    return this.send({ type: "player_move", movement });
  }

  /**
   * Sends an input of a real-time game, if there is a connection. It is acknowledged by `ack`, if it has a number
   * (`n`). → whether it was sent.
   *
   * @param {Movement} movement
   */
  steer(movement) {
    return this.sendNow({ type: "player_move", movement });
  }

  /**
   * `resign`, `offer_draw`, `accept_draw`, `rematch`, `emote` or one of the game's own. → the message's id.
   *
   * @param {string} action
   * @param {unknown} data
   */
  act(action, data = undefined) {
    return this.send({ type: "game_action", action, ...(data !== undefined && { data }) });
  }

  /**
   * Says something to everybody in the game. → the message's id.
   *
   * @param {string} message
   */
  say(message) {
    return this.send({ type: "chat_message", message });
  }
}

/**
 * Everything a player's program needs.
 *
 * `on(type, handler)` hears each message of the sockets by its `type`, and these of the client itself:
 * `connection {channel, state, ?code, ?retry_ms}`, `latency {channel, ms}`, `tokens {tokens}` after a renewal and
 * `signed_out {}` when the session is over. Requests reject with an `ApiError`.
 */
export class GameClient {
  /** @type {Tokens | null} */
  #tokens = null;
  /** @type {Map<string, Set<Handler>>} */
  #handlers = new Map();
  /** @type {Promise<boolean> | null} */
  #renewal = null;
  /** @type {Timer | undefined} */
  #renewTimer;
  #lastId = 0;
  #storage;
  #timeOffset = { ms: 0, latency: Infinity };

  /**
   * @param {string} baseUrl where the server is: `http(s)://host`
   * @param {string | Tokens | null} token an access token alone is used until it expires;
   *   with its refresh token it is renewed
   * @param {import("./gameplatform.d.ts").Options} options `storage: {load(), save(tokens)}` shares the tokens with
   *   other tabs or runs, so that two never use one refresh token; `WebSocket` and `fetch` replace the global ones
   */
  constructor(baseUrl, token = null, { storage = null, WebSocket = globalThis.WebSocket, fetch = null } = {}) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    /** `http(s)` becomes `ws(s)`. */
    this.socketUrl = this.baseUrl.replace(/^http/, "ws");
    this.WebSocket = WebSocket;
    /** @type {typeof globalThis.fetch} */
    this.fetch = fetch ?? ((address, options) => globalThis.fetch(address, options));
    this.#storage = storage;
    /**
     * The socket of the game being played or watched, or null.
     *
     * @type {GameChannel | null}
     */
    this.game = null;
    /**
     * The socket of everything addressed to the user, or null.
     *
     * @type {Channel | null}
     */
    this.notifications = null;
    /**
     * The socket of who among the user's friends is there, or null.
     *
     * @type {Channel | null}
     */
    this.presence = null;
    /**
     * The socket of the shared world, or null.
     *
     * @type {Channel | null}
     */
    this.world = null;
    /**
     * Every channel that is open or wants to be.
     *
     * @type {Set<Channel>}
     */
    this.channels = new Set();
    globalThis.addEventListener?.("offline", () => {
      for (const channel of this.channels) channel.interrupt();
    });
    globalThis.addEventListener?.("online", () => {
      for (const channel of this.channels) {
        if (channel.state === "waiting") channel.open();
        else channel.ask();
      }
    });
    this.setTokens(typeof token === "string" ? { access: token } : token);
  }

  // -- Tokens

  get signedIn() {
    return this.#tokens !== null;
  }

  /**
   * Takes new tokens (or null: signed out) and plans their renewal.
   *
   * @param {Tokens | null} tokens
   */
  setTokens(tokens) {
    this.#tokens = tokens?.access ? { access: tokens.access, refresh: tokens.refresh ?? null } : null;
    clearTimeout(this.#renewTimer);
    const delay = this.#tokens?.refresh ? renewIn(this.#tokens.access, this.serverNow()) : null;
    if (delay !== null) this.#planRenewal(delay);
  }

  /** @param {number} delay */
  #planRenewal(delay) {
    clearTimeout(this.#renewTimer);
    /** @type {any} */
    const timer = setTimeout(async () => {
      if (await this.renewTokens()) for (const channel of this.channels) channel.renew();
      else if (this.#tokens) this.#planRenewal(RENEW_RETRY_MS);
    }, delay);
    // In Node a planned renewal must not keep a finished program alive.
    timer.unref?.();
    this.#renewTimer = timer;
  }

  /** Trades the refresh token for new tokens. → whether there are fresh ones now. */
  async renewTokens() {
    if (!this.#tokens?.refresh) return false;
    this.#renewal ??= this.#exclusively(() => this.#renew()).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /**
   * A refresh token works once: of all tabs that share it only one may use it.
   *
   * @param {() => Promise<boolean>} work
   */
  async #exclusively(work) {
    const locks = this.#storage && globalThis.navigator?.locks;
    /** @type {Promise<boolean> | undefined} */
    let done;
    const once = () => (done ??= work());
    // A browser that lets the page store nothing refuses it locks, too: then no other tab shares the token.
    await locks?.request("gameplatform-tokens", once).catch(() => {});
    return once();
  }

  async #renew() {
    const used = this.#tokens;
    // It may have been signed out while another tab renewed.
    if (!used) return false;
    const stored = this.#storage?.load();
    if (stored?.access && stored.access !== used.access) {
      this.setTokens(stored);
      return true;
    }
    const asked = performance.now();
    const { response, answer: tokens } = await this.#fetch(
      "POST",
      "/api/token/refresh/",
      { refresh: used.refresh },
      false,
    ).catch(() => ({ response: null, answer: null }));
    // Signing out or in meanwhile changes the tokens.
    if (!response || this.#tokens?.refresh !== used.refresh) return false;
    if (response.ok) {
      // The clock here may be hours ahead: every new token would seem to have expired.
      this.learnTime(Number(claims(tokens.access).iat) * 1000, performance.now() - asked + TOKEN_TIME_MS);
      this.setTokens({ refresh: used.refresh, ...tokens });
      this.#storage?.save(this.#tokens);
      this.emit({ type: "tokens", tokens: this.#tokens });
      return true;
    }
    if (response.status < 500 && response.status !== 429) this.#signedOut();
    return false;
  }

  #signedOut() {
    this.setTokens(null);
    this.#storage?.save(null);
    this.emit({ type: "signed_out" });
  }

  /**
   * Signs in: by "login", "guest", "register", "device", "code/confirm", or "provider/" and its id, with what that
   * route takes. It may be refused with `mfa_required`, whose `members` have the `challenge` for `signIn("mfa", ...)`.
   * → the user.
   *
   * @param {string} way
   * @param {object} proof
   */
  async signIn(way, proof) {
    // The tokens of somebody before must not be renewed because this is refused.
    this.setTokens(null);
    const { user, access, refresh } = await this.request("POST", `/api/auth/${way}/`, proof);
    this.setTokens({ access, refresh });
    this.#storage?.save({ access, refresh });
    return user;
  }

  /** Signs in by a passkey, which the browser lets the user choose. → the user. */
  async signInByPasskey() {
    const options = await this.request("POST", "/api/auth/passkey/begin/");
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
    return this.signIn("passkey/finish", credential.toJSON());
  }

  /** The ways in which the user can sign in. */
  async links() {
    return this.request("GET", "/api/me/links/");
  }

  /**
   * Adds a way to sign in: "device" with `{ device_id }`, "password" with `{ password }`, or a provider with its proof.
   *
   * @param {string} way
   * @param {object} proof
   */
  async link(way, proof) {
    await this.request("POST", `/api/me/links/${way}/`, proof);
  }

  /** @param {string} way "device", "password" or a provider */
  async unlink(way) {
    await this.request("DELETE", `/api/me/links/${way}/`);
  }

  /**
   * Proves afresh who the user is, as what is refused with `proof_required` asks for: `{ password }` or `{ code }`.
   *
   * @param {object} proof
   */
  async prove(proof) {
    await this.request("POST", "/api/me/proof/", proof);
  }

  /** Begins to set up an authenticator app. → `{secret, otpauth_url, qr}` */
  async beginTotp() {
    return this.request("POST", "/api/me/mfa/totp/");
  }

  /**
   * Turns the second factor on by a first code of the app. → the recovery codes
   *
   * @param {string} code
   */
  async confirmTotp(code) {
    const { recovery_codes: codes } = await this.request("POST", "/api/me/mfa/totp/confirm/", { code });
    return codes;
  }

  /** @param {string} [password] which is needed where the account has one */
  async removeTotp(password = "") {
    await this.request("DELETE", "/api/me/mfa/totp/", { password });
  }

  async passkeys() {
    return this.request("GET", "/api/me/passkeys/");
  }

  /**
   * Adds a passkey, which the browser makes.
   *
   * @param {string} name
   */
  async addPasskey(name) {
    const options = await this.request("POST", "/api/me/passkeys/begin/");
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
    return this.request("POST", "/api/me/passkeys/finish/", { ...made.toJSON(), name });
  }

  /** @param {number} id */
  async removePasskey(id) {
    await this.request("DELETE", `/api/me/passkeys/${id}/`);
  }

  /**
   * Merges the account of another client into this one's, and closes it; both have signed in within the last minutes. →
   * the kept account.
   *
   * @param {GameClient} other
   */
  async merge(other) {
    return this.request("POST", "/api/me/merge/", { access: other.#tokens?.access ?? "" });
  }

  /** A ticket for one socket: browsers cannot send headers with a WebSocket. */
  async ticket() {
    const { ticket } = await this.request("POST", "/api/auth/ticket/");
    return ticket;
  }

  // -- HTTP

  /**
   * One call of the REST API. → the JSON answer, or null where there is none. Rejects with `ApiError`.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {Record<string, string>} headers
   * @returns {Promise<any>}
   */
  async request(method, path, body = undefined, headers = {}) {
    let { response, answer } = await this.#fetch(method, path, body, true, headers);
    if (response.status === 401 && this.#tokens?.refresh) {
      if (await this.renewTokens()) ({ response, answer } = await this.#fetch(method, path, body, true, headers));
      // Nobody has said that the session is over.
      else if (this.#tokens)
        throw new ApiError({ status: 0, code: "offline", detail: "The tokens cannot be renewed now." });
    }
    if (response.ok) return answer;
    throw new ApiError({
      code: "http_error",
      title: response.statusText,
      ...answer,
      status: response.status,
      retryAfter: Number(response.headers.get("Retry-After")) || null,
    });
  }

  /**
   * → `{response, answer}`: with the JSON that it holds, null where there is none.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {boolean} authorized
   * @param {Record<string, string>} extra
   * @returns {Promise<{response: Response, answer: any}>}
   */
  async #fetch(method, path, body, authorized, extra = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", ...extra };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (authorized && this.#tokens) headers.Authorization = `Bearer ${this.#tokens.access}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      const response = await this.fetch(this.baseUrl + path, {
        method,
        headers,
        body: text,
        cache: "no-store",
        signal,
      });
      const answer =
        response.status === 204
          ? null
          : await response.json().catch((error) => {
              // A proxy may refuse with a page of its own, but a success comes from the server.
              if (response.ok) throw error;
            });
      return { response, answer };
    } catch (error) {
      throw new ApiError({ status: 0, code: "offline", detail: error instanceof Error ? error.message : "" });
    }
  }

  // -- The queue

  /**
   * Queues for a game (the server's default without a name). `match_found` tells of the match that is made. → the
   * queue's answer: `matched` with a `game_id` is also who has an unfinished match, of which nothing is told anew.
   *
   * @param {string} [game]
   * @param {Record<string, unknown>} options
   */
  async joinQueue(game = undefined, options = {}) {
    await this.#hearing(this.connectToNotifications());
    return this.request("POST", "/game/join/", { ...(game && { game }), ...options });
  }

  /**
   * Waits for a channel's first frame, after which nothing is missed, or until it cannot be had for now.
   *
   * @param {Channel} channel
   */
  async #hearing(channel) {
    if (channel.seq !== null) return;
    await new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      const ends = [
        channel.on("*", ({ seq }) => typeof seq === "number" && end()),
        channel.on("connection", ({ state }) => (state === "waiting" || state === "closed") && end()),
      ];
      const end = () => {
        for (const off of ends) off();
        resolve();
      };
    });
  }

  /** Leaves the queue. */
  async leaveQueue() {
    return this.request("POST", "/game/leave/");
  }

  /** → the queues of all games, with what each asks of a player. */
  async queues() {
    return this.request("GET", "/api/queues/");
  }

  /**
   * Accepts a match of which `match_proposed` told. → as `queueStatus`; `matched` for the last one to accept.
   *
   * @param {number} proposalId
   */
  async accept(proposalId) {
    return this.request("POST", "/game/accept/", { proposal_id: proposalId });
  }

  /**
   * Declines a proposed match and leaves the queue.
   *
   * @param {number} proposalId
   */
  async decline(proposalId) {
    return this.request("POST", "/game/decline/", { proposal_id: proposalId });
  }

  /** → `idle`, `queued` or `matched`, with the place in the queue or the game. */
  async queueStatus() {
    return this.request("GET", "/game/status/");
  }

  // -- Storage and procedures

  /**
   * Saves a game under a key, on all devices of the user. With a `version`, only if the saved game has it (empty if
   * there must be none); else rejects with the code `stale_version`. → the saved game, with its new `version`.
   *
   * @param {string} key
   * @param {unknown} value
   * @param {{version?: string}} options
   */
  async save(key, value, { version } = {}) {
    const put = [{ collection: "saves", key, value, ...(version !== undefined && { version }) }];
    const [saved] = await this.request("POST", "/api/storage/", { put });
    return saved;
  }

  /**
   * → a saved game, with `value` and `version`, or null.
   *
   * @param {string} key
   */
  async load(key) {
    try {
      return await this.request("GET", `/api/storage/saves/${encodeURIComponent(key)}/`);
    } catch (error) {
      if (error instanceof ApiError && error.code === "unknown_document") return null;
      throw error;
    }
  }

  /**
   * → rows of a game's or an app's leaderboard, with `rank`, `user` and `score`: the best, or those around the user.
   *
   * @param {string} name
   * @param {{period?: string, aroundMe?: boolean, limit?: number}} options
   */
  async leaderboard(name, { period, aroundMe = false, limit = 50 } = {}) {
    const asked = new URLSearchParams({ limit: String(limit) });
    if (period) asked.set("period", period);
    if (aroundMe) asked.set("around", "me");
    return (await this.request("GET", `/api/leaderboards/${encodeURIComponent(name)}/?${asked}`)).results;
  }

  /**
   * Calls a procedure that the server's own apps offer. → its answer.
   *
   * @param {string} procedure
   * @param {Record<string, unknown>} args
   */
  async call(procedure, args = {}) {
    return this.request("POST", `/api/rpc/${procedure}/`, args);
  }

  // -- Playing

  /**
   * Plays a game against whoever is matched: signs in as a guest (unless somebody is signed in), queues, connects and
   * says that this player is ready. → the game's channel, once the game has begun. A player who never comes is waited
   * for no longer than the server does; the next match then follows.
   *
   * @param {string} [game]
   * @param {Record<string, unknown>} options
   */
  async playAsGuest(game, options = {}) {
    if (!this.signedIn) this.setTokens(await this.request("POST", "/api/auth/guest/", {}));
    /** @type {(() => void)[]} */
    const ends = [];
    /** @type {Promise<GameChannel>} */
    const begun = new Promise((resolve, reject) => {
      const connect = (/** @type {string} */ gameId) => gameId === this.game?.id || this.connectToGame(gameId);
      /** @type {Handler} */
      const look = ({ state, players, you }) => {
        if (state === "active" && this.game) resolve(this.game);
        else if (players.some((/** @type {Game.PlayerInfo} */ { id, ready }) => id === you?.user_id && !ready))
          this.sendReady();
      };
      /** @type {Handler} */
      const closed = ({ channel, state, code }) => {
        if (channel === "game" && state === "closed" && code !== 1000)
          reject(new ApiError({ status: 0, code: "closed", detail: `The game's socket was closed with ${code}.` }));
      };
      ends.push(this.on("match_found", ({ game_id }) => connect(game_id)));
      ends.push(this.on("game_state", look), this.on("connection", closed));
      this.joinQueue(game, options).then(({ game_id }) => game_id && connect(game_id), reject);
    });
    return begun.finally(() => {
      for (const end of ends) end();
    });
  }

  // -- Sockets

  /** Opens the socket of everything addressed to the user; a second call changes nothing. → its channel. */
  connectToNotifications() {
    this.notifications ??= new Channel(this, "notifications", "/ws/notifications/");
    this.notifications.open();
    return this.notifications;
  }

  /** Opens the socket of friends' presence; a second call changes nothing. → its channel. */
  connectToPresence() {
    this.presence ??= new Channel(this, "presence", "/ws/friends/status/");
    this.presence.open();
    return this.presence;
  }

  /** Opens the socket of the shared world; a second call changes nothing. → its channel. */
  connectToWorld() {
    this.world ??= new Channel(this, "world", "/ws/");
    this.world.open();
    return this.world;
  }

  /**
   * Opens the socket of a lobby, given its id (a number) or its name. → its channel; `close()` leaves it.
   *
   * @param {number | string} lobby
   */
  connectToLobby(lobby) {
    const path = typeof lobby === "number" ? `/ws/lobbies/${lobby}/` : `/ws/chat/lobby/${encodeURIComponent(lobby)}/`;
    return this.#opened("lobby", path);
  }

  /**
   * Opens the socket of the conversation with a friend. → its channel; `close()` leaves it.
   *
   * @param {number} friendId
   */
  connectToDirectMessages(friendId) {
    return this.#opened("dm", `/ws/chat/${encodeURIComponent(friendId)}/`);
  }

  /**
   * Opens the socket of a battle that the user has joined. → its channel; `close()` leaves it.
   *
   * @param {number} battleId
   */
  connectToBattle(battleId) {
    return this.#opened("battle", `/ws/battle/${encodeURIComponent(battleId)}/`);
  }

  /**
   * Opens the live list of the rooms that can be joined, all or those of a game and with these values in their
   * metadata. → its channel, on which `open_rooms` is the list, `room_listed` a new or changed room, and
   * `room_unlisted` one that is gone; `close()` leaves it.
   *
   * @param {{game?: string, metadata?: Record<string, unknown>}} filter
   */
  connectToOpenRooms({ game, metadata = {} } = {}) {
    const wanted = Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, String(value)]);
    return this.#opened("rooms", "/ws/rooms/", { ...(game && { game }), ...Object.fromEntries(wanted) });
  }

  /**
   * @param {string} name
   * @param {string} path
   * @param {Record<string, string>} [query]
   */
  #opened(name, path, query) {
    const channel = new Channel(this, name, path, query);
    channel.open();
    return channel;
  }

  /**
   * Opens the socket of one game, as player or spectator, and leaves the one before. → its channel.
   *
   * @param {string} gameId
   * @param {import("./gameplatform.d.ts").GameOptions} options `sync`: a `SyncedView` (of `sync.js`), by which only the
   *   changes of the view are sent; `follow`: the id of the player whose view a spectator sees, in games that allow it
   */
  connectToGame(gameId, options = {}) {
    this.leaveGame();
    this.game = new GameChannel(this, gameId, options);
    this.game.open();
    return this.game;
  }

  /** Closes the game's socket; in a running game the grace time begins. */
  leaveGame() {
    this.game?.close();
    this.game = null;
  }

  /** Closes all sockets. */
  disconnect() {
    for (const channel of [...this.channels]) channel.close();
    this.game = this.notifications = this.presence = this.world = null;
  }

  /** `ready`, `move`, `act` and `say` of the game's channel. */
  sendReady() {
    return this.#inGame().ready();
  }

  /** @param {Movement} movement */
  sendMove(movement) {
    return this.#inGame().move(movement);
  }

  /**
   * @param {string} action
   * @param {unknown} data
   */
  sendAction(action, data = undefined) {
    return this.#inGame().act(action, data);
  }

  /** @param {string} message */
  sendChat(message) {
    return this.#inGame().say(message);
  }

  #inGame() {
    if (!this.game) throw new Error("connectToGame() comes first.");
    return this.game;
  }

  // -- Events

  /**
   * Calls `handler(message, channel)` for every message of `type` ("*": of any). → a function that ends it.
   *
   * @param {string} type
   * @param {Handler} handler
   */
  on(type, handler) {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /**
   * Hands a message to its handlers; one that throws does not keep it from the others.
   *
   * @param {Message} message
   * @param {Channel | null} channel
   */
  emit(message, channel = null) {
    for (const type of [message.type, "*"]) {
      for (const handler of [...(this.#handlers.get(type) ?? [])]) {
        try {
          handler(message, channel);
        } catch (error) {
          console.error(error);
        }
      }
    }
  }

  // -- Of use to channels

  nextId() {
    this.#lastId += 1;
    return this.#lastId;
  }

  /**
   * Learns the server's clock from an answer that took `latency` milliseconds; the quickest answer is the best.
   *
   * @param {number} serverTime
   * @param {number} latency
   */
  learnTime(serverTime, latency) {
    const ms = serverTime + latency / 2 - Date.now();
    if (Number.isNaN(ms)) return;
    // If the two cannot both be right, the clock here has been set since.
    if (latency > this.#timeOffset.latency && Math.abs(ms - this.#timeOffset.ms) <= latency) return;
    this.#timeOffset = { ms, latency };
    this.setTokens(this.#tokens);
  }

  /**
   * Measures the regions, each by the quickest of three answers. → the latency in milliseconds by region; those that do
   * not answer are left out. A party is told them at `/api/party/latencies/`.
   *
   * @returns {Promise<Record<string, number>>}
   */
  async latencies() {
    const measured = (await this.request("GET", "/api/regions/")).map(
      async (/** @type {{id: string, ping_url: string}} */ { id, ping_url: address }) => {
        /** @type {number[]} */
        const took = [];
        for (let turn = 0; turn < 3; turn++) {
          const start = performance.now();
          await fetch(address, { cache: "no-store", mode: "no-cors" });
          took.push(performance.now() - start);
        }
        return [id, Math.round(Math.min(...took))];
      },
    );
    const answers = await Promise.allSettled(measured);
    return Object.fromEntries(answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  }

  /** The server's time now, in milliseconds since 1970. */
  serverNow() {
    return Date.now() + this.#timeOffset.ms;
  }
}
