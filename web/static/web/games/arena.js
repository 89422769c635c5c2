/**
 * The arena on a canvas: one's own fighter at once, by the same steps as on the server (`Prediction`), the others a
 * moment late, between two frames (`Interpolation`). Walls hide what is behind them; the server does not tell of it.
 */
import { Clock, Interpolation, mixed, Prediction } from "../../client/netcode.js";
import { html, useElement, useLayoutEffect, useRef, useState } from "../dom.js";
import { client } from "../session.js";
import { duration, text } from "../texts.js";
import { draw, FLASH_MS } from "./arena_picture.js";

/**
 * @import { BoardProps } from "../board.js"
 * @typedef {{x: number, y: number, aim: number, health: number, safe: boolean, power: boolean}} Fighter
 * @typedef {{seat: number, x: number, y: number, to_x: number, to_y: number, hit: number | null}} Shot
 * @typedef {{map: string, ticks_left: number, fighters: Record<string, Fighter>, pickups: boolean[], shots: Shot[],
 *   frags: Record<string, number>, falls: {number: number, by: number, seat: number}[]}} View
 * @typedef {{dx: number, dy: number, aim: number, fire: boolean}} Steer
 * @typedef {{x: number, y: number}} Place
 * @typedef {{id: number, x: number, y: number, dx: number, dy: number}} Thumb
 * @typedef {{move: Thumb | null, aim: Thumb | null}} Thumbs
 * @typedef {{shots: (Shot & {at: number})[], falls: (View["falls"][number] & {at: number})[], hit: number,
 *   hurt: number}} Effects
 */

// As in the game's rules.
const RATE = 20;
const SPEED = 5.5;
const FULL = 10;
const TURN = 1024;
const RADIUS = 0.42;

/** A fighter that is farther away than this from one frame to the next has stood up elsewhere. */
const JUMP = 1.5;
/** The interval at which an unchanged input is sent again: the server lets those stand still who send nothing. */
const SAY_AGAIN_MS = 1_000;
/** Half the way of a thumb. */
const STICK = 44;
const AIMED = 0.35;
const PING_EVERY_MS = 2_000;
const FALL_SHOWN_MS = 5_000;

/** @type {Record<string, number[]>} */
const KEYS = {
  KeyW: [0, -1],
  ArrowUp: [0, -1],
  KeyS: [0, 1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
};

const within = (/** @type {number} */ value, /** @type {number} */ least, /** @type {number} */ most) =>
  Math.min(most, Math.max(least, value));
const far = (/** @type {Place} */ one, /** @type {Place} */ other) =>
  Math.hypot(one.x - other.x, one.y - other.y) > JUMP;

/** @type {Promise<Record<string, string[]>> | null} */
let asked = null;

/** → `{yard: [row, ...], ...}`: the maps, as the rules have them. */
function maps() {
  asked ??= fetch("/static/game/arena/maps.json")
    .then((answer) => answer.json())
    .catch((error) => {
      asked = null;
      throw error;
    });
  return asked;
}

/**
 * The way of a tick: as `Ground.moved` of the rules.
 *
 * @param {string[]} rows
 * @param {Place} place
 * @param {Steer} steer
 * @param {number} seconds
 * @returns {Place}
 */
function step(rows, { x, y }, { dx, dy }, seconds) {
  const way = (SPEED * seconds) / Math.max(FULL, Math.hypot(dx, dy));
  x += dx * way;
  y += dy * way;
  const column = Math.floor(x);
  const row = Math.floor(y);
  const solid = (/** @type {number} */ across, /** @type {number} */ down) =>
    rows[row + down]?.[column + across] === "#";
  let side = x - column < RADIUS ? -1 : x - column > 1 - RADIUS ? 1 : 0;
  let level = y - row < RADIUS ? -1 : y - row > 1 - RADIUS ? 1 : 0;
  if (side && solid(side, 0)) {
    x = column + (side < 0 ? RADIUS : 1 - RADIUS);
    side = 0;
  }
  if (level && solid(0, level)) {
    y = row + (level < 0 ? RADIUS : 1 - RADIUS);
    level = 0;
  }
  if (side && level && solid(side, level)) {
    const corner = { x: column + (side > 0 ? 1 : 0), y: row + (level > 0 ? 1 : 0) };
    const distance = Math.hypot(x - corner.x, y - corner.y);
    if (distance > 0 && distance < RADIUS) {
      x = corner.x + ((x - corner.x) / distance) * RADIUS;
      y = corner.y + ((y - corner.y) / distance) * RADIUS;
    }
  }
  return { x, y };
}

/**
 * @param {View} from
 * @param {View} to
 * @param {number} share
 * @returns {View}
 */
function between(from, to, share) {
  /** @type {Record<string, Fighter>} */
  const fighters = {};
  for (const [seat, after] of Object.entries(to.fighters)) {
    const before = from.fighters[seat];
    if (!before || far(before, after)) fighters[seat] = after;
    else {
      const turn = ((after.aim - before.aim + TURN * 1.5) % TURN) - TURN / 2;
      const { x, y } = mixed({ x: before.x, y: before.y }, { x: after.x, y: after.y }, share);
      fighters[seat] = { ...after, x, y, aim: before.aim + turn * share };
    }
  }
  return { ...to, fighters };
}

/** The wishes of the player's keys, mouse and thumbs. */
class Controls {
  /** @type {Set<string>} */
  held = new Set();
  /** Where the mouse is on the canvas, from its middle. @type {Place | null} */
  mouse = null;
  pressed = false;
  /** Whether the trigger was pulled since the last input: it may have been let go of within one picture. */
  pulled = false;
  /** The two thumbs, from where they were put down. @type {Thumbs} */
  thumbs = { move: null, aim: null };
  aim = 0;
  /** Where one's fighter is on the canvas, from its middle. */
  origin = { x: 0, y: 0 };

  /** @returns {Steer} */
  steer() {
    const { move, aim } = this.thumbs;
    let [dx, dy] = [0, 0];
    for (const key of this.held) {
      dx += KEYS[key]?.[0] ?? 0;
      dy += KEYS[key]?.[1] ?? 0;
    }
    if (move) [dx, dy] = [move.dx, move.dy];
    if (aim && Math.hypot(aim.dx, aim.dy) > AIMED) this.aim = Math.atan2(aim.dy, aim.dx);
    else if (this.mouse) this.aim = Math.atan2(this.mouse.y - this.origin.y, this.mouse.x - this.origin.x);
    else if (!aim && (dx || dy)) this.aim = Math.atan2(dy, dx);
    const isHeld = this.pressed || this.held.has("Space") || (aim !== null && Math.hypot(aim.dx, aim.dy) > AIMED);
    const fire = isHeld || this.pulled;
    this.pulled = false;
    const round = (/** @type {number} */ value) => Math.round(within(value, -1, 1) * FULL);
    const turned = Math.round((this.aim / 2 / Math.PI) * TURN);
    return { dx: round(dx), dy: round(dy), aim: ((turned % TURN) + TURN) % TURN, fire };
  }
}

/**
 * @param {HTMLElement} area
 * @param {HTMLElement} canvas
 * @param {Controls} controls
 * @param {AbortSignal} signal
 * @param {(isShown: boolean) => void} show
 */
function listen(area, canvas, controls, signal, show) {
  /** @type {(target: EventTarget, type: string, handler: (event: any) => unknown) => void} */
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
  const typing = (/** @type {any} */ event) => event.target.closest?.("input, textarea, select, dialog, button, a");
  const place = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  };
  on(window, "keydown", (event) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Tab") show(true);
    else if (event.code in KEYS || event.code === "Space") {
      controls.pulled ||= event.code === "Space" && !event.repeat;
      controls.held.add(event.code);
    } else return;
    event.preventDefault();
  });
  on(window, "keyup", (event) => {
    controls.held.delete(event.code);
    if (event.code === "Tab") show(false);
  });
  on(window, "blur", () => {
    controls.held.clear();
    controls.pressed = false;
    show(false);
  });
  on(area, "contextmenu", (event) => event.preventDefault());
  on(area, "pointerdown", (event) => {
    if (typing(event)) return;
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    area.setPointerCapture(event.pointerId);
    if (event.pointerType === "mouse") {
      controls.mouse = place(event);
      controls.pressed = controls.pulled = true;
      return;
    }
    controls.mouse = null;
    const which = place(event).x < 0 ? "move" : "aim";
    controls.thumbs[which] ??= { id: event.pointerId, x: event.clientX, y: event.clientY, dx: 0, dy: 0 };
  });
  on(area, "pointermove", (event) => {
    if (event.pointerType === "mouse") controls.mouse = place(event);
    for (const thumb of Object.values(controls.thumbs)) {
      if (!thumb || thumb.id !== event.pointerId) continue;
      thumb.dx = (event.clientX - thumb.x) / STICK;
      thumb.dy = (event.clientY - thumb.y) / STICK;
      const length = Math.hypot(thumb.dx, thumb.dy);
      if (length > 1) [thumb.dx, thumb.dy] = [thumb.dx / length, thumb.dy / length];
    }
  });
  for (const type of ["pointerup", "pointercancel"])
    on(area, type, (event) => {
      if (event.pointerType === "mouse") controls.pressed = false;
      if (controls.thumbs.move?.id === event.pointerId) controls.thumbs.move = null;
      if (controls.thumbs.aim?.id === event.pointerId) controls.thumbs.aim = null;
    });
}

/** @param {{view: View, names: (seat: string) => string, mine: number | null}} props */
function Scores({ view, names, mine }) {
  const order = Object.entries(view.frags).sort(([, one], [, other]) => other - one);
  return html`<table class="arena-scores"><caption>${text("arena.scores")}</caption><tbody>
    ${order.map(
      ([seat, frags]) => html`<tr key=${seat} class=${Number(seat) === mine ? "mine" : ""}>
      <th scope="row">${names(seat)}</th><td class="numbers">${frags}</td></tr>`,
    )}
  </tbody></table>`;
}

/** @param {BoardProps} props */
export default function Arena({ view, room, me, followed = null, onMove, frames, live }) {
  const area = useElement();
  const canvas = useElement();
  const newest = useRef(/** @type {View} */ (view));
  const [rows, setRows] = useState(/** @type {string[] | null} */ (null));
  const [said, setSaid] = useState(/** @type {View} */ (view));
  const [isOpen, setOpen] = useState(false);
  const players = new Map(room.players.map((one) => [Number(one.side.slice("seat_".length)) - 1, one]));
  const seatOf = (/** @type {number | null} */ user) => [...players].find(([, { id }]) => id === user)?.[0] ?? null;
  const own = seatOf(me);
  /** The seat that sees what is shown. */
  const eyes = own ?? seatOf(followed);
  const names = (/** @type {string | number} */ seat) => players.get(Number(seat))?.username ?? text("arena.gone");
  const move = useRef(onMove);
  move.current = onMove;
  const team = (/** @type {string | number} */ seat) => players.get(Number(seat))?.team ?? null;
  const context = useRef({ own: eyes, names, team });
  context.current = { own: eyes, names, team };

  useLayoutEffect(() => {
    let current = true;
    maps().then((all) => current && setRows(all[view.map]));
    return () => {
      current = false;
    };
  }, [view.map]);

  useLayoutEffect(() => {
    newest.current = view;
    setSaid(view);
  }, [view]);

  useLayoutEffect(() => {
    if (!rows) return undefined;
    const picture = /** @type {HTMLCanvasElement} */ (canvas.current);
    const surface = /** @type {HTMLElement} */ (area.current);
    const clock = new Clock({ tickRate: RATE });
    const film = new Interpolation({ mix: between });
    const controls = new Controls();
    const heard = new AbortController();
    const isPlaying = live && own !== null;
    /** Shots, falls and hits that are still to be seen. @type {Effects} */
    const effects = { shots: [], falls: [], hit: 0, hurt: 0 };
    /** @type {Prediction<Place, Steer> | null} */
    let prediction = null;
    /** @type {Steer | null} */
    let sent = null;
    let sentAt = 0;
    /** The newest tick: while frames are missing, it stays on the screen. */
    let newestTick = 0;
    let request = 0;
    let known = newest.current.falls.at(-1)?.number ?? 0;

    const predicted = (/** @type {Place} */ state) =>
      new Prediction({
        state,
        input: { dx: 0, dy: 0, aim: 0, fire: false },
        step: (/** @type {Place} */ place, /** @type {Steer} */ input, seconds) => step(rows, place, input, seconds),
        isJump: far,
        tickRate: RATE,
      });
    const fit = () => {
      const { clientWidth: width, clientHeight: height } = picture;
      picture.width = Math.round(width * devicePixelRatio);
      picture.height = Math.round(height * devicePixelRatio);
    };
    const watcher = new ResizeObserver(fit);
    watcher.observe(picture);
    fit();

    const say = (/** @type {number} */ now, /** @type {Prediction<Place, Steer>} */ own) => {
      const wanted = controls.steer();
      const isNew = JSON.stringify(wanted) !== JSON.stringify(sent);
      // As often as the server looks, unless the trigger is pulled or let go.
      if (now - sentAt < (isNew ? (sent?.fire === wanted.fire ? 1000 / RATE : 0) : SAY_AGAIN_MS)) return;
      sent = wanted;
      sentAt = now;
      const saw = Math.max(0, Math.min(newestTick, Math.round(clock.shown(now) ?? 0)));
      move.current?.({ ...wanted, n: own.steer(wanted), saw });
    };
    const frame = (/** @type {number} */ now) => {
      request = requestAnimationFrame(frame);
      const shown = live ? (film.at(clock.shown(now) ?? 0) ?? newest.current) : newest.current;
      const fighters = { ...shown.fighters };
      const known = own === null ? undefined : newest.current.fighters[own];
      if (isPlaying && known && known.health > 0 && prediction) {
        say(now, prediction);
        const place = prediction.advance(clock.predicted(now) ?? 0);
        fighters[own] = { ...known, ...place, aim: (controls.aim / 2 / Math.PI) * TURN };
      } else {
        controls.pulled = false;
        if (known && own !== null) fighters[own] = known;
      }
      controls.origin = draw(picture, {
        ...context.current,
        now,
        rows,
        view: { ...newest.current, fighters },
        effects,
        thumbs: isPlaying ? controls.thumbs : { move: null, aim: null },
      });
    };
    const unsubscribe = frames?.((tick, /** @type {View} */ seen, ack) => {
      const now = performance.now();
      const before = own === null ? undefined : newest.current.fighters[own];
      newest.current = seen;
      newestTick = tick;
      clock.ticked(tick, now);
      film.add(tick, seen);
      const mine = own === null ? undefined : seen.fighters[own];
      if (isPlaying && mine) {
        prediction ??= predicted({ x: mine.x, y: mine.y });
        prediction.correct(tick, { x: mine.x, y: mine.y }, ack);
        if (before && mine.health < before.health) effects.hurt = now;
      }
      const oldest = now - FLASH_MS;
      effects.shots = effects.shots.filter((shot) => shot.at > oldest);
      for (const shot of seen.shots) {
        // The others are shown late, their shots with them.
        effects.shots.push({ ...shot, at: now + (shot.seat === own ? 0 : clock.delay) });
        if (shot.seat === own && shot.hit !== null) effects.hit = now;
      }
      effects.falls = effects.falls.filter((fall) => fall.at > now - FALL_SHOWN_MS);
      for (const fall of seen.falls.filter(({ number }) => number > known)) effects.falls.push({ ...fall, at: now });
      const latest = seen.falls.at(-1)?.number ?? 0;
      if (latest !== known || seen.ticks_left % RATE === 0) setSaid(seen);
      known = latest;
    });
    request = requestAnimationFrame(frame);
    listen(surface, picture, controls, heard.signal, setOpen);
    const pings = isPlaying ? setInterval(() => client.game?.ping(), PING_EVERY_MS) : undefined;
    const unpinged = client.on("latency", ({ channel, ms }) => {
      if (channel === "game") clock.pinged(performance.now() - ms, performance.now(), client.serverNow());
    });
    return () => {
      cancelAnimationFrame(request);
      clearInterval(pings);
      watcher.disconnect();
      unsubscribe?.();
      unpinged();
      heard.abort();
    };
  }, [rows, live, own, eyes]);

  const left = duration((said.ticks_left / RATE) * 1000);
  const leader = Object.entries(said.frags).sort(([, one], [, other]) => other - one)[0];
  const fall = said.falls.at(-1);
  const fighter = own === null ? null : said.fighters[own];
  return html`<div class="arena" ref=${area}>
    <canvas ref=${canvas} role="img" aria-label=${text("arena.label")}></canvas>
    <div class="arena-top numbers">
      ${own !== null && html`<span>${text("arena.frags", { frags: said.frags[own] ?? 0 })}</span>`}
      <strong>${left}</strong>
      <button class="arena-more" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
        ${text("arena.scores")}</button>
    </div>
    ${(isOpen || !live) && html`<${Scores} view=${said} names=${names} mine=${eyes} />`}
    <p class="hidden" aria-live="polite">${fall ? text("arena.felled", { by: names(fall.by), name: names(fall.seat) }) : ""}
      ${leader ? text("arena.leads", { name: names(leader[0]), frags: leader[1] }) : ""}
      ${fighter?.health === 0 ? text("arena.down") : ""}</p>
    ${
      live &&
      own !== null &&
      html`<p class="arena-hint soft small"><span class="for-keys">${text("arena.hint_keys")}</span>
      <span class="for-touch">${text("arena.hint_touch")}</span></p>`
    }
  </div>`;
}
