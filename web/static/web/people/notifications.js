/** Notifications: invites with the time they have left, friend requests, and announcements. */
import { gameNamed } from "../catalog.js";
import { Avatar, Button, Dialog, IconButton, Refusal, useAction, useLoad, useNow } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { PersonLink } from "../person.js";
import { answerInvite, answerRequest, incoming, invites, notices, noticesSeen, outgoing, requests } from "../social.js";
import { client, get } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";

/** @import { Action, Rest } from "../types.d.ts" */

/** @type {Record<string, string>} */
const ASKS = { game: "invite.asks_game", lobby: "invite.asks_lobby", party: "invite.asks_party" };

/**
 * Something to answer: who asks, what, and the buttons.
 *
 * @param {{user: Rest.FriendsPerson, says: string, left?: number, accept: Action<[]> | null, decline: Action<[]>, labels: string[]}} props
 */
function Asking({ user, says, left, accept, decline, labels }) {
  const error = accept?.error ?? decline.error;
  const busy = accept?.busy || decline.busy;
  return html`<li class="asking"><${Avatar} name=${user.username} />
    <span class="grow"><strong><${PersonLink} name=${user.username} /></strong><span class="soft small">${says}</span></span>
    ${
      left !== undefined &&
      html`<span class="soft small numbers" role="timer">${text("invite.left", { seconds: left })}</span>`
    }
    <span class="answers">
      ${accept && html`<${Button} kind="primary" busy=${busy} onClick=${() => accept.run()}>${labels[0]}<//>`}
      <${Button} busy=${busy} onClick=${() => decline.run()}>${labels.at(-1)}<//></span>
    <${Refusal} error=${error} /></li>`;
}

/** @param {{invite: Rest.InvitesInviteInfo, received?: boolean, onGone?: () => void}} props */
function Invite({ invite, received = false, onGone }) {
  const answer = (/** @type {string} */ how) => async () => {
    await answerInvite(invite, how);
    if (how === "accept") onGone?.();
  };
  const accept = useAction(answer("accept"));
  const decline = useAction(answer(received ? "decline" : "cancel"));
  const { data: game } = useLoad(() => gameNamed(invite.game), []);
  useNow(1000);
  const left = Math.max(0, Math.ceil((Date.parse(invite.expires_at) - client.serverNow()) / 1000));
  const says = received ? text(ASKS[invite.kind], { game: game?.title ?? "…" }) : text("invite.waits");
  return html`<${Asking} user=${received ? invite.from_user : invite.to_user} says=${says} left=${left}
    accept=${received ? accept : null}
    decline=${decline} labels=${
      received ? [text("friends.accept"), text("friends.decline")] : [text("dialog.cancel")]
    } />`;
}

/** @param {{request: Rest.FriendsRequest}} props */
function Request({ request }) {
  const accept = useAction(() => answerRequest(request.id, "accept"));
  const decline = useAction(() => answerRequest(request.id, "decline"));
  return html`<${Asking} user=${request.from_user} says=${text("friends.wants")} accept=${accept} decline=${decline}
    labels=${[text("friends.accept"), text("friends.decline")]} />`;
}

/** Return what the operators wrote and was not read yet, newest first; it counts as read from now on. */
async function unreadLetters() {
  /** @type {Rest.SupportOperatorMessage[]} */
  const letters = (await get("/api/me/messages/")).results;
  const unread = letters.filter(({ read_at: at }) => !at);
  if (unread[0]) await client.request("POST", "/api/me/messages/read/", { id: unread[0].id });
  return unread;
}

/** @param {{onClose: () => void}} props */
export default function Notifications({ onClose }) {
  const all = useStore(invites);
  const asked = incoming(useStore(requests));
  const told = useStore(notices);
  useEffect(() => noticesSeen, []);
  const { data: letters } = useLoad(unreadLetters, []);
  const nothing = letters && !all.length && !asked.length && !told.length && !letters.length;
  return html`<${Dialog} title=${text("notifications.title")} class="notifications" onClose=${onClose}>
    ${nothing && html`<p class="soft nobody">${text("notifications.empty")}</p>`}
    <ul class="askings" aria-live="polite">
      ${incoming(all).map(
        (one) => html`<${Invite} key=${`invite-${one.id}`} invite=${one} received
        onGone=${onClose} />`,
      )}
      ${outgoing(all).map((one) => html`<${Invite} key=${`invite-${one.id}`} invite=${one} />`)}
      ${asked.map((one) => html`<${Request} key=${`request-${one.id}`} request=${one} />`)}
      ${letters?.map(
        (one) => html`<li key=${`letter-${one.id}`} class="asking"><span class="grow">
          <strong>${text("notifications.operators")}</strong><span>${one.text}</span></span></li>`,
      )}
      ${told.map(
        (one) => html`<li key=${`notice-${one.id}`} class="asking"><span class="grow">${one.words}</span>
        </li>`,
      )}
    </ul>
  <//>`;
}

/** An invite that has just come, at the edge of the page, until it is answered or put away into the notifications. */
export function InviteToast() {
  const [away, setAway] = useState(() => /** @type {Set<number>} */ (new Set()));
  const [one] = incoming(useStore(invites)).filter(({ id }) => !away.has(id));
  if (!one) return null;
  return html`<section class="invite-toast card" aria-label=${text("invite.new")}>
    <ul class="askings"><${Invite} key=${one.id} invite=${one} received /></ul>
    <${IconButton} icon="close" label=${text("invite.later")} onClick=${() => setAway(new Set([...away, one.id]))} />
  </section>`;
}
