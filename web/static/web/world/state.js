/** The state of the shared world, as a pure function of its socket's messages: `told(world, message, me, now)`. */

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Rest, Step, Steps } from "../types.d.ts"
 * @typedef {World.CharacterInfo} Character
 * @typedef {World.CaptureInfo & {most: number}} Capture `most` is how long it took when it was first heard of
 * @typedef {Omit<World.ShardInfo, "capture"> & {capture: Capture | null}} Shard
 * @typedef {World.FighterInfo & {step?: number, hit?: number}} Fighter `hit` is the damage of the last strike, `step` when it was
 * @typedef {{type: "damage" | "heal", by: number, damage?: number, amount?: number, critical?: boolean, ability?: string | null,
 *   item?: string | null}} Deed
 * @typedef {Pick<World.Heard["combat_end"], "winner_id" | "loser_id" | "reason" | "xp">} End
 * @typedef {{combat_id: number, since: number, fighters: Fighter[], log: (Deed & {step: number})[], end?: End}} Combat
 * @typedef {Pick<World.Trader, "user_id" | "character_name">} Partner
 * @typedef {object} Trade
 * @property {number} id
 * @property {"asked" | "open" | "done" | "ended"} state
 * @property {boolean} [byMe]
 * @property {Partner} other
 * @property {number} version
 * @property {World.OfferInfo[]} offers
 * @property {string} [reason]
 *
 * @typedef {{channel: string, sender_id: number, sender_name: string, content: string, to_user_id?: number}} Line of a chat
 * @typedef {"area" | "world" | "faction" | "whisper"} Tab
 * @typedef {{type: string, at: number, location_id?: number} & Record<string, unknown>} Happening an event of the world, and when it was
 * @typedef {object} WorldState
 * @property {boolean} known
 * @property {number} epoch
 * @property {string | null} reality
 * @property {World.FactionInfo[]} factions
 * @property {World.LocationInfo[]} locations
 * @property {Character | null} you
 * @property {Character[]} members
 * @property {Record<string, string>} names
 * @property {Shard[] | null} shards
 * @property {Record<number, boolean>} fresh
 * @property {Happening[] | null} events
 * @property {number} happened
 * @property {unknown} missing
 * @property {Record<Tab, Line[]>} talk
 * @property {number} heard
 * @property {Combat | null} combat
 * @property {World.AbilityInfo[]} abilities
 * @property {World.RemedyInfo[]} remedies
 * @property {Trade[]} trades
 *
 * @typedef {object} Own what the page tells itself
 * @property {{type: "asked_for_shards"}} asked_for_shards
 * @property {{type: "not_told", error: unknown}} not_told
 * @property {{type: "shards", shards: World.ShardInfo[]}} shards
 * @property {{type: "events", results: Rest.WorldEvent[]}} events
 * @property {{type: "combat_closed"}} combat_closed
 * @property {{type: "cooling", name: string, ready_at: string}} cooling
 * @property {{type: "trade_closed", trade_id: number}} trade_closed
 *
 * @typedef {[me: number | undefined, now: number]} Context
 * @typedef {Steps<WorldState, World.Heard & Own, Context>} WorldSteps
 */

/**
 * Nothing known yet.
 *
 * @type {WorldState}
 */
export const NEW_WORLD = {
  /** The first frame has come. */
  known: false,
  epoch: 1,
  /** The name of the faction that rules, or null. */
  reality: null,
  factions: [],
  locations: [],
  /** The own character as others see it; null until one is selected. */
  you: null,
  /** The characters in the area, the own one included. */
  members: [],
  /** `{user_id: character_name}` of all who were met or heard. */
  names: {},
  /** `{id, name, location_id, faction, capture}`; null until known. */
  shards: null,
  /** Of these shards something was heard while all were asked for. */
  fresh: {},
  /** `{type, at, ...}` of what happened to the world, newest first; null until known. */
  events: null,
  /** The number of events heard. */
  happened: 0,
  /** Why shards or events could not be asked for, or null. */
  missing: null,
  /** Chat messages, oldest first, by channel. */
  talk: { area: [], world: [], faction: [], whisper: [] },
  /** The number of chat messages of all channels. */
  heard: 0,
  /** `{combat_id, step, fighters, log, ?end}` of the fight under way or just over, or null. */
  combat: null,
  abilities: [],
  remedies: [],
  /** `{id, state: "asked" | "open" | "done" | "ended", byMe, other, version, offers, ?reason}` */
  trades: [],
};

const KEPT = 200;

/**
 * @template One
 * @param {One[]} list
 * @param {One} one
 */
const kept = (list, one) => [...list, one].slice(-KEPT);
/**
 * @template One
 * @param {One[]} list
 * @param {keyof One} key
 * @param {unknown} id
 * @param {Partial<One>} fields
 * @returns {One[]}
 */
const changed = (list, key, id, fields) => list.map((one) => (one[key] === id ? { ...one, ...fields } : one));

/**
 * The world with these people in the place, and the own character among them.
 *
 * @param {WorldState} world
 * @param {World.Area | null} area
 * @param {number | undefined} me
 * @returns {WorldState}
 */
function inPlace(world, area, me) {
  const members = area?.members ?? [];
  const names = { ...world.names, ...Object.fromEntries(members.map((one) => [one.user_id, one.character_name])) };
  const talk = area?.location_id === world.you?.location_id ? world.talk : { ...world.talk, area: [] };
  return { ...world, members, names, talk, you: members.find(({ user_id }) => user_id === me) ?? null };
}

/**
 * @param {WorldState} world
 * @param {Line} line
 * @returns {WorldState}
 */
function said(world, { channel, sender_id, sender_name, content, to_user_id }) {
  const line = { channel, sender_id, sender_name, content, to_user_id };
  const tab = /** @type {Tab} */ (channel === "announcement" ? "world" : channel);
  return {
    ...world,
    heard: world.heard + 1,
    names: { ...world.names, [sender_id]: sender_name },
    talk: { ...world.talk, [tab]: kept(world.talk[tab], line) },
  };
}

/**
 * A shard as it is now; `most` is how long its capture took when it was first heard of.
 *
 * @param {WorldState} world
 * @param {World.ShardInfo} shard
 * @returns {WorldState}
 */
function withShard(world, shard) {
  const before = world.shards?.find(({ id }) => id === shard.id)?.capture;
  const { capture } = shard;
  const same = before && capture && before.character_id === capture.character_id;
  const most = Math.max(capture?.remaining_s ?? 0, same ? before.most : 0);
  const told = { ...shard, capture: capture && { ...capture, most } };
  return {
    ...world,
    fresh: { ...world.fresh, [shard.id]: true },
    shards: world.shards?.map((one) => (one.id === shard.id ? told : one)) ?? null,
  };
}

/** A capture of which nothing was heard before. */
const withMost = (/** @type {World.CaptureInfo | Capture | null} */ capture) =>
  capture && { most: capture.remaining_s, ...capture };

/**
 * @param {WorldState} world
 * @param {{type: string}} message
 * @param {number} now
 * @returns {WorldState}
 */
const happened = (world, message, now) => ({
  ...world,
  happened: world.happened + 1,
  events: world.events && [{ ...message, at: now }, ...world.events].slice(0, KEPT),
});

/**
 * The fight after something in it, unless what is known is of another fight or newer.
 *
 * @param {WorldState} world
 * @param {{combat_id: number, step: number, target_id: number, health: number}} told
 * @param {Deed} entry
 * @returns {WorldState}
 */
function fought(world, { combat_id, step, target_id, health }, entry) {
  const { combat } = world;
  if (!combat || combat.combat_id !== combat_id) return world;
  const fighters = combat.fighters.map((one) =>
    one.character_id === target_id && step > (one.step ?? combat.since)
      ? { ...one, health, step, hit: entry.damage ?? 0 }
      : one,
  );
  return { ...world, combat: { ...combat, fighters, log: kept(combat.log, { ...entry, step }) } };
}

/**
 * @param {WorldState} world
 * @param {number} id
 * @param {Partial<Trade>} fields
 * @returns {WorldState}
 */
const withTrade = (world, id, fields) => ({
  ...world,
  trades: world.trades.some((one) => one.id === id)
    ? changed(world.trades, "id", id, fields)
    : [...world.trades, /** @type {Trade} */ ({ id, ...fields })],
});

/**
 * @param {WorldState} world
 * @param {World.Heard["trade_accept" | "trade_update" | "trade_complete"]} told
 * @param {number|undefined} me
 * @param {Trade["state"]} state
 * @returns {WorldState}
 */
const offered = (world, { trade_id, user_ids, version, offers }, me, state) => {
  const known = world.trades.find(({ id }) => id === trade_id);
  if (known && known.version > version) return world;
  const userId = user_ids.find((id) => id !== me) ?? 0;
  const other = known?.other ?? { user_id: userId, character_name: world.names[userId] ?? "" };
  return withTrade(world, trade_id, { state, other, version, offers });
};

/** @type {WorldSteps & Required<Pick<WorldSteps, "trade_closed">>} */
const TOLD = {
  world_state(world, { epoch, current_reality, factions, locations, area }, me) {
    return inPlace({ ...world, known: true, epoch, reality: current_reality, factions, locations }, area, me);
  },

  area_state: (world, { area }, me) => inPlace(world, area, me),

  player_joined_area(world, { character }, me) {
    if (world.you?.location_id !== character.location_id) return world;
    const others = world.members.filter((one) => one.character_id !== character.character_id);
    return inPlace(world, { location_id: character.location_id, members: [...others, character] }, me);
  },

  player_left_area(world, { character_id, user_id }, me) {
    // Where the own character has gone to is told by the next `area_state`.
    if (user_id === me) return world;
    return { ...world, members: world.members.filter((one) => one.character_id !== character_id) };
  },

  character_update(world, { character_id, level, health, max_health }, me) {
    const members = changed(world.members, "character_id", character_id, { level, health, max_health });
    return { ...world, members, you: members.find(({ user_id }) => user_id === me) ?? world.you };
  },

  chat: said,
  whisper: said,
  faction_chat: said,
  world_announcement: (world, message, _, now) => happened(said(world, message), message, now),

  asked_for_shards: (world) => ({ ...world, fresh: {}, missing: null }),

  not_told: (world, { error }) => ({ ...world, missing: error }),

  shards(world, { shards }) {
    const known = (/** @type {World.ShardInfo} */ one) =>
      (world.fresh[one.id] && world.shards?.find(({ id }) => id === one.id)) || one;
    return {
      ...world,
      shards: shards.map((one) => ({
        ...known(one),
        capture: withMost(known(one).capture),
      })),
    };
  },

  shard_status: (world, { shard }) => withShard(world, shard),

  shard_captured(world, message, _, now) {
    const { shard_id: id, name, location_id, faction } = message;
    return happened(withShard(world, { id, name, location_id, faction, capture: null }), message, now);
  },

  reality_shift: (world, message, _, now) =>
    happened({ ...world, reality: message.faction, epoch: message.epoch }, message, now),

  aetherfall: (world, message, _, now) =>
    happened(
      {
        ...world,
        reality: null,
        epoch: message.epoch,
        shards: message.shards.map((one) => ({ ...one, capture: withMost(one.capture) })),
      },
      message,
      now,
    ),

  events: (world, { results }) => ({
    ...world,
    events: results.map(({ type, detail, created_at }) => ({ ...detail, type, at: Date.parse(created_at) })),
  }),

  combat_start: (world, { combat_id, step, fighters }) => ({
    ...world,
    combat: { combat_id, since: step, fighters, log: [] },
  }),

  combat_state(world, { combat_id, step, fighters, abilities, remedies }) {
    const { combat } = world;
    const now = { ...world, abilities, remedies };
    if (combat_id === null) return { ...now, combat: combat?.end ? combat : null };
    const same = combat?.combat_id === combat_id;
    if (same && combat.fighters.some((one) => Number(one.step) > step)) return now;
    return { ...now, combat: { ...(same ? combat : { combat_id, log: [] }), since: step, fighters } };
  },

  combat_damage: (world, message) =>
    fought(world, message, {
      type: "damage",
      by: message.attacker_id,
      damage: message.damage,
      critical: message.critical,
      ability: message.ability_name,
    }),

  combat_heal: (world, message) =>
    fought(world, message, {
      type: "heal",
      by: message.target_id,
      amount: message.amount,
      ability: message.ability_name,
      item: message.item,
    }),

  combat_end: (world, { combat_id, winner_id, loser_id, reason, xp }) =>
    world.combat?.combat_id === combat_id
      ? { ...world, combat: { ...world.combat, end: { winner_id, loser_id, reason, xp } } }
      : world,

  combat_closed: (world) => ({ ...world, combat: null }),

  cooling: (world, { name, ready_at }) => ({
    ...world,
    abilities: changed(world.abilities, "name", name, { ready_at }),
  }),

  trade_request(world, { trade_id, from_trader, to_trader }, me) {
    const byMe = from_trader.user_id === me;
    return withTrade(world, trade_id, {
      state: "asked",
      byMe,
      other: byMe ? to_trader : from_trader,
      version: 0,
      offers: [],
    });
  },

  trade_accept: (world, message, me) => offered(world, message, me, "open"),
  trade_update: (world, message, me) => offered(world, message, me, "open"),
  trade_complete: (world, message, me) => offered(world, message, me, "done"),

  trade_decline(world, { trade_id, reason, by_user_id }, me, now) {
    const known = world.trades.find(({ id }) => id === trade_id);
    // One's own no needs no telling.
    if (!known || (reason === "declined" && by_user_id === me))
      return TOLD.trade_closed(world, { type: "trade_closed", trade_id }, me, now);
    return withTrade(world, trade_id, { state: "ended", reason });
  },

  trade_closed: (world, { trade_id }) => ({ ...world, trades: world.trades.filter(({ id }) => id !== trade_id) }),
};

/**
 * The world after `message` came at `now` (milliseconds since 1970) to the user `me`; messages of no concern change
 * nothing.
 *
 * @param {WorldState} world
 * @param {{type: string} & Record<string, unknown>} message
 * @param {number|undefined} me
 * @param {number} [now]
 */
export function told(world, message, me, now = Date.now()) {
  const step = /** @type {Record<string, Step<WorldState, Context> | undefined>} */ (TOLD)[message.type];
  return step?.(world, /** @type {never} */ (message), me, now) ?? world;
}
