/** Signing in by a provider: there by its own page, and back here with a code (OAuth 2.0 with PKCE). */
import { client, signInBy } from "../session.js";
import { go } from "../router.js";

/** @import { Rest } from "../types.d.ts" */

const KEY = "provider";
const BACK = `${location.origin}/signed-in`;

/** @param {Uint8Array} bytes */
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/**
 * Leaves for the provider's page. With `link` the account there becomes a way into the one that is signed in here.
 *
 * @param {Rest.AccountsProvider} provider
 * @param {{link?: boolean}} options
 */
export async function leaveFor(provider, { link = false } = {}) {
  const [verifier, state] = [random(), random()];
  sessionStorage.setItem(KEY, JSON.stringify({ id: provider.id, verifier, state, link }));
  const to = new URL(provider.authorize_url);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const back = `${BACK}?state=${state}`;
  const isSteam = provider.id === "steam";
  const asked = isSteam
    ? {
        ns: "http://specs.openid.net/auth/2.0",
        mode: "checkid_setup",
        identity: "http://specs.openid.net/auth/2.0/identifier_select",
        claimed_id: "http://specs.openid.net/auth/2.0/identifier_select",
        return_to: back,
        realm: location.origin,
      }
    : {
        client_id: provider.client_id,
        response_type: "code",
        scope: provider.scope,
        redirect_uri: BACK,
        state,
        code_challenge: base64url(new Uint8Array(digest)),
        code_challenge_method: "S256",
        ...(provider.response_mode && { response_mode: provider.response_mode }),
      };
  for (const [name, value] of Object.entries(asked)) to.searchParams.set(isSteam ? `openid.${name}` : name, value);
  location.assign(to);
}

/**
 * Finishes what `leaveFor` began, with what the provider's page sent back.
 *
 * @param {URLSearchParams} query
 */
export async function comeBack(query) {
  const begun = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  sessionStorage.removeItem(KEY);
  // Else the link of somebody else would sign this browser in to their account.
  if (!begun || begun.state !== query.get("state")) throw new Error("This sign-in was not begun here.");
  const proof = {
    code: begun.id === "steam" ? query.toString() : (query.get("code") ?? ""),
    redirect_uri: BACK,
    code_verifier: begun.verifier,
  };
  if (begun.link) await client.request("POST", `/api/me/links/${begun.id}/`, proof);
  else await signInBy(`provider/${begun.id}`, proof);
  go(begun.link ? "/profile/account" : "/play", { replace: true });
}
