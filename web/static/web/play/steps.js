/** The positions of a game that takes turns, in play and in replays: what led to each, and the way between them. */
import { IconButton, useKeys } from "../components.js";
import { html, useElement, useLayoutEffect } from "../dom.js";
import { text, words } from "../texts.js";

/**
 * @import { Children, Ref, Rest, Scene, SceneInput } from "../types.d.ts"
 */

/**
 * Every position of a game in order, each with what led to it.
 *
 * @param {Pick<Rest.GameReplay, "views" | "inputs">} replay
 * @returns {Scene[]}
 */
export function scenesOf({ views, inputs }) {
  const changes = inputs.filter(({ type, tick }) => type !== "timer" || Number.isInteger(tick));
  const scenes = (views ?? []).map((view, index) => {
    const input = changes[index - 1] ?? null;
    return { seq: input?.seq ?? 0, view, input };
  });
  // Who resigns or offers a draw leaves the board as it is.
  return scenes.filter(
    ({ view, input }, index) =>
      input?.type !== "game_action" || JSON.stringify(view) !== JSON.stringify(scenes[index - 1].view),
  );
}

/**
 * The positions that are known from before, and then those that a socket has told of since.
 *
 * @param {Scene[]} before
 * @param {Scene[]} since
 */
export function joined(before, since) {
  const last = before.at(-1)?.seq;
  return last === undefined ? since : [...before, ...since.filter(({ seq, input }) => input && seq > last)];
}

/** The fields that movements count from 0 and boards from 1. */
const PLACES = ["cell", "row", "col", "column"];

/**
 * Put what somebody did into words.
 *
 * @param {SceneInput} input
 */
function said({ type, movement: made }) {
  const movement = /** @type {Record<string, unknown>} */ (made ?? {});
  if (type === "game_action") return words(movement.action);
  if (type !== "player_move") return words(type);
  // Of a secret move it is only known that it was made.
  if (!Object.keys(movement).length) return "…";
  return Object.entries(movement)
    .map(
      ([name, value]) =>
        `${words(name)} ${typeof value === "object" ? "…" : PLACES.includes(name) ? Number(value) + 1 : value}`,
    )
    .join(", ");
}

/**
 * Hear the keys that go through the positions; `to(index)`. Arrows on a board belong to the board.
 *
 * @param {number} at
 * @param {number} last
 * @param {(index: number) => void} to
 */
export function useStepKeys(at, last, to) {
  useKeys((event) => {
    /** @type {Record<string, number>} */
    const keys = { ArrowLeft: at - 1, ArrowRight: at + 1, ",": at - 1, ".": at + 1, Home: 0, End: last };
    if (!last || !(event.key in keys) || event.defaultPrevented) return;
    event.preventDefault();
    to(keys[event.key]);
  });
}

/**
 * The buttons that go through the positions, around what `children` hold.
 *
 * @param {{at: number, last: number, to: (index: number) => void, children?: Children}} props
 */
export function Transport({ at, last, to, children }) {
  return html`<div class="transport">
    <${IconButton} icon="first" label=${text("replay.first")} disabled=${at === 0} onClick=${() => to(0)} />
    <${IconButton} icon="previous" label=${text("replay.previous")} disabled=${at === 0} onClick=${() => to(at - 1)} />
    ${children}
    <${IconButton} icon="next" label=${text("replay.next")} disabled=${at === last} onClick=${() => to(at + 1)} />
    <${IconButton} icon="last" label=${text("replay.last")} disabled=${at === last} onClick=${() => to(last)} />
  </div>`;
}

/**
 * The list of what has happened; each leads to the position after it. `notation` are the moves as the board writes
 * them.
 *
 * @param {{scenes: Scene[], at: number, to: (index: number) => void, notation: string[] | null, nameOf: (userId: number) => string}} props
 */
export function MoveList({ scenes, at, to, notation, nameOf }) {
  /** @type {Ref<HTMLElement>} */
  const list = useElement();
  useLayoutEffect(() => {
    const now = list.current?.querySelector("[aria-current]");
    if (!list.current) return;
    // Only the list scrolls, not the page.
    list.current.scrollTop =
      now instanceof HTMLElement ? now.offsetTop - list.current.clientHeight / 2 : at && list.current.scrollHeight;
  }, [at, scenes.length]);
  // Notation counts from the end: what was before the first known position has none here.
  const skipped = (notation?.length ?? 0) - (scenes.length - 1);
  const written = notation && skipped >= 0;
  if (scenes.length < 2) return html`<p class="moves soft">${text("replay.empty")}</p>`;
  return html`<ol class=${`moves numbers ${written ? "pairs" : ""}`} tabindex="0" aria-label=${text("replay.inputs")}
    start=${written ? skipped + 1 : undefined} ref=${list}>
    ${scenes.slice(1).map(({ seq, input }, index) => {
      const label = written ? notation[skipped + index] : input && said(input);
      return html`<li key=${seq}><button type="button" aria-current=${at === index + 1 ? "step" : undefined}
        onClick=${() => to(index + 1)}>
        ${!written && Boolean(input?.user_id) && html`<strong>${nameOf(Number(input?.user_id))} </strong>`}${label}
        </button></li>`;
    })}
  </ol>`;
}
