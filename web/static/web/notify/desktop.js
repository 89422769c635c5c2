/**
 * Notifications by the browser while the page is open and not looked at, where the server pushes none. The service
 * worker shows them.
 */
import { gameNamed } from "../catalog.js";
import { kept } from "../kept.js";
import { client, session } from "../session.js";
import { badge, friends } from "../social.js";
import { text } from "../texts.js";

/**
 * @import { Notifications } from "../../client/messages.d.ts"
 * @import { Hearing, Rest } from "../types.d.ts"
 */

/** @type {Rest.PushKinds | null} */
let kinds = null;
let unread = badge.value.dm;
/** True in one of the tabs that are open. */
let isSpeaker = false;

/**
 * @param {keyof Rest.PushKinds} kind
 * @param {string} title
 * @param {string} words
 * @param {string} path
 */
async function show(kind, title, words, path) {
  const isWanted = kinds?.[kind] && kept.push === String(session.value.user?.id);
  if (!isWanted || !isSpeaker || document.visibilityState === "visible") return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ title, text: words, path });
}

/** @param {string | null} game */
const titleOf = async (game) => (await gameNamed(game))?.title ?? "";

/** @type {Hearing<Notifications.Heard>} */
const HEARD = {
  badge({ dm }) {
    const more = Object.keys(dm).filter((id) => dm[id] > (unread[id] ?? 0));
    unread = dm;
    for (const id of more) {
      const friend = friends.value?.find(({ user_id }) => user_id === Number(id));
      if (friend) show("messages", friend.username, text("notify.message"), `/friends/${id}`);
    }
  },
  mention({ lobby_id, title, message: { sender, content } }) {
    show("messages", text("notify.mention", { name: sender.username, lobby: title }), content, `/lobbies/${lobby_id}`);
  },
  async invite_created({ invite: { to_user, from_user, kind, game } }) {
    if (to_user.id !== session.value.user?.id) return;
    const to = text(`notify.invite_${kind}`, { game: await titleOf(game) });
    show("invites", text("notify.invite", { name: from_user.username }), to, "/play");
  },
  async your_turn({ game, game_id }) {
    show("turns", text("game.your_turn"), await titleOf(game), `/games/${game_id}`);
  },
  friend_request({ request: { to_user, from_user } }) {
    if (to_user.id !== session.value.user?.id) return;
    show("friend_requests", from_user.username, text("notify.friend_request"), "/friends");
  },
};

/**
 * Shows these kinds from now on.
 *
 * @param {Rest.PushKinds} wanted
 */
export function start(wanted) {
  const isFirst = kinds === null;
  kinds = wanted;
  if (!isFirst) return;
  unread = badge.value.dm;
  client.on("*", (message, channel) => {
    if (channel && channel === client.notifications)
      /** @type {Record<string, ((message: any) => unknown) | undefined>} */ (HEARD)[message.type]?.(message);
  });
  // Held for as long as the tab is open; the next one that has asked for it gets it then.
  navigator.locks.request("notifications", () => {
    isSpeaker = true;
    return new Promise(() => {});
  });
}
