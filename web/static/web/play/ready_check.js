/** A match that was found, to be accepted in time. */
import { queues } from "../catalog.js";
import { Button, Refusal, useAction, useLoad, useNow } from "../components.js";
import { html, useLayoutEffect, useElement, useState } from "../dom.js";
import { acceptMatch, declineMatch, proposal } from "../queue.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";

/** @import { On, Ref } from "../types.d.ts" */

export default function ReadyCheck() {
  const { game, mode, until = 0, accepted } = useStore(proposal) ?? {};
  const [shownAt] = useState(Date.now);
  const now = useNow(250);
  const offered = useLoad(queues, []);
  const accept = useAction(acceptMatch);
  const decline = useAction(declineMatch);
  /** @type {Ref<HTMLDialogElement>} */
  const dialog = useElement();
  const show = () => dialog.current && !dialog.current.open && dialog.current.showModal();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, []);
  const queue = offered.data?.find((one) => one.game === game && one.mode === mode);
  const left = Math.max(0, until - now);
  // A slip of the finger must not decline: neither Escape nor a click beside it closes the dialog.
  return html`<dialog ref=${dialog} class="dialog ready" aria-labelledby="ready-title" onClose=${show}
    onCancel=${(/** @type {Event} */ event) => event.preventDefault()}>
    <h2 id="ready-title">${text("ready.title")}</h2>
    <p class="soft">${queue?.title ?? game}</p>
    <progress max=${Math.max(1, until - shownAt)} value=${left} aria-hidden="true"></progress>
    <p class="numbers" role="timer">${text("ready.left", { seconds: Math.ceil(left / 1000) })}</p>
    <div class="actions">
      <${Button} kind="primary" class="large" autofocus busy=${accept.busy} disabled=${accepted}
        onClick=${() => accept.run()}>${text(accepted ? "ready.others" : "ready.accept")}<//>
      <${Button} class="large" busy=${decline.busy} onClick=${() => decline.run()}>${text("ready.decline")}<//>
    </div>
    <${Refusal} error=${accept.error ?? decline.error} />
  </dialog>`;
}
