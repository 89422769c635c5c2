/** Friends: who is there, requests both ways, and the conversation with one of them. */
import {
  Avatar,
  Button,
  Card,
  Empty,
  Field,
  Form,
  IconButton,
  LinkButton,
  Loading,
  Person,
  Refusal,
  Tabs,
  useAction,
  useLoad,
  useTitle,
} from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { Awaited, FriendList, Thread, ThreadHead, Unread, useFriend } from "./friend_list.js";
import { answerRequest, askFriend, badge, caughtUp, friends, incoming, outgoing, requests } from "../social.js";
import { go } from "../router.js";
import { client, currentUser } from "../session.js";
import { useStore } from "../store.js";
import { ago, text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { On, Page, Rest } from "../types.d.ts" */

function Add() {
  const ask = async (/** @type {{username: string}} */ { username }, /** @type {HTMLFormElement} */ form) => {
    await askFriend(username.trim());
    toast(text("friends.asked", { name: username.trim() }));
    form.reset();
  };
  return html`<${Form} class="add-friend" onSend=${ask} submit=${text("friends.ask")}>
    <${Field} label=${text("friends.add")} name="username" required autocomplete="off" autocapitalize="none"
      spellcheck=${false} />
  <//>`;
}

/** @param {{request: Rest.FriendsRequest, received?: boolean}} props */
function Request({ request, received = false }) {
  const answer = useAction((/** @type {string} */ how) => answerRequest(request.id, how));
  const other = received ? request.from_user : request.to_user;
  const name = { name: other.username };
  return html`<${Person} name=${other.username} says=${text(received ? "friends.wants" : "friends.waiting")}>
    ${
      received &&
      html`<${Button} kind="primary" busy=${answer.busy} onClick=${() => answer.run("accept")}
      aria-label=${text("friends.accept_name", name)}>${text("friends.accept")}<//>`
    }
    <${IconButton} icon="close" disabled=${answer.busy}
      label=${text(received ? "friends.decline_name" : "friends.cancel_name", name)}
      onClick=${() => answer.run(received ? "decline" : "cancel")} />
    <${Refusal} error=${answer.error} /><//>`;
}

function Requests() {
  const all = useStore(requests);
  if (!all.length) return null;
  return html`<section class="stack" aria-labelledby="requests"><h2 id="requests" class="small-title">
    ${text("friends.requests")}</h2>
    <ul class="people-list">
      ${incoming(all).map((one) => html`<${Request} key=${one.id} request=${one} received />`)}
      ${outgoing(all).map((one) => html`<${Request} key=${one.id} request=${one} />`)}
    </ul></section>`;
}

/**
 * Those one has written with, the newest first.
 *
 * @param {{chosen: number | null}} props
 */
function Threads({ chosen }) {
  const { dm } = useStore(badge);
  const threads = useLoad(
    /** @returns {Promise<Rest.ChatThread[]>} */ async () => (await client.request("GET", "/api/dm/")).results,
    [JSON.stringify(dm)],
  );
  const me = currentUser().id;
  return html`<${Loading} of=${threads} rows=${3} />
    ${threads.data?.length === 0 && html`<p class="soft nobody">${text("dm.none")}</p>`}
    <ul class="people-list">${threads.data?.map(
      ({ user, last_message: last, last_at: at }) => html`<li key=${user.id}
      class=${`person ${chosen === user.id ? "chosen" : ""}`}>
    <a class="open" href=${`/friends/${user.id}`} aria-current=${chosen === user.id ? "true" : undefined}><${Avatar}
      name=${user.username} />
      <span class="grow"><strong>${user.username}</strong>
        <span class="soft small">${last && last.sender.id === me ? text("dm.you", { content: last.content }) : last?.content}
          </span></span>
      <span class="soft small">${ago(at)}</span><${Unread} userId=${user.id} /></a></li>`,
    )}</ul>`;
}

/** Whom one has blocked, and the way back. */
function Blocked() {
  const [open, setOpen] = useState(false);
  const { data, error, reload } = useLoad(
    /** @returns {Promise<Rest.FriendsBlocked[] | null>} */
    async () => (open ? (await client.request("GET", "/api/friends/blocks/")).results : null),
    [open],
  );
  const lift = useAction(async (/** @type {number} */ userId) => {
    await client.request("DELETE", `/api/friends/${userId}/block/`);
    reload();
  });
  return html`<details onToggle=${(/** @type {On<HTMLDetailsElement>} */ { currentTarget }) => setOpen(currentTarget.open)}><summary class="soft">
    ${text("friends.blocked")}</summary>
    <${Refusal} error=${error ?? lift.error} />
    ${data?.length === 0 && html`<p class="soft small">${text("friends.blocked_nobody")}</p>`}
    <ul class="people-list">${data?.map(
      ({ user_id: userId, username }) => html`<${Person} key=${userId} name=${username}>
      <${Button} busy=${lift.busy} onClick=${() => lift.run(userId)}
        aria-label=${text("friends.unblock_name", { name: username })}>${text("friends.unblock")}<//><//>`,
    )}</ul>
  </details>`;
}

/** @param {{id?: string}} props */
export default function Friends({ id }) {
  const [shown, setShown] = useState("friends");
  const chosen = id === undefined ? null : Number(id);
  const { known, friend } = useFriend(chosen);
  const all = useStore(friends);
  const settled = useStore(caughtUp);
  useTitle(friend?.username ?? text("rail.friends"));
  useEffect(() => {
    if (chosen !== null && known && !friend) go("/friends", { replace: true });
  }, [chosen, known, friend]);
  const back = html`<span class="narrow"><${IconButton} icon="back" label=${text("friends.back")}
    onClick=${() => go("/friends")} /></span>`;
  return html`<div class=${`friends ${chosen === null ? "" : "at-one"}`}>
    <h1>${text("friends.title")}</h1>
    <div class="stack list-side">
      <${Add} />
      <${LinkButton} kind="quiet" icon="search" href="/people">${text("people.search")}<//>
      ${
        // What comes later would push down what is there.
        all && settled
          ? html`<${Requests} />
      <${Tabs} name="shown" label=${text("friends.title")} value=${shown} onChoose=${setShown}
        options=${[
          { value: "friends", label: text("friends.tab_count", { count: all.length }) },
          { value: "threads", label: text("dm.tab") },
        ]} />
      ${
        shown === "friends"
          ? html`<${FriendList} chosen=${chosen} onChoose=${(/** @type {Rest.FriendsFriend} */ one) => go(`/friends/${one.user_id}`)} />`
          : html`<${Threads} chosen=${chosen} />`
      }
      <${Blocked} />`
          : html`<${Awaited} />`
      }
    </div>
    <${Card} class="thread">
      ${
        friend &&
        html`<${ThreadHead} friend=${friend} back=${back} /><${Thread} key=${chosen} friendId=${chosen}
        name=${friend.username} />`
      }
      ${chosen === null && html`<${Empty} words=${text("dm.choose")} />`}
      ${chosen !== null && !known && html`<${Awaited} />`}
    <//>
  </div>`;
}
