/** Components that several windows of the world share. */
import { Refusal } from "../components.js";
import { html } from "../dom.js";
import { useStore } from "../store.js";
import { refusals, world } from "./live.js";

/**
 * @import { Character, Shard, WorldState } from "./state.js"
 * @import { Attributes, Children } from "../types.d.ts"
 * @typedef {WorldState & {you: Character}} Shown the world to somebody who has a character in it
 */

/**
 * Why what was asked at this place was refused.
 *
 * @param {{at: string}} props
 */
export function Refused({ at }) {
  const refusal = useStore(refusals)[at];
  return refusal && html`<${Refusal}>${refusal.words}<//>`;
}

/**
 * The colour of a faction as a style; of nobody's it is grey.
 *
 * @param {string | null | undefined} name
 */
export function colours(name) {
  const faction = world.value.factions.find((one) => one.name === name);
  return { "--faction": faction?.colour ?? "var(--line-strong)" };
}

/**
 * A faction's name with its sign.
 *
 * @param {{name: string | null, children?: Children}} props
 */
export function Side({ name, children = name }) {
  return html`<span class="side-of" style=${colours(name)}><span class="sign"></span>${children}</span>`;
}

/**
 * A shard in the colour of who holds it; it turns into that of who captures it, and trembles while that is contested.
 *
 * @param {{shard: Shard} & Attributes} props
 */
export function Crystal({ shard: { faction, capture }, ...at }) {
  return html`<svg class="shard ${capture?.contested ? "contested" : ""}" style=${colours(faction)} viewBox="0 0 16 20"
    aria-hidden="true" ...${at}><path d="M8 1 15 8 8 19 1 8z" />
    ${capture && html`<path class="taken" style=${colours(capture.faction)} d="M8 1 15 8 8 19 1 8z" />`}</svg>`;
}

/** @param {number | undefined} id */
export const placeName = (id) => world.value.locations.find((one) => one.id === id)?.name ?? "";
