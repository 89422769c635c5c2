/** Links from a name to who that is. */
import { html } from "./dom.js";
import { client } from "./session.js";

/** @import { Rest } from "./types.d.ts" */

const PATH = "/people/";

/** @param {string} name */
export const personPath = (name) => PATH + encodeURIComponent(name);

/**
 * The name that a link to somebody leads to, or null for any other link.
 *
 * @param {Element | null | undefined} link
 */
export const personOf = (link) =>
  link instanceof HTMLAnchorElement && link.origin === location.origin && link.pathname.startsWith(PATH)
    ? decodeURIComponent(link.pathname.slice(PATH.length))
    : null;

/**
 * A name that leads to who that is.
 *
 * @param {{name: string}} props
 */
export function PersonLink({ name }) {
  return html`<a class="person-link" href=${personPath(name)}>${name}</a>`;
}

/**
 * The user of this name, or null if there is none.
 *
 * @param {string} name
 * @returns {Promise<Rest.AccountsPublicProfile | null>}
 */
export async function findPerson(name) {
  const { results } = await client.request("GET", `/api/users/?username=${encodeURIComponent(name)}`);
  return results[0] ?? null;
}
