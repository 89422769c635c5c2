/** The map: places, the paths between them, whose shards lie where, and the way on from here. */
import { html } from "../dom.js";
import { Terrain } from "../things/illustrations.js";
import { text } from "../texts.js";
import { ask } from "./live.js";
import { colours, Crystal, Refused } from "./parts.js";

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Shard } from "./state.js"
 * @import { Shown } from "./parts.js"
 */

/**
 * Each path once, as the two places it joins.
 *
 * @param {World.LocationInfo[]} locations
 * @returns {[World.LocationInfo, World.LocationInfo][]}
 */
const pathsOf = (locations) =>
  locations.flatMap((from) =>
    locations
      .filter(({ id }) => id > from.id && from.paths.includes(id))
      .map((to) => /** @type {[World.LocationInfo, World.LocationInfo]} */ ([from, to])),
  );

/**
 * Describe the shards of a place for screen readers.
 *
 * @param {Shard[]} shards
 */
const told = (shards) =>
  shards
    .map(({ name, faction, capture }) =>
      text(capture?.contested ? "world.map_contested" : capture ? "world.map_taken" : "world.map_shard", {
        name,
        faction: faction ?? text("world.nobody"),
      }),
    )
    .join(" ");

/** @param {{place: World.LocationInfo, here: number, near: boolean, shards: Shard[], can: boolean}} props */
function Place({ place, here, near, shards, can }) {
  const go = () => ask("travel", { type: "move", to_location_id: place.id, from_location_id: here });
  const land = colours(place.faction ?? shards.find(({ faction }) => faction)?.faction)["--faction"];
  const inside = html`<span class="node" style=${{ ...colours(place.faction), "--land": land }}></span>
    <span class="name">${place.name}</span><span class="shards">
      ${shards.map((shard) => html`<${Crystal} key=${shard.id} shard=${shard} />`)}</span>`;
  const at = { left: `${place.x}%`, top: `${place.y}%` };
  const says = `${shards.length ? `. ${told(shards)}` : ""}`;
  if (near)
    return html`<li style=${at} class="place near"><button type="button" disabled=${!can} onClick=${go}
      title=${place.description}
    aria-label=${text("world.walk_to", place) + says}>${inside}</button></li>`;
  const isHere = place.id === here;
  return html`<li style=${at} class=${`place ${isHere ? "here" : ""}`} title=${place.description}><span class="spot">
    ${inside}
    <span class="hidden">${isHere && text("world.you_are_here")}${says}</span></span></li>`;
}

/**
 * `can`: whether the server can be asked now.
 *
 * @param {{world: Shown, can: boolean}} props
 */
export function WorldMap({ world, can }) {
  const { locations, you, shards } = world;
  const paths = locations.find(({ id }) => id === you.location_id)?.paths ?? [];
  return html`<section class="card map-card" aria-label=${text("world.map")}>
    <div class="map"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${locations.map(
        ({ id, name, x, y, faction }) => html`<g key=${id} style=${colours(faction)}>
          <${Terrain} ...${{ name, x, y }} size=${7} room=${7} reach=${15} count=${6} /></g>`,
      )}
      ${pathsOf(locations).map(
        ([from, to]) => html`<line key=${`${from.id}-${to.id}`} x1=${from.x} y1=${from.y} x2=${to.x} y2=${to.y}
        class=${from.id === you.location_id || to.id === you.location_id ? "near" : ""} />`,
      )}</svg>
      <ul>${locations.map(
        (
          place,
        ) => html`<${Place} key=${place.id} place=${place} here=${you.location_id} near=${paths.includes(place.id)}
          can=${can}
        shards=${(shards ?? []).filter(({ location_id }) => location_id === place.id)} />`,
      )}</ul></div>
    <p class="soft small">${text("world.map_hint")}</p>
    <${Refused} at="travel" /></section>`;
}
