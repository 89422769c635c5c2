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

/** → the games as the server lists them, asked once. */
function listed() {
  asked ??= client.request("GET", "/api/games/catalog/").catch((/** @type {unknown} */ error) => {
    asked = null;
    throw error;
  });
  return /** @type {Promise<Rest.GameCatalogueEntry[]>} */ (asked);
}

/**
 * → `[{name, title, kind, min_players, max_players, move_schema, ...}]`, with titles in the page's language.
 */
export const catalog = async () => (await listed()).map((game) => ({ ...game, title: titleOf(game.name, game.title) }));

/**
 * → `[{game, mode, title, asks, ...}]`: the queues of all games, with titles in the page's language, asked once. A queue
 * without a text of its own has the title that the server gives it; mostly, that is the game's.
 *
 * @returns {Promise<Rest.MatchmakingOfferedQueue[]>}
 */
export function queues() {
  askedQueues ??= Promise.all([client.queues(), listed()]).then(
    ([offered, games]) => offered.map((/** @type {Rest.MatchmakingOfferedQueue} */ queue) => named(queue, games)),
    (/** @type {unknown} */ error) => {
      askedQueues = null;
      throw error;
    },
  );
  return askedQueues;
}

/**
 * @param {Rest.MatchmakingOfferedQueue} queue
 * @param {Rest.GameCatalogueEntry[]} games
 */
function named(queue, games) {
  const game = games.find(({ name }) => name === queue.game);
  const title = game?.title === queue.title ? titleOf(game.name, game.title) : queue.title;
  return { ...queue, title: textOr(["mode", queue.game, queue.mode].filter(Boolean).join("."), title) };
}

/**
 * The catalogue's entry of a game, or undefined.
 *
 * @param {string | null} name
 */
export const gameNamed = async (name) => (await catalog()).find((game) => game.name === name);
