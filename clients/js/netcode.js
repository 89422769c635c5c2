/**
 * Smooth play over a slow and uneven network: a clock in step with the server's, frames shown a moment late and mixed
 * (`Interpolation`), and the player's own part shown at once and corrected softly (`Prediction`). Nothing here reads
 * a clock or a socket: the caller says what came when. docs/netcode.md explains each part by an example.
 */

/** Ticks of which the arrival is remembered: two seconds at 30 frames a second. */
const ARRIVALS_KEPT = 60;
const PINGS_KEPT = 8;
/** The frames among which the slowest is no longer waited for. */
const WAITED_FOR = 0.95;
const DELAY_MOST_MS = 250;
/** The share of the time by which the picture may run faster or slower to follow what the clock learns. */
const CLOCK_DRIFT = 0.06;
const DRIFT_FOR_MS = 100;
/** A larger difference is taken at once. */
const CLOCK_JUMP_MS = 500;
const GAP_EASE = 0.1;
const LATENCY_GUESS_MS = 50;
/** More ticks than this are not made up for: the page slept, or the game began anew. */
const STEPS_MOST = 120;

/**
 * The value in the middle of a list.
 *
 * @param {number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/**
 * `to` with its numbers mixed with those of `from`, in records, lists of the same length and maps of entities by id:
 * share 0 is `from`, 1 is `to`. What is not in `from`, or no number, is as in `to`.
 *
 * @template T
 * @param {T} from
 * @param {T} to
 * @param {number} share
 * @returns {T}
 */
export function mixed(from, to, share) {
  if (typeof to === "number") return /** @type {any} */ (typeof from === "number" ? from + (to - from) * share : to);
  if (typeof to !== "object" || to === null || typeof from !== "object" || from === null) return to;
  if (Array.isArray(to)) {
    if (!Array.isArray(from) || from.length !== to.length) return to;
    return /** @type {any} */ (to.map((value, index) => mixed(from[index], value, share)));
  }
  /** @type {Record<string, unknown>} */
  const result = {};
  for (const [key, value] of Object.entries(to))
    result[key] = mixed(/** @type {Record<string, any>} */ (from)[key], value, share);
  return /** @type {T} */ (result);
}

/**
 * The angle between two, in radians, the short way round.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} share
 */
export function mixedAngle(from, to, share) {
  const turn = (((to - from) % (2 * Math.PI)) + 3 * Math.PI) % (2 * Math.PI);
  return from + (turn - Math.PI) * share;
}

/** The server's clock and ticks, as learned from pings and frames. Times are milliseconds of `performance.now()`. */
export class Clock {
  /** @type {{sent: number, latency: number, offset: number}[]} */
  #pings = [];
  /** When tick 0 would have come, by each of the newest frames. @type {number[]} */
  #arrivals = [];
  /** When tick 0 would have come on the quickest way. @type {number | null} */
  #start = null;
  #newest = 0;
  #heardAt = 0;
  #gap = 1;
  #delay = 0;

  /** @param {{tickRate?: number}} options `tickRate`: ticks a second */
  constructor({ tickRate = 60 } = {}) {
    /** The length of a tick. */
    this.tickMs = 1000 / tickRate;
    /** By how much later than the quickest frames come, all but the slowest twentieth. */
    this.jitter = 0;
  }

  /**
   * Learns from a ping: when it was sent, when its answer came, and the server's time in it (milliseconds since 1970).
   *
   * @param {number} sent
   * @param {number} received
   * @param {number} serverTime
   */
  pinged(sent, received, serverTime) {
    const latency = received - sent;
    this.#pings.push({ sent, latency, offset: serverTime + latency / 2 - received });
    if (this.#pings.length > PINGS_KEPT) this.#pings.shift();
  }

  /** Milliseconds to the server and back. */
  get latency() {
    if (!this.#pings.length) return LATENCY_GUESS_MS;
    return quantile(
      this.#pings.map(({ latency }) => latency),
      0.5,
    );
  }

  /**
   * The server's time at `now`, in milliseconds since 1970, by the quickest ping; null until known.
   *
   * @param {number} now
   */
  serverTime(now) {
    if (!this.#pings.length) return null;
    return now + this.#pings.reduce((best, ping) => (ping.latency < best.latency ? ping : best)).offset;
  }

  /**
   * Learns from the frame of a tick that comes at `now`.
   *
   * @param {number} tick
   * @param {number} now
   */
  ticked(tick, now) {
    const start = now - tick * this.tickMs;
    // The game went on elsewhere, or this page slept.
    if (this.#start !== null && Math.abs(start - this.#start) > CLOCK_JUMP_MS + this.#delay) {
      this.#start = null;
      this.#arrivals = [];
    }
    const ticks = tick - this.#newest;
    if (this.#start !== null && ticks > 0) this.#gap += (ticks - this.#gap) * GAP_EASE;
    this.#newest = tick;
    this.#arrivals.push(start);
    if (this.#arrivals.length > ARRIVALS_KEPT) this.#arrivals.shift();
    const quickest = Math.min(...this.#arrivals);
    this.jitter = quantile(this.#arrivals, WAITED_FOR) - quickest;
    const delay = Math.min(DELAY_MOST_MS, (this.#gap + 0.5) * this.tickMs + this.jitter);
    const most = Math.min(now - this.#heardAt, DRIFT_FOR_MS) * CLOCK_DRIFT;
    this.#heardAt = now;
    const drift = (/** @type {number} */ difference) => Math.max(-most, Math.min(most, difference));
    this.#delay = this.#start === null ? delay : this.#delay + drift(delay - this.#delay);
    this.#start = this.#start === null ? quickest : this.#start + drift(quickest - this.#start);
  }

  /** The time by which frames are shown late, so that the next one has nearly always come. */
  get delay() {
    return this.#delay;
  }

  /**
   * The tick, with its fraction, whose frame would come at `now`; null until known.
   *
   * @param {number} now
   */
  tick(now) {
    return this.#start === null ? null : (now - this.#start) / this.tickMs;
  }

  /**
   * The tick to show at `now`: `delay` late.
   *
   * @param {number} now
   */
  shown(now) {
    return this.tick(now - this.#delay);
  }

  /**
   * The tick that has what is sent at `now`.
   *
   * @param {number} now
   */
  predicted(now) {
    return this.tick(now + this.latency);
  }
}

/**
 * The newest frames, and what lies between two.
 *
 * @template View
 */
export class Interpolation {
  /** @type {{tick: number, view: View}[]} */
  #frames = [];
  #mix;
  #guess;
  #guessTicks;
  #keep;

  /**
   * @param {import("./netcode.d.ts").InterpolationOptions<View>} options
   */
  constructor({ mix, guess = (view) => view, guessTicks = 6, keep = 32 }) {
    this.#mix = mix;
    this.#guess = guess;
    this.#guessTicks = guessTicks;
    this.#keep = keep;
  }

  /**
   * Adds a frame; one that is older than the newest begins anew.
   *
   * @param {number} tick
   * @param {View} view
   */
  add(tick, view) {
    const newest = this.#frames.at(-1);
    if (newest && tick <= newest.tick) this.#frames = [];
    this.#frames.push({ tick, view });
    if (this.#frames.length > this.#keep) this.#frames.shift();
  }

  /**
   * The view at a tick with its fraction; null without frames. Before the oldest frame it is the oldest.
   *
   * @param {number} tick
   * @returns {View | null}
   */
  at(tick) {
    const newest = this.#frames.at(-1);
    if (!newest) return null;
    if (tick >= newest.tick)
      return this.#guess(newest.view, Math.min(tick - newest.tick, this.#guessTicks), this.#frames.at(-2)?.view);
    const index = this.#frames.findIndex((frame) => frame.tick > tick);
    if (index === 0) return this.#frames[0].view;
    const [before, after] = [this.#frames[index - 1], this.#frames[index]];
    return this.#mix(before.view, after.view, (tick - before.tick) / (after.tick - before.tick));
  }
}

/**
 * The player's own part of the state: stepped here at once by the same rules as on the server, and made right by each
 * frame: the steps that the server has not made yet are repeated upon its state. An error is not shown as a jump, but
 * eased away.
 *
 * @template State
 * @template Input
 */
export class Prediction {
  /** The number of the newest input: the `n` of its movement. */
  n = 0;
  /** The inputs that may still be needed, by number. @type {Map<number, Input>} */
  #inputs = new Map();
  /** The number of the input at each tick that the server has not shown yet. @type {{tick: number, n: number}[]} */
  #steps = [];
  /** @type {number | null} */
  #tick = null;
  /** @type {State} */
  #state;
  /** The state to show: it goes the same steps, and is eased towards the right one. @type {State} */
  #eased;
  /** The state to show, one step before. @type {State} */
  #before;
  #step;
  #mix;
  #isJump;
  #seconds;
  #ease;

  /** @param {import("./netcode.d.ts").PredictionOptions<State, Input>} options */
  constructor({ state, input, step, mix = mixed, isJump = () => false, tickRate = 60, easeMs = 80 }) {
    this.#state = this.#eased = this.#before = state;
    this.#inputs.set(0, input);
    this.#step = step;
    this.#mix = mix;
    this.#isJump = isJump;
    this.#seconds = 1 / tickRate;
    this.#ease = 1 - Math.exp(-1000 / tickRate / easeMs);
  }

  /** The newest input. */
  get input() {
    return this.#input(this.n);
  }

  /**
   * Takes an input, which holds until the next one. → its number, for the movement's `n`.
   *
   * @param {Input} input
   */
  steer(input) {
    this.n += 1;
    this.#inputs.set(this.n, input);
    return this.n;
  }

  /**
   * Goes on to a tick with its fraction (`Clock.predicted`). → the state to show then.
   *
   * @param {number} tick
   * @returns {State}
   */
  advance(tick) {
    const whole = Math.ceil(tick);
    if (this.#tick === null || Math.abs(whole - this.#tick) > STEPS_MOST) {
      this.#tick = whole;
      this.#steps = [];
    }
    while (this.#tick < whole) {
      this.#tick += 1;
      this.#steps.push({ tick: this.#tick, n: this.n });
      this.#state = this.#step(this.#state, this.input, this.#seconds);
      const isFar = this.#isJump(this.#eased, this.#state);
      const same = isFar ? this.#state : this.#step(this.#eased, this.input, this.#seconds);
      this.#before = isFar ? this.#state : this.#eased;
      this.#eased = this.#mix(same, this.#state, this.#ease);
    }
    // A clock that was set back a little stands still.
    return this.#mix(this.#before, this.#eased, Math.max(0, 1 - (this.#tick - tick)));
  }

  /**
   * Takes the server's state at a tick, in which it had applied the inputs up to number `ack`.
   *
   * @param {number} tick
   * @param {State} state
   * @param {number} [ack]
   */
  correct(tick, state, ack = 0) {
    this.#steps = this.#steps.filter((step) => step.tick > tick);
    if (this.#tick === null || this.#tick < tick) this.#tick = tick;
    if (ack > this.n) {
      // The seat was played from elsewhere before, or by this page before a reload.
      this.#inputs.set(ack, this.input);
      this.n = ack;
    }
    this.#state = state;
    // An input may have come earlier than it was expected to.
    for (const { n } of this.#steps)
      this.#state = this.#step(this.#state, this.#input(Math.max(n, ack)), this.#seconds);
    const oldest = Math.min(ack || Infinity, this.#steps[0]?.n ?? this.n);
    for (const n of this.#inputs.keys()) if (n < oldest) this.#inputs.delete(n);
  }

  /**
   * @param {number} n
   * @returns {Input}
   */
  #input(n) {
    return /** @type {Input} */ (this.#inputs.get(n));
  }
}
