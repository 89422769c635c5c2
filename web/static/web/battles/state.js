/** The state of one battle, as a pure function of its socket's messages. */

/**
 * @import { Battle } from "../../client/messages.d.ts"
 * @import { ChatLine, Step, Steps } from "../types.d.ts"
 * @typedef {Battle.EnemyState & Struck} Enemy
 * @typedef {Battle.FighterState & Struck} Fighter
 * @typedef {{step?: number, hit?: number}} Struck `hit` is the damage of the last strike, `step` when it was
 * @typedef {{type: string, player?: string, enemy?: string, damage?: number, critical?: boolean}} Entry
 * @typedef {object} BattleState
 * @property {number | null} id
 * @property {string} name
 * @property {number | null} level
 * @property {string | null} state
 * @property {Enemy[]} enemies
 * @property {Fighter[]} players
 * @property {number | null} user_id
 * @property {boolean} loot_claimed
 * @property {number} since
 * @property {Entry[]} log
 * @property {ChatLine[]} chat
 */

/**
 * Nothing known yet.
 *
 * @type {BattleState}
 */
export const NEW_BATTLE = {
  id: null,
  name: "",
  level: null,
  state: null,
  /** `{id, name, hp, max_hp, step, ?hit}`: `hit` is the damage of the last strike, `step` when it was. */
  enemies: [],
  /** `{user_id, username, hp, max_hp, damage_dealt, connected, step, ?hit}` */
  players: [],
  user_id: null,
  loot_claimed: false,
  /** Changes up to this one are in what was told at first. */
  since: 0,
  /** `{type, ...}` of what happened, oldest first, with the names of those it happened to. */
  log: [],
  chat: [],
};

const KEPT = 200;

/** @param {Pick<BattleState, "state">} battle */
export const isOver = ({ state }) => state === "won" || state === "lost";

const fighterOf = (/** @type {BattleState} */ battle, /** @type {number} */ id) =>
  battle.players.find((one) => one.user_id === id)?.username ?? "";
const enemyOf = (/** @type {BattleState} */ battle, /** @type {number} */ id) =>
  battle.enemies.find((one) => one.id === id)?.name ?? "";

/**
 * The list with `fields` laid over the one of this id, unless what is known of it is newer.
 *
 * @template {Struck} One
 * @param {One[]} list
 * @param {keyof One} key
 * @param {number} id
 * @param {number} step
 * @param {(one: One) => Partial<One>} fields
 * @returns {One[]}
 */
const changed = (list, key, id, step, fields) =>
  list.map((one) => (one[key] === id && step >= (one.step ?? 0) ? { ...one, ...fields(one), step } : one));

/**
 * @param {BattleState} battle
 * @param {Entry} entry
 */
const noted = (battle, entry) => [...battle.log, entry].slice(-KEPT);

/** @type {Steps<BattleState, Battle.Heard>} */
const TOLD = {
  connected: (battle, { type: _, step, ...facts }) => ({ ...battle, ...facts, since: step }),

  player_joined(battle, { user_id, username, hp, max_hp, connected, enemies, step }) {
    const known = battle.players.some((one) => one.user_id === user_id);
    const here = { hp, max_hp, connected };
    const players = known
      ? changed(battle.players, "user_id", user_id, step, () => here)
      : [...battle.players, { user_id, username, damage_dealt: 0, step, ...here }];
    const grown = enemies.reduce(
      (list, { id, hp: left, max_hp: most }) => changed(list, "id", id, step, () => ({ hp: left, max_hp: most })),
      battle.enemies,
    );
    return {
      ...battle,
      players,
      enemies: grown,
      log: known ? battle.log : noted(battle, { type: "player_joined", player: username }),
    };
  },

  player_left: (battle, { user_id, step }) => ({
    ...battle,
    players: changed(battle.players, "user_id", user_id, step, () => ({ connected: false })),
  }),

  attack(battle, { user_id, enemy_id, damage, critical, enemy_hp, step }) {
    const entry = {
      type: "attack",
      player: fighterOf(battle, user_id),
      enemy: enemyOf(battle, enemy_id),
      damage,
      critical,
    };
    return {
      ...battle,
      state: battle.state === "waiting" ? "active" : battle.state,
      log: noted(battle, entry),
      enemies: changed(battle.enemies, "id", enemy_id, step, () => ({ hp: enemy_hp, hit: damage })),
      players: battle.players.map((one) =>
        one.user_id === user_id ? { ...one, damage_dealt: one.damage_dealt + damage } : one,
      ),
    };
  },

  enemy_attack(battle, { enemy_id, user_id, damage, critical, player_hp, step }) {
    const player = fighterOf(battle, user_id);
    const entry = {
      type: player_hp ? "enemy_attack" : "player_fell",
      player,
      enemy: enemyOf(battle, enemy_id),
      damage,
      critical,
    };
    return {
      ...battle,
      state: battle.state === "waiting" ? "active" : battle.state,
      log: noted(battle, entry),
      players: changed(battle.players, "user_id", user_id, step, () => ({ hp: player_hp, hit: damage })),
    };
  },

  enemy_defeated: (battle, { enemy_id }) => ({
    ...battle,
    log: noted(battle, { type: "enemy_defeated", enemy: enemyOf(battle, enemy_id) }),
  }),

  battle_won: (battle) => ({ ...battle, state: "won" }),

  battle_lost: (battle) => ({ ...battle, state: "lost" }),

  chat: (battle, { user_id, username, message }) => ({
    ...battle,
    chat: [...battle.chat, { user_id, username, message }].slice(-KEPT),
  }),
};

/**
 * The battle after `message` came; messages of no concern, and what was told before, change nothing.
 *
 * @param {BattleState} battle
 * @param {{type: string, step?: number} & Record<string, unknown>} message
 */
export function told(battle, message) {
  if (message.type !== "connected" && Number(message.step) <= battle.since) return battle;
  const step = /** @type {Record<string, Step<BattleState> | undefined>} */ (TOLD)[message.type];
  return step?.(battle, /** @type {never} */ (message)) ?? battle;
}
