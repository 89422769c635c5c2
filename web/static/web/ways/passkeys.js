/** Passkeys: what the server offers is handed to the browser, and its answer to the server. */
import { client, enter } from "../session.js";

export const hasPasskeys = "PublicKeyCredential" in window;

export const signInByPasskey = async () => enter(await client.signInByPasskey());

/**
 * Adds a passkey to the account.
 *
 * @param {string} name
 */
export async function addPasskey(name) {
  const options = await client.request("POST", "/api/me/passkeys/begin/");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  await client.request("POST", "/api/me/passkeys/finish/", { ...made.toJSON(), name });
}
