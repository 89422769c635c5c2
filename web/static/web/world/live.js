/** The shared world behind its socket: what is known of it, what is asked of it, and what it refused. */
import { later } from "../player.js";
import { client, session } from "../session.js";
import { Store } from "../store.js";
import { refusalOf } from "../texts.js";
import { NEW_WORLD, told } from "./state.js";

/**
 * @import { Own } from "../../client/gameplatform.js"
 * @import { World } from "../../client/messages.d.ts"
 * @import { Connection, Hearing, Page, Rest } from "../types.d.ts"
 * @typedef {{gold: number, currencies: Record<string, number>, items: {id: number, quantity: number}[]}} Offer
 */

export const world = new Store(NEW_WORLD);
/** `{state, ?code, ?until, ?ms}` of the world's socket. */
export const connection = new Store(/** @type {Connection} */ ({ state: "closed" }));
/** Refusals, as `{place: {words, ref}}`: `place` names what was clicked. */
export const refusals = new Store(
  /** @type {Record<string, {words: string, ref?: number | string} | undefined>} */ ({}),
);

/**
 * Of what is asked, by the id of its message: beside what a refusal belongs.
 *
 * @type {Map<number | string | undefined, string>}
 */
const asked = new Map();
const ASKED_KEPT = 100;

const me = () => session.value.user?.id;
/** @param {{type: string} & Record<string, any>} message */
const hear = (message) => world.set(told(world.value, message, me()));

/** @param {World.Sent[keyof World.Sent]} message */
function send(message) {
  if (!client.world) throw new Error("There is no socket to the world.");
  return client.world.send(message);
}

/** The id of the user whose world is known. */
let owner = /** @type {number | null | undefined} */ (null);

/** Comes into the world, and is there until `leave`. */
export function enter() {
  if (owner !== me()) world.set(NEW_WORLD);
  owner = me();
  client.connectToWorld();
}

export function leave() {
  client.world?.close();
  refusals.set({});
}

/**
 * Sends a message; why it is refused is told at `place`, until something else is asked there. → its id.
 *
 * @param {string} place
 * @param {World.Sent[keyof World.Sent]} message
 */
export function ask(place, message) {
  const { [place]: _, ...others } = refusals.value;
  refusals.set(others);
  const ref = send(message);
  asked.set(ref, place);
  // Most of what is asked is not refused, and nobody says so.
  if (asked.size > ASKED_KEPT) asked.delete(asked.keys().next().value);
  return ref;
}

/**
 * Closes the window of a fight or a trade that is over: "combat_closed" or "trade_closed".
 *
 * @param {string} type
 * @param {object} [fields]
 */
export const close = (type, fields = {}) => hear({ type, ...fields });

/**
 * Asks for what happened to the world; anew if something was heard meanwhile, as the answer may be older.
 *
 * @returns {Promise<void>}
 */
async function askForEvents() {
  const before = world.value.happened;
  /** @type {Page<Rest.WorldEvent>} */
  const { results } = await client.request("GET", "/api/world/events/?limit=30");
  if (world.value.happened !== before) return askForEvents();
  hear({ type: "events", results });
}

/** Ask for state that no event brings, or that was missed while the connection was away. */
export function catchUp() {
  send({ type: "combat_state" });
  hear({ type: "asked_for_shards" });
  const failed = (/** @type {unknown} */ error) => hear({ type: "not_told", error });
  client
    .request("GET", "/api/world/shards/")
    .then((/** @type {Rest.ShardsShardInfo[]} */ shards) => hear({ type: "shards", shards }), failed);
  askForEvents().catch(failed);
  // Sending the own offer again shows whether a trade is still open.
  for (const { id, state, offers } of world.value.trades) {
    const mine = offers.find(({ user_id }) => user_id === me());
    if (state === "open" && mine) offer(id, mine);
  }
}

/**
 * Sets the own offer in a trade: `{gold, currencies, items: [{id, quantity}]}`.
 *
 * @param {number} tradeId
 * @param {Offer} offer
 */
export function offer(tradeId, { gold, currencies, items }) {
  ask(`trade:${tradeId}`, {
    type: "trade_update",
    trade_id: tradeId,
    gold,
    currencies,
    items: items.map(({ id, quantity }) => ({ id, quantity })),
  });
}

/** @param {World.Heard["error"]} refusal */
function refused({ code, message, ref }) {
  const place = asked.get(ref);
  if (!place) return undefined;
  const tradeId = place.startsWith("trade:") && Number(place.slice(6));
  // It ended while the connection was away.
  if (tradeId && code === "trade_over")
    return hear({ type: "trade_decline", trade_id: tradeId, reason: "disconnected" });
  return refusals.patch({ [place]: { words: refusalOf({ code, message }), ref } });
}

/** Effects of messages beside the change of state. */
/** @type {Hearing<World.Heard & Own>} */
const THEN = {
  world_state: catchUp,
  resumed: catchUp,
  error: refused,
  connection: ({ type: _, channel: _name, ...now }) =>
    connection.set({ ...now, until: Date.now() + (now.retry_ms ?? 0) }),
  latency: ({ ms }) => connection.patch({ ms }),
  combat_start: () => send({ type: "combat_state" }),
  combat_damage: acted,
  combat_heal: acted,
  combat_end: later,
  trade_complete: later,
};

/**
 * The own spell has to recover, and what was spent is gone.
 *
 * @param {{attacker_id?: number, target_id: number, ability_name: string | null, item?: string | null}} deed
 */
function acted({ attacker_id, target_id, ability_name, item }) {
  if ((attacker_id ?? target_id) !== world.value.you?.character_id) return;
  const ability = world.value.abilities.find(({ name }) => name === ability_name);
  if (ability) {
    hear({
      type: "cooling",
      name: ability.name,
      ready_at: new Date(client.serverNow() + ability.cooldown_ms).toISOString(),
    });
    later();
  }
  if (item) send({ type: "combat_state" });
}

client.on("*", (message, channel) => {
  if (!channel || channel !== client.world) return;
  hear(message);
  const then = /** @type {Record<string, ((message: never) => unknown) | undefined>} */ (THEN)[message.type];
  then?.(/** @type {never} */ (message));
});
