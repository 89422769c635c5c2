/** The games that this server offers, asked once. */
import { client } from "./session.js";
import { textOr } from "./texts.js";

/** @import { Rest } from "./types.d.ts" */

/** @type {Promise<Rest.GameCatalogueEntry[]> | null} */
let asked = null;
/** @type {Promise<Rest.MatchmakingOfferedQueue[]> | null} */
let askedQueues = null;

/**
 * The title of a game in the page's language; themes have texts for games of their own, too.
 *
 * @param {string} name
 * @param {string} title its own
 */
export const titleOf = (name, title) => textOr(`title.${name}`, title);

/**
 * → `[{name, title, kind, min_players, max_players, move_schema, ...}]`, with titles in the page's language.
 *
 * @returns {Promise<Rest.GameCatalogueEntry[]>}
 */
export function catalog() {
  asked ??= client.request("GET", "/api/games/catalog/").then(
    (/** @type {Rest.GameCatalogueEntry[]} */ games) =>
      games.map((game) => ({ ...game, title: titleOf(game.name, game.title) })),
    (/** @type {unknown} */ error) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

/**
 * → `[{game, mode, title, asks, ...}]`: the queues of all games, asked once.
 *
 * @returns {Promise<Rest.MatchmakingOfferedQueue[]>}
 */
export function queues() {
  askedQueues ??= client.queues().catch((/** @type {unknown} */ error) => {
    askedQueues = null;
    throw error;
  });
  return askedQueues;
}

/**
 * The catalogue's entry of a game, or undefined.
 *
 * @param {string | null} name
 */
export const gameNamed = async (name) => (await catalog()).find((game) => game.name === name);
