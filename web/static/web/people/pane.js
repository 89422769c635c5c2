/** The people beside the place one is at: the party, the friends, and the conversation with one of them. */
import { IconButton, LinkButton } from "../components.js";
import { html, useState } from "../dom.js";
import { FriendList, Thread, ThreadHead, useFriend } from "./friend_list.js";
import { Party } from "./party.js";
import { text } from "../texts.js";

/** @import { Rest } from "../types.d.ts" */

/** @param {{onClose?: (() => void) | null}} props */
export default function People({ onClose = null }) {
  const [chosen, setChosen] = useState(/** @type {number | null} */ (null));
  const { friend } = useFriend(chosen);
  if (friend) {
    const back = html`<${IconButton} icon="back" label=${text("friends.back")} onClick=${() => setChosen(null)} />`;
    return html`<div class="pane-thread"><${ThreadHead} friend=${friend} back=${back} />
      <${Thread} key=${chosen} friendId=${chosen} name=${friend.username} /></div>`;
  }
  return html`<div class="stack">
    <${Party} />
    <div class="head"><h2 class="small-title">${text("friends.title")}</h2><span class="spring"></span>
      <${LinkButton} kind="quiet" href="/friends" onClick=${onClose}>${text("friends.all")}<//></div>
    <${FriendList} onChoose=${(/** @type {Rest.FriendsFriend} */ { user_id }) => setChosen(user_id)} />
  </div>`;
}
