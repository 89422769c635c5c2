/** Notifications of this browser: pushed by the server, or, where it pushes none, made by the page that is open. */
import { kept } from "../kept.js";
import { page } from "../page.js";
import { client, currentUser } from "../session.js";

/** @import { Rest } from "../types.d.ts" */

const SUBSCRIPTION = "/api/me/push/subscription/";

const canNotify = "Notification" in globalThis && "serviceWorker" in navigator;

/**
 * Whether this browser can be notified by a server with this key, or none; on iPhones only the installed app can.
 *
 * @param {string | null} key
 */
export const isAble = (key) => canNotify && (key === null || "PushManager" in globalThis);

/** @returns {Promise<Rest.Pushing>} */
export const load = () => client.request("GET", "/api/me/push/");

const isMine = () => kept.push === String(currentUser().id);

/**
 * Whether this browser is notified.
 *
 * @param {Rest.Pushing} told
 */
export const isOn = ({ public_key: key, subscribed }) => (key === null ? isMine() : subscribed);

/**
 * Notifies this browser from now on; it must be allowed to show notifications.
 *
 * @param {Rest.Pushing} told
 */
export async function turnOn({ public_key: key, kinds }) {
  if (key !== null) await subscribe(key);
  kept.push = String(currentUser().id);
  if (key === null) await choose(kinds);
}

/**
 * Lets the open page notify of these kinds, where the server does not.
 *
 * @param {Rest.PushKinds} kinds
 */
export async function choose(kinds) {
  if (!page.pushes && isMine()) (await import("./desktop.js")).start(kinds);
}

/**
 * Subscribes this browser for the user.
 *
 * @param {string} key the server's
 */
async function subscribe(key) {
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
}

export async function turnOff() {
  await client.request("DELETE", SUBSCRIPTION);
  delete kept.push;
}

/** Goes on for who had switched it on here and has signed in since. */
export async function resume() {
  if (!canNotify || Notification.permission !== "granted") return;
  const { public_key: key, subscribed, kinds } = await load();
  if (key === null) await choose(kinds);
  else if (isAble(key) && !subscribed) await subscribe(key).catch(() => {});
}
