/**
 * Pong on a canvas. Frames come 30 times a second and are drawn at the screen's pace: ball and the other paddle a
 * moment late, between two frames; one's own paddle at once, as the server will see it, and corrected softly when it
 * saw otherwise.
 */
import { Clock, Interpolation, mixed, Prediction } from "../../client/netcode.js";
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
 */

// As in the game's rules: units a second, the paddle's middle from the wall, and ticks a second.
const PADDLE_SPEED = 420;
const PADDLE_GAP = 24;
const TICK_RATE = 60;

/** A jump as far as this is a new serve, not a flight. */
const JUMP = 120;
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
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
const within = (value, least, most) => Math.min(most, Math.max(least, value));

/**
 * The court between two frames.
 *
 * @param {View} from
 * @param {View} to
 * @param {number} share
 * @returns {View}
 */
function between(from, to, share) {
  const ball = Math.abs(to.ball.x - from.ball.x) > JUMP ? to.ball : mixed(from.ball, to.ball, share);
  return { ...to, ball, paddles: mixed(from.paddles, to.paddles, share) };
}

/**
 * The court while frames are missing: the ball flies on, unless it waits for the serve.
 *
 * @param {View} view
 * @param {number} ticks
 * @param {View} [before]
 * @returns {View}
 */
function flownOn(view, ticks, before) {
  const { ball } = view;
  if (before?.ball.x === ball.x) return view;
  const seconds = ticks / TICK_RATE;
  return { ...view, ball: { ...ball, x: ball.x + ball.vx * seconds, y: ball.y + ball.vy * seconds } };
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
    if (mySide !== side) continue;
    pen.font = "600 22px system-ui, sans-serif";
    pen.textAlign = side;
    pen.fillText(text("game.you"), x + (side === "left" ? width : -width), paddles[side] + 8);
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
    const clock = new Clock({ tickRate: TICK_RATE });
    /** @type {Interpolation<View>} */
    const film = new Interpolation({ mix: between, guess: flownOn });
    const { height, paddle_height: paddleHeight } = newest.current;
    const step = (/** @type {number} */ y, /** @type {number} */ direction, /** @type {number} */ seconds) =>
      within(y + direction * PADDLE_SPEED * seconds, paddleHeight / 2, height - paddleHeight / 2);
    let ownY = mySide ? newest.current.paddles[mySide] : 0;
    /** @type {Prediction<number, number> | null} */
    const own = mySide ? new Prediction({ state: ownY, input: 0, step, tickRate: TICK_RATE }) : null;
    const held = /** @type {Set<string>} */ (new Set());
    /** Keys that were pressed since the last picture: they may have been let go of within it. */
    const pressed = /** @type {Set<string>} */ (new Set());
    let drag = /** @type {{y: number, from: number, target: number} | null} */ (null);
    let request = 0;

    const wish = () => {
      if (drag) {
        const distance = drag.target - ownY;
        return Math.abs(distance) < DEAD_ZONE ? 0 : Math.sign(distance);
      }
      return [...new Set([...held, ...pressed])].reduce((sum, key) => sum + KEYS[key], 0);
    };
    const steer = (/** @type {Prediction<number, number>} */ own) => {
      const direction = within(wish(), -1, 1);
      pressed.clear();
      if (direction !== own.input) move.current?.({ direction, n: own.steer(direction) });
    };
    const frame = (/** @type {number} */ now) => {
      request = requestAnimationFrame(frame);
      const predicted = clock.predicted(now);
      if (own && predicted !== null) {
        steer(own);
        ownY = own.advance(predicted);
      }
      const shown = film.at(clock.shown(now) ?? 0) ?? newest.current;
      const paddles = own && mySide ? { ...shown.paddles, [mySide]: ownY } : shown.paddles;
      draw(canvas.current, { view: newest.current, ball: shown.ball, paddles, mySide });
    };
    const unsubscribe = frames((tick, seen, ack) => {
      newest.current = seen;
      clock.ticked(tick, performance.now());
      film.add(tick, seen);
      if (own && mySide) own.correct(tick, seen.paddles[mySide], ack);
    });
    const unmeasure = client.on("latency", ({ channel, ms }) => {
      const now = performance.now();
      if (channel === "game") clock.pinged(now - ms, now, client.serverNow());
    });
    request = requestAnimationFrame(frame);
    const stop = () => {
      cancelAnimationFrame(request);
      unsubscribe();
      unmeasure();
    };
    if (!own) return stop;

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
      pressed.add(event.key);
    });
    listen(window, "keyup", (event) => held.delete(event.key));
    listen(window, "blur", () => held.clear());
    // A mouse points at the place for the paddle; a finger, which would hide it, drags it from wherever it is.
    const place = (/** @type {PointerEvent} */ event, from = ownY, since = event.clientY) => {
      const box = canvas.current.getBoundingClientRect();
      const units = newest.current.height / box.height;
      if (event.pointerType === "mouse") return (event.clientY - box.top) * units;
      return from + (event.clientY - since) * units * TOUCH_GAIN;
    };
    listen(area.current, "pointerdown", (event) => {
      area.current.setPointerCapture(event.pointerId);
      drag = { y: event.clientY, from: ownY, target: ownY };
      drag.target = place(event);
    });
    listen(area.current, "pointermove", (event) => {
      if (drag) drag.target = place(event, drag.from, drag.y);
    });
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      listen(area.current, type, () => (drag = null));
    const pings = setInterval(() => client.game?.ping(), PING_EVERY_MS);
    return () => {
      stop();
      clearInterval(pings);
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
