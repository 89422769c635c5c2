/**
 * Pong on a canvas. Frames come 30 times a second and are drawn at the screen's pace: ball and the other paddle a
 * moment
 * late, between two frames; one's own paddle at once, as the server will see it, and corrected softly when it saw
 * otherwise.
 */
import { html, useElement, useLayoutEffect, useRef } from "../dom.js";
import { client } from "../session.js";
import { text } from "../texts.js";

/**
 * @import { BoardProps } from "../board.js"
 * @import { Ref } from "../types.d.ts"
 * @typedef {"left" | "right"} Side
 * @typedef {Record<Side, number>} Paddles
 * @typedef {{x: number, y: number}} Point
 * @typedef {{width: number, height: number, paddle_width: number, paddle_height: number, ball_radius: number, scores: Paddles, paddles: Paddles,
 *   ball: Point & {vx: number, vy: number}}} View
 * @typedef {{tick: number, view: View}} Frame
 */

// As in the game's rules: units a second, and the paddle's middle from the wall.
const PADDLE_SPEED = 420;
const PADDLE_GAP = 24;
const TICK_MS = 1000 / 60;

/** Drawing this late, the next frame has nearly always come: one frame's distance and some jitter. */
const DELAY_MS = 50;
/** Without a new frame the ball flies on for so long. */
const GUESS_MS = 120;
const FRAMES_KEPT = 12;
/** A jump as far as this is a new serve, not a flight. */
const JUMP = 120;
/** The share of the difference between the predicted and the known paddle that each frame corrects. */
const CORRECTION = 0.15;
const SNAP = 120;
/** While it moves, the two are compared no better than to within a frame's way. */
const TOLERANCE = 15;
const LATENCY_GUESS_MS = 40;
const PING_EVERY_MS = 2_000;
const DEAD_ZONE = 6;
const TOUCH_GAIN = 1.6;

/** @type {Record<string, number>} */
const KEYS = { ArrowUp: -1, w: -1, W: -1, ArrowDown: 1, s: 1, S: 1 };
/** @type {Side[]} */
const SIDES = ["left", "right"];
const COLOURS = {
  field: "#10141c",
  line: "#39414f",
  score: "#5d6675",
  ball: "#ffffff",
  mine: "#8fa8ff",
  theirs: "#ff9a6b",
};

/**
 * @param {number} from
 * @param {number} to
 * @param {number} share
 */
const mix = (from, to, share) => from + (to - from) * share;
/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
const within = (value, least, most) => Math.min(most, Math.max(least, value));

/** The frames of late, and what the court looked like at any moment between them. */
class Film {
  /** @type {Frame[]} */
  #frames = [];
  /** When tick 0 would have arrived, by the quickest frame of late. */
  #start = /** @type {number | null} */ (null);

  /**
   * @param {number} tick
   * @param {View} view
   * @param {number} now
   */
  add(tick, view, now) {
    const latest = this.#frames.at(-1);
    if (latest && tick <= latest.tick) this.#frames = [];
    const start = now - tick * TICK_MS;
    // Drifts up slowly, so that one lucky frame does not set the pace for ever.
    this.#start =
      this.#start === null || Math.abs(start - this.#start) > 500 ? start : Math.min(start, this.#start + 0.2);
    this.#frames.push({ tick, view });
    if (this.#frames.length > FRAMES_KEPT) this.#frames.shift();
  }

  /**
   * @param {number} now
   * @returns {{ball: Point, paddles: Paddles} | null}
   */
  at(now) {
    const frames = this.#frames;
    const newest = frames.at(-1);
    if (!newest || this.#start === null) return null;
    const tick = (now - DELAY_MS - this.#start) / TICK_MS;
    if (tick >= newest.tick) {
      const { ball, paddles } = newest.view;
      const still = frames.at(-2)?.view.ball.x === ball.x;
      const seconds = still ? 0 : Math.min(GUESS_MS, (tick - newest.tick) * TICK_MS) / 1000;
      return { ball: { x: ball.x + ball.vx * seconds, y: ball.y + ball.vy * seconds }, paddles };
    }
    const index = Math.max(
      1,
      frames.findIndex((frame) => frame.tick > tick),
    );
    const before = frames[index - 1] ?? newest;
    const after = frames[index] ?? newest;
    const share = before === after ? 1 : within((tick - before.tick) / (after.tick - before.tick), 0, 1);
    const [from, to] = [before.view, after.view];
    const jumped = Math.abs(to.ball.x - from.ball.x) > JUMP;
    return {
      ball: jumped ? to.ball : { x: mix(from.ball.x, to.ball.x, share), y: mix(from.ball.y, to.ball.y, share) },
      paddles: {
        left: mix(from.paddles.left, to.paddles.left, share),
        right: mix(from.paddles.right, to.paddles.right, share),
      },
    };
  }
}

/** One's own paddle: where it is for the player, now. */
class Prediction {
  direction = 0;
  /** @type {{now: number, y: number}[]} */
  #path = [];

  /** @param {number} y */
  constructor(y) {
    this.y = y;
  }

  /**
   * @param {number} seconds
   * @param {number} now
   * @param {{height: number, paddle_height: number}} view
   */
  advance(seconds, now, { height, paddle_height }) {
    const half = paddle_height / 2;
    this.y = within(this.y + this.direction * PADDLE_SPEED * seconds, half, height - half);
    this.#path.push({ now, y: this.y });
    if (this.#path.length > 120) this.#path.shift();
  }

  /**
   * The server showed the paddle at `y`: it speaks of the moment a round trip ago.
   *
   * @param {number} y
   * @param {number} now
   * @param {number} latency
   */
  correct(y, now, latency) {
    const then = now - latency - TICK_MS;
    const known = this.#path.findLast((point) => point.now <= then) ?? this.#path[0];
    if (!known) return;
    const error = y - known.y;
    if (this.direction !== 0 && Math.abs(error) < TOLERANCE) return;
    const step = Math.abs(error) > SNAP ? error : error * CORRECTION;
    this.y += step;
    for (const point of this.#path) point.y += step;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{view: View, ball: Point, paddles: Paddles, mySide: Side | null}} scene
 */
function draw(canvas, { view, ball, paddles, mySide }) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const scale = canvas.width / view.width;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.fillStyle = COLOURS.field;
  pen.fillRect(0, 0, view.width, view.height);
  pen.strokeStyle = COLOURS.line;
  pen.lineWidth = 4;
  pen.setLineDash([12, 14]);
  pen.beginPath();
  pen.moveTo(view.width / 2, 0);
  pen.lineTo(view.width / 2, view.height);
  pen.stroke();
  pen.fillStyle = COLOURS.score;
  pen.font = "600 72px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.fillText(String(view.scores.left), view.width * 0.38, 84);
  pen.fillText(String(view.scores.right), view.width * 0.62, 84);
  for (const side of SIDES) {
    const x = side === "left" ? PADDLE_GAP : view.width - PADDLE_GAP;
    const { paddle_width: width, paddle_height: height } = view;
    pen.fillStyle = (mySide ?? "left") === side ? COLOURS.mine : COLOURS.theirs;
    pen.beginPath();
    pen.roundRect(x - width / 2, paddles[side] - height / 2, width, height, width / 2);
    pen.fill();
  }
  pen.fillStyle = COLOURS.ball;
  pen.beginPath();
  pen.arc(ball.x, ball.y, view.ball_radius, 0, 2 * Math.PI);
  pen.fill();
}

/** @param {BoardProps & {view: View}} props */
export default function Pong({ view, room, me, onMove, frames, live }) {
  /** @type {Ref<HTMLElement>} */
  const area = useElement();
  /** @type {Ref<HTMLCanvasElement>} */
  const canvas = useElement();
  const newest = useRef(view);
  const mySide = /** @type {Side | null} */ (
    me === null ? null : (room.players.find(({ id }) => id === me)?.side ?? null)
  );
  const playing = live && mySide !== null;
  const move = useRef(onMove);
  move.current = onMove;

  useLayoutEffect(() => {
    const fit = () => {
      canvas.current.width = Math.round(canvas.current.clientWidth * devicePixelRatio);
      canvas.current.height = Math.round((canvas.current.width * view.height) / view.width);
      draw(canvas.current, { view: newest.current, ...newest.current, mySide });
    };
    const watcher = new ResizeObserver(fit);
    watcher.observe(canvas.current);
    return () => watcher.disconnect();
  }, [mySide]);

  useLayoutEffect(() => {
    newest.current = view;
    if (!live) draw(canvas.current, { view, ...view, mySide });
  }, [view, live, mySide]);

  useLayoutEffect(() => {
    if (!live || !frames) return undefined;
    const film = new Film();
    const own = mySide ? new Prediction(newest.current.paddles[mySide]) : null;
    const held = /** @type {Set<string>} */ (new Set());
    let drag = /** @type {{y: number, from: number, target: number} | null} */ (null);
    let before = performance.now();
    let request = 0;

    const wish = (/** @type {Prediction} */ own) => {
      if (drag) {
        const distance = drag.target - own.y;
        return Math.abs(distance) < DEAD_ZONE ? 0 : Math.sign(distance);
      }
      return [...held].reduce((sum, key) => sum + KEYS[key], 0);
    };
    const steer = (/** @type {Prediction} */ own) => {
      const direction = within(wish(own), -1, 1);
      if (direction === own.direction) return;
      own.direction = direction;
      move.current?.({ direction });
    };
    const frame = (/** @type {number} */ now) => {
      request = requestAnimationFrame(frame);
      if (own) {
        steer(own);
        own.advance(Math.min(100, now - before) / 1000, now, newest.current);
      }
      before = now;
      const shown = film.at(now) ?? newest.current;
      const paddles = own && mySide ? { ...shown.paddles, [mySide]: own.y } : shown.paddles;
      draw(canvas.current, { view: newest.current, ball: shown.ball, paddles, mySide });
    };
    const unsubscribe = frames((tick, seen) => {
      const now = performance.now();
      newest.current = seen;
      film.add(tick, seen, now);
      if (own && mySide) own.correct(seen.paddles[mySide], now, client.game?.latency ?? LATENCY_GUESS_MS);
    });
    request = requestAnimationFrame(frame);
    if (!own) return () => [cancelAnimationFrame(request), unsubscribe()];

    const heard = new AbortController();
    /**
     * @template {keyof GlobalEventHandlersEventMap} Type
     * @param {EventTarget} target
     * @param {Type} type
     * @param {(event: GlobalEventHandlersEventMap[Type]) => void} handler
     */
    const listen = (target, type, handler) =>
      target.addEventListener(type, /** @type {EventListener} */ (handler), { signal: heard.signal });
    const typing = (/** @type {Event} */ event) =>
      event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
    listen(window, "keydown", (event) => {
      if (!(event.key in KEYS) || typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      held.add(event.key);
    });
    listen(window, "keyup", (event) => held.delete(event.key));
    listen(window, "blur", () => held.clear());
    // A mouse points at the place for the paddle; a finger, which would hide it, drags it from wherever it is.
    const place = (/** @type {PointerEvent} */ event, from = own.y, since = event.clientY) => {
      const box = canvas.current.getBoundingClientRect();
      const units = newest.current.height / box.height;
      if (event.pointerType === "mouse") return (event.clientY - box.top) * units;
      return from + (event.clientY - since) * units * TOUCH_GAIN;
    };
    listen(area.current, "pointerdown", (event) => {
      area.current.setPointerCapture(event.pointerId);
      drag = { y: event.clientY, from: own.y, target: own.y };
      drag.target = place(event);
    });
    listen(area.current, "pointermove", (event) => {
      if (drag) drag.target = place(event, drag.from, drag.y);
    });
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      listen(area.current, type, () => (drag = null));
    const pings = setInterval(() => client.game?.ping(), PING_EVERY_MS);
    return () => {
      cancelAnimationFrame(request);
      clearInterval(pings);
      unsubscribe();
      heard.abort();
    };
  }, [live, mySide]);

  const { left, right } = view.scores;
  return html`<div class=${`pong ${playing ? "playing" : ""}`} ref=${area}>
    <canvas ref=${canvas} role="img" aria-label=${text("pong.label")}></canvas>
    <p class="hidden" aria-live="polite">${text("pong.score", { left, right })}</p>
    ${
      playing &&
      html`<p class="touchpad soft small">
      <span class="for-keys">${text("pong.hint_keys")}</span><span class="for-touch">${text("pong.hint_touch")}</span>
        </p>`
    }
  </div>`;
}
