/** A game over a simulated network, in simulated time: the tests of `netcode.js` look at what the player would see. */
import { Clock, Interpolation, mixed, Prediction } from "../netcode.js";

export const SPEED = 400;
export const TICK_MS = 1000 / 60;
const FRAME_EVERY = 2;
const SCREEN_MS = 1000 / 120;
const STALL_MS = 200;

/** @typedef {{y: number}} Paddle */
/** @typedef {{delay: number, jitter: number, loss: number}} Network milliseconds one way, and a share */
/** @typedef {{at: number, own: Paddle, ball: number | null, server: Paddle, serverBall: number}} Seen */

/**
 * Dice that fall the same way each time.
 *
 * @param {number} seed
 */
export function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/**
 * @param {Paddle} paddle
 * @param {number} direction
 * @param {number} seconds
 */
export function step({ y }, direction, seconds) {
  return { y: Math.min(450, Math.max(0, y + direction * SPEED * seconds)) };
}

/** One way of a connection: in order, and what is lost holds up all that follows. */
class Way {
  /** @type {{at: number, what: any}[]} */
  #queue = [];
  #last = 0;

  /**
   * @param {Network} network
   * @param {() => number} random
   */
  constructor(network, random) {
    this.network = network;
    this.random = random;
  }

  /**
   * @param {number} now
   * @param {any} what
   */
  send(now, what) {
    const { delay, jitter, loss } = this.network;
    const late = this.random() < loss ? STALL_MS : 0;
    this.#last = Math.max(this.#last, now + delay + (2 * this.random() - 1) * jitter + late);
    this.#queue.push({ at: this.#last, what });
  }

  /**
   * @param {number} now
   * @returns {any[]}
   */
  come(now) {
    const count = this.#queue.findIndex(({ at }) => at > now);
    return this.#queue.splice(0, count < 0 ? this.#queue.length : count).map(({ what }) => what);
  }
}

/**
 * Plays for some seconds. → what the player saw at each picture, and the clock at the end.
 *
 * @param {{network: Network, seconds: number, wish: (ms: number) => number, seed?: number}} options `wish`: the
 *   direction that is steered at a time
 * @returns {{seen: Seen[], clock: Clock}}
 */
export function play({ network, seconds, wish, seed = 7 }) {
  const random = dice(seed);
  const up = new Way(network, random);
  const down = new Way(network, random);
  const server = { tick: 0, paddle: { y: 225 }, direction: 0, ack: 0 };
  const clock = new Clock({ tickRate: 60 });
  /** @type {Interpolation<{ball: number}>} */
  const film = new Interpolation({ mix: mixed });
  const own = new Prediction({ state: { y: 225 }, input: 0, step });
  /** @type {Seen[]} */
  const seen = [];
  for (let now = 0; now < seconds * 1000; now += SCREEN_MS) {
    while ((server.tick + 1) * TICK_MS <= now) {
      server.tick += 1;
      for (const sent of up.come(server.tick * TICK_MS)) {
        if ("ping" in sent) down.send(server.tick * TICK_MS, { ...sent, time: 1e12 + server.tick * TICK_MS });
        else Object.assign(server, { direction: sent.direction, ack: sent.n });
      }
      server.paddle = step(server.paddle, server.direction, 1 / 60);
      if (server.tick % FRAME_EVERY) continue;
      down.send(server.tick * TICK_MS, { ...server, ball: server.tick * 6 });
    }
    for (const heard of down.come(now)) {
      if ("ping" in heard) clock.pinged(heard.ping, now, heard.time);
      else {
        clock.ticked(heard.tick, now);
        film.add(heard.tick, { ball: heard.ball });
        own.correct(heard.tick, heard.paddle, heard.ack);
      }
    }
    if (Math.floor(now / 1000) !== Math.floor((now - SCREEN_MS) / 1000)) up.send(now, { ping: now });
    const tick = clock.predicted(now);
    if (tick === null) continue;
    const direction = wish(now);
    if (direction !== own.input) up.send(now, { direction, n: own.steer(direction) });
    const ball = film.at(/** @type {number} */ (clock.shown(now)))?.ball ?? null;
    seen.push({ at: now, own: own.advance(tick), ball, server: server.paddle, serverBall: server.tick * 6 });
  }
  return { seen, clock };
}

/** Presses up and down for moments of different lengths, and lets go in the end. @param {number} until milliseconds */
export const fidget = (until) => (/** @type {number} */ now) =>
  now < 1000 || now > until ? 0 : [1, 0, -1, 1, -1, 0][Math.floor(now / 170 + Math.sin(now / 400)) % 6];

/**
 * The ways that something went between one picture and the next.
 *
 * @param {number[]} values
 */
export const ways = (values) => values.slice(1).map((value, index) => value - values[index]);
