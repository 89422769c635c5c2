/** The games that this server offers, asked once. */
import { client } from "./session.js";

let asked = null;
let askedQueues = null;

/** → `[{name, title, kind, min_players, max_players, move_schema, ...}]` */
export function catalog() {
  asked ??= client.request("GET", "/api/games/catalog/").catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** → `[{game, mode, title, asks, ...}]`: the queues of all games, asked once. */
export function queues() {
  askedQueues ??= client.queues().catch((error) => {
    askedQueues = null;
    throw error;
  });
  return askedQueues;
}

/** The catalogue's entry of a game, or undefined. */
export const gameNamed = async (name) => (await catalog()).find((game) => game.name === name);
