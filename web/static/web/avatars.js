/** The avatars that people have chosen: asked for together, and kept as long as the page is open. */
import { useEffect } from "./dom.js";
import { hash } from "./seed.js";
import { client, session } from "./session.js";
import { Store, useStore } from "./store.js";

/** @import { Rest } from "./types.d.ts" */
/** @typedef {Rest.AccountsAvatar} Look */

export const HUES = 12;
export const SHAPES = 6;
/** Names that are drawn within such a time are asked for together. */
const GATHER_MS = 50;
const MOST = 100;

/** By name; null for who has chosen none. */
const chosen = new Store(/** @type {Map<string, Look | null>} */ (new Map()));
/** @type {Set<string>} */
const wanted = new Set();
let gathers = false;

/** @param {[string, Look | null][]} known */
const keep = (known) => chosen.set(new Map([...chosen.value, ...known]));

/** Ask for what is wanted, once more of it may have come. */
function gather() {
  if (gathers || !wanted.size) return;
  gathers = true;
  setTimeout(ask, GATHER_MS);
}

async function ask() {
  gathers = false;
  const names = [...wanted].slice(0, MOST);
  for (const name of names) wanted.delete(name);
  gather();
  const path = `/api/users/avatars/?names=${names.map(encodeURIComponent).join()}`;
  try {
    /** @type {Rest.AccountsNamedAvatar[]} */
    const found = await client.request("GET", path);
    const looks = new Map(found.map((one) => [one.username, one]));
    keep(names.map((name) => [name, looks.get(name) ?? null]));
  } catch {
    // The sign made from the name stands in; whoever is drawn again is asked for again.
  }
}

/**
 * The avatar made from a name.
 *
 * @param {string} name
 * @returns {Look}
 */
export function made(name) {
  const sum = hash(name);
  return { hue: sum % HUES, shape: Math.floor(sum / HUES) % SHAPES };
}

/**
 * The avatar of whoever has this name.
 *
 * @param {string} name
 */
export function useAvatar(name) {
  const known = useStore(chosen).get(name);
  const { status } = useStore(session);
  useEffect(() => {
    if (known !== undefined || status !== "in") return;
    wanted.add(name);
    gather();
  }, [name, status]);
  return known ?? made(name);
}

/**
 * Store the avatar of the user of this page; null goes back to the one made from the name.
 *
 * @param {string} name
 * @param {Look | null} look
 */
export async function choose(name, look) {
  await client.request(look ? "PUT" : "DELETE", "/api/me/avatar/", look ?? undefined);
  keep([[name, look]]);
}
