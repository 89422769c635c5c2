/** Push notifications of this browser. */
import { kept } from "../kept.js";
import { page } from "../page.js";
import { client, currentUser } from "../session.js";

/** @import { Rest } from "../types.d.ts" */

const SUBSCRIPTION = "/api/me/push/subscription/";

/** Whether this browser can be pushed to; on iPhones only the installed app can. */
export const canPush = "PushManager" in globalThis && "Notification" in globalThis && "serviceWorker" in navigator;

/** @returns {Promise<Rest.Pushing>} */
export const load = () => client.request("GET", "/api/me/push/");

/**
 * Subscribes this browser for the user; it must be allowed to show notifications.
 *
 * @param {string} key the server's
 */
export async function subscribe(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const made = await pushManager.subscribe(options).catch(async (error) => {
    const old = await pushManager.getSubscription();
    // The server has another key than before.
    if (!old || error.name !== "InvalidStateError") throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint, keys } = made.toJSON();
  await client.request("PUT", SUBSCRIPTION, { endpoint, keys, language: page.language });
  kept.push = String(currentUser().id);
}

export async function unsubscribe() {
  await client.request("DELETE", SUBSCRIPTION);
  delete kept.push;
}

/** Subscribes again who had switched it on here and has signed in since. */
export async function resume() {
  if (!canPush || Notification.permission !== "granted") return;
  const { public_key: key, subscribed } = await load();
  if (key && !subscribed) await subscribe(key).catch(() => {});
}
