/** The chat of a game or a battle. */
import { Card, IconButton, useGivenBack } from "./components.js";
import { html, useElement, useLayoutEffect, useState } from "./dom.js";
import { PersonLink } from "./person.js";
import { text } from "./texts.js";

/** @import { ChatLine, OnInput, Ref } from "./types.d.ts" */

/**
 * `lines` are `{user_id, username, message, seq}`, oldest first; `onSay(message)` sends another and returns its id,
 * `refused` is
 * the id of what was refused last; while the line is `away` what is written stays where it is.
 *
 * @param {{lines: ChatLine[], me: number | null, refused: unknown, away: boolean, onSay: (message: string) => number | string}} props
 */
export function Chat({ lines, me, refused, away, onSay }) {
  const [draft, setDraft] = useState("");
  /** @type {Ref<HTMLOListElement>} */
  const end = useElement();
  useLayoutEffect(() => {
    end.current.scrollTop = end.current.scrollHeight;
  }, [lines.length]);
  // A refused message goes back to where it was written, unless another is being written there.
  const sent = useGivenBack(refused, (message) => setDraft((now) => now || message));
  /** @param {SubmitEvent} event */
  const say = (event) => {
    event.preventDefault();
    const message = draft.trim();
    if (!message || away) return;
    sent(onSay(message), message);
    setDraft("");
  };
  return html`<${Card} class="chat" title=${text("game.chat")}>
    <ol ref=${end} aria-live="polite" tabindex="0" aria-label=${text("game.chat")}>
      ${lines.map(
        (one, index) => html`<li key=${one.seq ?? index} class=${one.user_id === me ? "mine" : ""}><strong>
        <${PersonLink} name=${one.username} /></strong> ${one.message}</li>`,
      )}
      ${!lines.length && html`<li class="soft">${text("game.chat_empty")}</li>`}
    </ol>
    <form onSubmit=${say}>
      <input aria-label=${text("game.chat_write")} placeholder=${text("game.chat_write")} maxlength="500"
        autocomplete="off"
        value=${draft} onInput=${(/** @type {OnInput} */ event) => setDraft(event.currentTarget.value)} />
      <${IconButton} type="submit" icon="send" label=${text("talk.send")} />
    </form>
  <//>`;
}
