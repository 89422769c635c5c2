/** Reports to the operators: of a message or a name. */
import { Dialog, Field, Form } from "../components.js";
import { html } from "../dom.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Fields } from "../types.d.ts" */

/**
 * Asks for the reason; `quote` is what was said.
 *
 * @param {{path?: string, body?: Fields, quote: string, onClose: () => void}} props
 */
export function Reporting({ path = "/api/reports/", body = {}, quote, onClose }) {
  const send = async (/** @type {Fields} */ fields) => {
    await client.request("POST", path, { ...body, ...fields });
    toast(text("lobby.reported"));
    onClose();
  };
  return html`<${Dialog} title=${text("lobby.report")} onClose=${onClose}><${Form} onSend=${send}
    submit=${text("lobby.report")}>
    <p class="quote">${quote}</p>
    <${Field} label=${text("lobby.reason")} name="reason" maxlength="200" autocomplete="off" />
  <//><//>`;
}
