/** The things that one can do with somebody: challenge, write, ask to be friends, block. */
import { Button, LinkButton, Menu, Refusal, useAction } from "../components.js";
import { html, useState } from "../dom.js";
import { InviteToGame, Sure } from "./friend_list.js";
import { Reporting } from "./reporting.js";
import { askFriend, block, friends, outgoing, requests, unfriend } from "../social.js";
import { currentUser } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Rest } from "../types.d.ts" */

/**
 * The relation of this user to the one who looks: `friend`, `asked` (a request waits for an answer), or neither.
 *
 * @param {number} userId
 */
function useRelation(userId) {
  const all = useStore(friends);
  const asked = outgoing(useStore(requests));
  return {
    friend: all?.find(({ user_id }) => user_id === userId) ?? null,
    asked: asked.some(({ to_user }) => to_user.id === userId),
  };
}

/**
 * Buttons for what one does with this user; nothing for oneself.
 *
 * @param {{user: Rest.AccountsPublicProfile}} props
 */
export function Acting({ user }) {
  const me = currentUser();
  const { friend, asked } = useRelation(user.id);
  const [open, setOpen] = useState(/** @type {"game" | "remove" | "report" | "block" | null} */ (null));
  const close = () => setOpen(null);
  const ask = useAction(async () => {
    await askFriend(user.username);
    toast(text("friends.asked", { name: user.username }));
  });
  if (user.id === me.id)
    return html`<div class="actions"><${LinkButton} href="/profile">${text("person.own")}<//></div>`;
  const name = { name: user.username };
  return html`<div class="actions">
    <${Button} kind="primary" icon="play" onClick=${() => setOpen("game")}>${text("person.challenge")}<//>
    ${
      friend
        ? html`<${LinkButton} icon="chat" href=${`/friends/${user.id}`}>${text("person.message")}<//>`
        : html`<${Button} icon="add" busy=${ask.busy} disabled=${asked} onClick=${() => ask.run()}>
          ${text(asked ? "person.asked" : "person.ask")}<//>`
    }
    <${Menu} label=${text("friends.actions", name)} items=${[
      friend && { label: text("friends.remove"), onChoose: () => setOpen("remove") },
      { label: text("report.name"), onChoose: () => setOpen("report") },
      { label: text("friends.block"), danger: true, onChoose: () => setOpen("block") },
    ]} />
    <${Refusal} error=${ask.error} />
    ${open === "game" && html`<${InviteToGame} user=${{ user_id: user.id, username: user.username }} onClose=${close} />`}
    ${
      open === "remove" &&
      html`<${Sure} title=${text("friends.remove_title", name)} words=${text("friends.remove_text")}
      action=${text("friends.remove")} act=${() => unfriend(user.id)} onClose=${close} />`
    }
    ${
      open === "report" &&
      html`<${Reporting} body=${{ kind: "name", user_id: user.id }} quote=${user.username} onClose=${close} />`
    }
    ${
      open === "block" &&
      html`<${Sure} title=${text("friends.block_title", name)} words=${text("friends.block_text", name)}
      action=${text("friends.block")} act=${() => block(user.id)} onClose=${close} />`
    }
  </div>`;
}
