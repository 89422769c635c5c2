/** The place where one is: everybody in it and where they go, its shards, and what can be done with whom. */
import { Badge, Button, Card, IconButton, Menu, Meter, Person, useNow } from "../components.js";
import { html, useLayoutEffect, useRef, useState } from "../dom.js";
import { inviteToParty } from "../social.js";
import { client, reason } from "../session.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";
import { Terrain } from "../things/illustrations.js";
import { ask } from "./live.js";
import { spread } from "./spread.js";
import { colours, Crystal, Refused, Side } from "./parts.js";

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Character, Capture as CaptureState, Shard as ShardState } from "./state.js"
 * @import { Failed, On, Spot } from "../types.d.ts"
 * @import { Shown } from "./parts.js"
 */

/** Metres a second: a little less than the server lets pass, so that a late message is still possible. */
const SPEED = 10;
const STEP_MS = 100;
/** A window in the background is woken seldom: nobody may walk so far at once. */
const LONGEST_STEP_S = 0.4;
/** @type {Record<string, [number, number]>} */
const KEYS = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  w: [0, -1],
  s: [0, 1],
  a: [-1, 0],
  d: [1, 0],
};
const NAMED_MOST = 12;
/** Characters are drawn at least so far from each other. */
const APART = 22;

/** @returns {Spot} */
const spotOf = (/** @type {World.Vector} */ { x = 0, y = 0, z }) => ({ x, y, ...(z !== undefined && { z }) });

/**
 * The own way through the place: `{at, head(target), press(key), release(key)}`; `size` is how far the place goes from
 * its middle.
 *
 * @param {{you: Character, size: number, can: boolean}} way
 */
function useWalk({ you, size, can }) {
  const start = spotOf(you.position);
  const [at, setAt] = useState(start);
  const walk = useRef({
    at: start,
    told: start,
    target: /** @type {Spot | null} */ (null),
    keys: /** @type {Set<string>} */ (new Set()),
    timer: /** @type {number | undefined} */ (undefined),
    since: 0,
    can,
  }).current;
  walk.can = can;
  const put = (/** @type {Spot} */ position) => setAt((walk.at = position));
  const stop = () => {
    clearInterval(walk.timer);
    walk.timer = undefined;
  };
  const way = () => {
    const by = [...walk.keys].map((key) => KEYS[key]).reduce(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
    if (walk.keys.size) return { x: by[0], y: by[1], far: by[0] || by[1] ? Infinity : 0 };
    if (!walk.target) return { x: 0, y: 0, far: 0 };
    const [x, y] = [walk.target.x - walk.at.x, walk.target.y - walk.at.y];
    return { x, y, far: Math.hypot(x, y) };
  };
  const step = () => {
    const { x, y, far } = way();
    const now = performance.now();
    const length = Math.hypot(x, y);
    const metres = Math.min(far, SPEED * Math.min((now - walk.since) / 1000, LONGEST_STEP_S));
    walk.since = now;
    if (!walk.can || !length || metres < 0.01) {
      walk.target = null;
      if (walk.can) client.world?.send({ type: "move", position: walk.at });
      return stop();
    }
    const inside = (/** @type {number} */ value) => Math.max(-size, Math.min(size, value));
    put({ x: inside(walk.at.x + (x / length) * metres), y: inside(walk.at.y + (y / length) * metres), z: walk.at.z });
    return client.world?.send({
      type: "move",
      position: walk.at,
      velocity: { x: (x / length) * SPEED, y: (y / length) * SPEED, z: 0 },
    });
  };
  const begin = () => {
    if (walk.timer) return;
    walk.since = performance.now() - STEP_MS;
    walk.timer = setInterval(step, STEP_MS);
    step();
  };
  useLayoutEffect(() => {
    // After an impossible move the position comes first, then the refusal.
    const heard = client.world?.on(
      "character_update",
      ({ character_id, position }) => character_id === you.character_id && (walk.told = spotOf(position)),
    );
    const refused = client.world?.on("error", ({ code }) => {
      if (code !== "impossible_move") return;
      walk.target = null;
      put(walk.told);
    });
    return () => {
      heard?.();
      refused?.();
      stop();
    };
  }, []);
  return {
    at,
    head(/** @type {Spot} */ target) {
      walk.target = target;
      begin();
    },
    press(/** @type {string} */ key) {
      walk.keys.add(key);
      walk.target = null;
      begin();
    },
    release: (/** @type {string | undefined} */ key = undefined) => (key ? walk.keys.delete(key) : walk.keys.clear()),
  };
}

/**
 * Where the others are by what is told of them, by the id of their character.
 *
 * @param {number} locationId
 */
function useMoves(locationId) {
  const [moves, setMoves] = useState(/** @type {Record<string, Spot>} */ ({}));
  useLayoutEffect(
    () =>
      client.world?.on("location_update", ({ location_id, moves: told }) => {
        if (location_id === locationId)
          setMoves((before) => ({ ...before, ...Object.fromEntries(told.map(([id, x, y]) => [id, { x, y }])) }));
      }),
    [],
  );
  return moves;
}

/**
 * `ruler` is the name of the faction whose colour the place has.
 *
 * @param {{world: Shown, shards: ShardState[], land: World.LocationInfo, ruler?: string | null, can: boolean}} props
 */
function Area({ world, shards, land, ruler, can }) {
  const { size } = land;
  const { you, members } = world;
  const others = members.filter((one) => one.character_id !== you.character_id);
  const moves = useMoves(you.location_id);
  const walk = useWalk({ you, size, can });
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    walk.press(event.key);
  };
  const clicked = (/** @type {On<Element, PointerEvent>} */ { currentTarget, clientX, clientY }) => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    walk.head({ x: (((clientX - left) / width) * 2 - 1) * size, y: (((clientY - top) / height) * 2 - 1) * size });
  };
  const scale = 100 / size;
  const stood = [you, ...others].map((one) => {
    const { x, y } = one === you ? walk.at : (moves[one.character_id] ?? spotOf(one.position));
    return { one, x: x * scale, y: y * scale };
  });
  // A crowd is drawn as it stands; in a small company everybody is to be seen. Who comes last is in front.
  const spots = (members.length > NAMED_MOST ? stood : spread(stood, APART)).reverse();
  return html`<svg class="area" viewBox="-104 -104 208 208" tabindex="0" role="application"
    aria-label=${text("world.area_label")}
      style=${colours(ruler)} onPointerDown=${clicked} onKeyDown=${pressed} onKeyUp=${(/** @type {KeyboardEvent} */ { key }) => walk.release(key)}
        onBlur=${() => walk.release()}>
    <${Terrain} name=${land.name} size=${26} room=${52} reach=${92} count=${9} />
    <circle class="round" r="34" /><circle class="round" r="68" /><circle class="round" r="102" />
    ${shards.map(
      (shard, index) => html`<${Crystal} key=${shard.id} shard=${shard} x=${(index - shards.length / 2) * 24}
      y="-64" width="20" height="25" />`,
    )}
    ${spots.map(({ one, x, y }) => {
      const mine = one === you;
      return html`<g key=${one.character_id} class=${mine ? "who mine" : "who"} data-character=${one.character_name}
          style=${{ ...colours(one.faction), transform: `translate(${x}px, ${y}px)` }}>
        ${mine && html`<circle class="halo" r="9" />`}<circle r="5" /><title>${one.character_name}</title>
        ${
          (mine || members.length <= NAMED_MOST) &&
          html`<text y=${mine || y > 80 ? -12 : 16}>${mine ? text("world.you") : one.character_name}</text>`
        }
          </g>`;
    })}</svg>`;
}

/** @param {{capture: CaptureState}} props */
function Capture({ capture }) {
  useNow(capture.contested ? null : 200);
  const left = capture.contested
    ? capture.remaining_s
    : Math.max(0, (Date.parse(String(capture.due_at)) - client.serverNow()) / 1000);
  const label = text("world.captured_by", { name: capture.character_name, faction: capture.faction });
  return html`<p class="small">${label}</p>
    <${Meter} kind=${capture.contested ? "contested" : "capture"} label=${label}
      value=${Math.round((capture.most - left) * 10) / 10} most=${capture.most} />
    ${capture.contested && html`<${Badge} kind="warn">${text("world.contested")}<//>`}`;
}

/** @param {{shard: ShardState, you: Character, can: boolean}} props */
function Shard({ shard, you, can }) {
  const { id, name, faction, capture } = shard;
  const free = faction !== you.faction && !capture;
  return html`<li class="shard-row"><div class="head"><span class="grow"><strong>${name}</strong><span class="small">
    <${Side} name=${faction}>${faction ?? text("world.nobody")}<//></span></span>
      ${
        free &&
        html`<${Button} kind="primary" icon="gems" disabled=${!can}
        onClick=${() => ask(`shard:${id}`, { type: "shard_captured", shard_id: id })}
        aria-label=${text("world.capture_name", shard)}>${text("world.capture")}<//>`
      }</div>
    ${capture && html`<${Capture} capture=${capture} />`}<${Refused} at=${`shard:${id}`} /></li>`;
}

/** @param {{one: Character, you: Character, fighting: boolean, can: boolean, onWhisper: (userId: number) => void}} props */
function Other({ one, you, fighting, can, onWhisper }) {
  const enemy = one.faction !== you.faction;
  const at = `person:${one.character_id}`;
  const name = one.character_name;
  return html`<${Person} name=${name} says=${html`<${Side} name=${one.faction} /> · ${text("stats.level", one)}`}>
    ${
      enemy &&
      html`<${IconButton} icon="battles" label=${text("world.attack_name", { name })} disabled=${!can || fighting}
        class="attack"
      onClick=${() => ask(at, { type: "combat_start", target_id: one.character_id })} />`
    }
    <${Menu} label=${text("world.actions", { name })} items=${[
      { label: text("world.whisper"), onChoose: () => onWhisper(one.user_id) },
      { label: text("world.trade"), onChoose: () => ask(at, { type: "trade_request", to_user_id: one.user_id }) },
      {
        label: text("friends.invite_party"),
        onChoose: () =>
          inviteToParty(one.user_id).then(
            () => toast(text("world.invited", { name })),
            (/** @type {Failed} */ error) => toast(reason(error)),
          ),
      },
    ]} /><${Refused} at=${at} /><//>`;
}

/**
 * `onWhisper(user_id)` turns to somebody alone.
 *
 * @param {{world: Shown, can: boolean, onWhisper: (userId: number) => void}} props
 */
export function Place({ world, can, onWhisper }) {
  const { you, members, locations, shards, combat } = world;
  const place = locations.find(({ id }) => id === you.location_id);
  const others = members.filter((one) => one.user_id !== you.user_id);
  const there = (shards ?? []).filter(({ location_id }) => location_id === you.location_id);
  if (!place) return null;
  return html`<${Card} class="place-card" title=${place.name}>
    <p class="soft small">${place.description}</p>
    <${Area} key=${`${place.id} ${you.character_id}`} world=${world} shards=${there}
      land=${place} ruler=${place.faction ?? there.find(({ faction }) => faction)?.faction} can=${can} />
    ${
      there.length > 0 &&
      html`<ul class="shard-rows" aria-label=${text("world.shards")} aria-live="polite">
      ${there.map((shard) => html`<${Shard} key=${shard.id} shard=${shard} you=${you} can=${can} />`)}</ul>`
    }
    <h3>${text("world.people", { count: others.length })}</h3>
    ${
      others.length
        ? html`<ul class="people-list" aria-live="polite">${others.map(
            (one) => html`<${Other} key=${one.character_id} one=${one} you=${you} can=${can}
        fighting=${Boolean(combat && !combat.end)} onWhisper=${onWhisper} />`,
          )}</ul>`
        : html`<p class="soft">${text("world.alone")}</p>`
    }<//>`;
}
