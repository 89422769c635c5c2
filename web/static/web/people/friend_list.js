/** Friends in a list, and the conversation with one: what the Friends screen and the people pane are made of. */
import { catalog } from "../catalog.js";
import { Avatar, Button, Dialog, Field, Form, Menu, Refusal, Skeleton, useAction, useLoad } from "../components.js";
import { CHANGEABLE_MS, Conversation, useConversation } from "./conversation.js";
import { html, useEffect, useState } from "../dom.js";
import { Reporting } from "./reporting.js";
import { block, byPresence, friends, friendsLine, invite, inviteToParty, unfriend, useUnread } from "../social.js";
import { Arriving } from "../line.js";
import { PersonLink } from "../person.js";
import { go } from "../router.js";
import { client, currentUser, reason } from "../session.js";
import { useStore } from "../store.js";
import { ago, text } from "../texts.js";
import { toast } from "../toasts.js";
import { VoiceEntry } from "../voice_entry.js";

/**
 * @import { Attributes, Children, OnInput, Rest } from "../types.d.ts"
 * @import { Message } from "./talk.js"
 * @typedef {Rest.FriendsFriend} Friend
 */

/**
 * "Online", "Away", "Playing" or when they were last here.
 *
 * @param {Friend} friend
 */
export function presenceWords(friend) {
  if (friend.online || !friend.last_seen) return text(`presence.${friend.status}`);
  return text("presence.last_seen", { ago: ago(friend.last_seen) });
}

/**
 * The number of a friend's unread messages.
 *
 * @param {{userId: number}} props
 */
export function Unread({ userId }) {
  const count = useUnread(userId);
  return count > 0 && html`<span class="count" aria-label=${text("friends.unread", { count })}>${count}</span>`;
}

/**
 * A choice among the server's games.
 *
 * @param {{games: Rest.GameCatalogueEntry[]} & Attributes} props
 */
export function GameField({ games, ...rest }) {
  return html`<${Field} name="game" label=${text("invite.game")}
    options=${games.map(({ name, title }) => ({ value: name, label: title }))} ...${rest} />`;
}

/**
 * Asks which game, and invites.
 *
 * @param {{user: Pick<Friend, "user_id" | "username">, onClose: () => void}} props
 */
export function InviteToGame({ user, onClose }) {
  const { data: games } = useLoad(catalog, []);
  const send = async (/** @type {{game: string}} */ { game }) => {
    await invite(user.user_id, { game });
    toast(text("invite.sent", { name: user.username }));
    onClose();
  };
  return html`<${Dialog} title=${text("invite.to_game", { name: user.username })} onClose=${onClose}>
    ${
      !games
        ? html`<${Skeleton} rows=${2} />`
        : html`<${Form} onSend=${send} submit=${text("invite.send")}><${GameField} games=${games} /><//>`
    }
  <//>`;
}

/**
 * Asks once more before something that cannot be undone.
 *
 * @param {{title: string, words: string, action: string, act: () => Promise<unknown>, onClose: () => void}} props
 */
export function Sure({ title, words, action, act, onClose }) {
  const run = useAction(async () => {
    await act();
    onClose();
  });
  return html`<${Dialog} title=${title} onClose=${onClose}><p>${words}</p>
    <${Refusal} error=${run.error} />
    <div class="actions end"><${Button} onClick=${onClose}>${text("dialog.cancel")}<//>
      <${Button} kind="danger" busy=${run.busy} onClick=${() => run.run()}>${action}<//></div>
  <//>`;
}

/**
 * The menu of a friend, and the dialogs that it opens.
 *
 * @param {{friend: Friend}} props
 */
export function FriendMenu({ friend }) {
  const [open, setOpen] = useState(/** @type {"game" | "remove" | "block" | null} */ (null));
  const close = () => setOpen(null);
  const toParty = useAction(async () => {
    await inviteToParty(friend.user_id);
    toast(text("invite.sent", { name: friend.username }));
  });
  useEffect(() => {
    if (toParty.error) toast(reason(toParty.error));
  }, [toParty.error]);
  const name = { name: friend.username };
  return html`<${Menu} label=${text("friends.actions", name)} items=${[
    { label: text("friends.invite_game"), onChoose: () => setOpen("game") },
    { label: text("friends.invite_party"), onChoose: () => toParty.run() },
    friend.game_id && { label: text("friends.watch"), onChoose: () => go(`/games/${friend.game_id}`) },
    { label: text("friends.remove"), onChoose: () => setOpen("remove") },
    { label: text("friends.block"), danger: true, onChoose: () => setOpen("block") },
  ]} />
    ${open === "game" && html`<${InviteToGame} user=${friend} onClose=${close} />`}
    ${
      open === "remove" &&
      html`<${Sure} title=${text("friends.remove_title", name)} words=${text("friends.remove_text")}
      action=${text("friends.remove")} act=${() => unfriend(friend.user_id)} onClose=${close} />`
    }
    ${
      open === "block" &&
      html`<${Sure} title=${text("friends.block_title", name)} words=${text("friends.block_text", name)}
      action=${text("friends.block")} act=${() => block(friend.user_id)} onClose=${close} />`
    }`;
}

/** The placeholder for friends until they are known. */
export function Awaited() {
  return html`<${Arriving} connection=${useStore(friendsLine)} channel=${() => client.presence} rows=${2} />`;
}

/**
 * All friends, those who can be reached first. `onChoose(friend)` opens one; `chosen` is the id of the open one.
 *
 * @param {{onChoose: (friend: Friend) => void, chosen?: number | null}} props
 */
export function FriendList({ onChoose, chosen = null }) {
  const all = useStore(friends);
  if (!all) return html`<${Awaited} />`;
  if (!all.length) return html`<p class="soft nobody">${text("friends.empty")}</p>`;
  return html`<ul class="people-list">${[...all].sort(byPresence).map(
    (friend) => html`<li key=${friend.user_id}
      class=${`person ${friend.status} ${chosen === friend.user_id ? "chosen" : ""}`}>
    <button type="button" class="open" onClick=${() => onChoose(friend)}
      aria-current=${chosen === friend.user_id ? "true" : undefined}>
      <${Avatar} name=${friend.username} presence=${friend.status} />
      <span class="grow"><strong>${friend.username}</strong><span class="soft small">${presenceWords(friend)}</span>
        </span>
      <${Unread} userId=${friend.user_id} /></button>
    <${FriendMenu} friend=${friend} /></li>`,
  )}</ul>`;
}

/**
 * The direct messages with one friend.
 *
 * @param {{friendId: number, name: string}} props
 */
export function Thread({ friendId, name }) {
  const me = currentUser().id;
  const conversation = useConversation(`/api/dm/${friendId}/messages/`, () => client.connectToDirectMessages(friendId));
  const { talk, connection, channel } = conversation;
  const newest = talk.messages.findLast(({ sender }) => sender.id !== me)?.id ?? null;
  const unread = useUnread(friendId);
  const [reported, setReported] = useState(/** @type {Message | null} */ (null));
  useEffect(() => {
    // Messages on a hidden screen have not been read.
    const read = () => {
      if (newest === null || connection.state !== "open" || document.visibilityState !== "visible") return;
      const message = talk.messages.find(({ id }) => id === newest);
      if (!message?.read_at || unread) channel.current.send({ type: "read", up_to: newest });
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [newest, connection.state]);
  if (connection.state === "closed" && connection.code === 4403)
    return html`<p class="soft nobody" role="alert">${text("dm.not_friends")}</p>`;
  const last = talk.messages.at(-1);
  const seen = last?.sender.id === me && last?.read_at && !talk.pending.length;
  const remove = (/** @type {Message} */ message) =>
    client.request("DELETE", `${conversation.path}${message.id}/`).catch(conversation.refuse);
  const actionsFor = (/** @type {Message} */ message) => [
    message.sender.id !== me && { label: text("lobby.report"), onChoose: () => setReported(message) },
    message.sender.id === me &&
      client.serverNow() - Date.parse(message.created_at) < CHANGEABLE_MS && {
        label: text("lobby.delete"),
        danger: true,
        onChoose: () => remove(message),
      },
  ];
  return html`<${Conversation} key=${friendId} id=${`dm-${friendId}`} conversation=${conversation}
    people=${[{ user_id: friendId, username: name }, { user_id: me, username: currentUser().username }]}
    actionsFor=${actionsFor} label=${text("dm.write", { name })}
    empty=${text("dm.empty", { name })} footer=${seen && html`<p class="seen soft small">${text("dm.seen")}</p>`} />
    ${
      reported &&
      html`<${Reporting} body=${{ kind: "direct", message_id: reported.id }} quote=${reported.content}
      onClose=${() => setReported(null)} />`
    }`;
}

/**
 * A friend of this id: name and presence once known.
 *
 * @param {number|null} id
 */
export function useFriend(id) {
  const all = useStore(friends);
  return { known: all !== null, friend: all?.find(({ user_id }) => user_id === id) ?? null };
}

/** @param {number} friendId */
const directChannel = (friendId) => `dm_${[friendId, currentUser().id].sort((one, other) => one - other).join("_")}`;

/**
 * The head above a conversation with a friend.
 *
 * @param {{friend: Friend, back: Children}} props
 */
export function ThreadHead({ friend, back }) {
  return html`<header class="thread-head">${back}
    <${Avatar} name=${friend.username} presence=${friend.status} />
    <span class="grow"><h2><${PersonLink} name=${friend.username} /></h2><span class="soft small">${presenceWords(friend)}</span></span>
    <${VoiceEntry} kind="direct" of=${friend.user_id} channel=${directChannel(friend.user_id)} title=${friend.username}
      href=${`/friends/${friend.user_id}`} small />
    <${FriendMenu} friend=${friend} /></header>`;
}
