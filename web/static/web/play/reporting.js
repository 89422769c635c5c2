/** The report of what a player did in a game. */
import { Dialog, Field, Form } from "../components.js";
import { html } from "../dom.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";

/**
 * @import { Fields } from "../types.d.ts"
 * @typedef {{id: number, username: string, bot_level?: number | null}} ReportedPlayer
 */

/** @param {{id: string, players: readonly ReportedPlayer[], onClose: () => void}} props */
export function Reporting({ id, players, onClose }) {
  const send = async (/** @type {Fields} */ { user_id, ...fields }) => {
    await client.request("POST", "/api/reports/", { kind: "game", game_id: id, user_id: Number(user_id), ...fields });
    toast(text("lobby.reported"));
    onClose();
  };
  return html`<${Dialog} title=${text("report.player")} onClose=${onClose}><${Form} onSend=${send}
    submit=${text("lobby.report")}>
    <${Field} label=${text("report.whom")} name="user_id"
      options=${players.map((one) => ({ value: one.id, label: one.username }))} />
    <${Field} label=${text("lobby.reason")} name="reason" maxlength="200" autocomplete="off" />
  <//><//>`;
}
