/** Attention while the page is not looked at: the service worker, notifications, and the count in the icon. */
import { kept } from "./kept.js";
import { page } from "./page.js";
import { go } from "./router.js";
import { client, session } from "./session.js";

let isCounted = false;

/**
 * Shows in the icon of the tab and of the installed app how many things wait.
 *
 * @param {number} count
 */
export async function countInIcon(count) {
  // Loaded with the first.
  if (count === 0 && !isCounted) return;
  isCounted = true;
  const { show } = await import("./notify/icon.js");
  show(count);
}

/** Tells the server whether the page is seen: nothing is pushed to who looks at it. */
function tellWhetherSeen() {
  client.notifications?.send({ type: "set_visible", visible: document.visibilityState === "visible" });
}

/** Registers the service worker, and keeps the notifications of this browser going. */
export function attend() {
  navigator.serviceWorker?.register("/worker.js").catch(() => {});
  navigator.serviceWorker?.addEventListener("message", ({ data }) => go(data.path));
  if (page.pushes) document.addEventListener("visibilitychange", tellWhetherSeen);
  client.on("connection", async ({ state }, channel) => {
    if (state !== "open" || channel !== client.notifications) return;
    if (page.pushes) tellWhetherSeen();
    if (kept.push === String(session.value.user?.id)) (await import("./notify/push.js")).resume();
  });
}
