/** What several windows of the world are made of. */
import { Refusal } from "../components.js";
import { html } from "../dom.js";
import { useStore } from "../store.js";
import { refusals, world } from "./live.js";

/** Why what was asked at this place was refused. */
export function Refused({ at }) {
  const refusal = useStore(refusals)[at];
  return refusal && html`<${Refusal}>${refusal.words}<//>`;
}

/** The colour of a faction as a style; of nobody's it is grey. */
export function colours(name) {
  const faction = world.value.factions.find((one) => one.name === name);
  return { "--faction": faction?.colour ?? "var(--line-strong)" };
}

/** A faction's name with its sign. */
export function Side({ name, children = name }) {
  return html`<span class="side-of" style=${colours(name)}><span class="sign"></span>${children}</span>`;
}

export const placeName = (id) => world.value.locations.find((one) => one.id === id)?.name ?? "";
