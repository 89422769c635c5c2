/** The menu of a table and of a replay: to report somebody who plays. */
import { Menu } from "../components.js";
import { html, useState } from "../dom.js";
import { currentUser } from "../session.js";
import { text } from "../texts.js";

/** @import { ReportedPlayer } from "./reporting.js" */

/** @param {{id: string, players: readonly ReportedPlayer[]}} props */
export function TableMenu({ id, players }) {
  const me = currentUser().id;
  // Its own module, as hardly anybody needs it.
  const [dialog, setDialog] = useState(/** @type {typeof import("./reporting.js") | null} */ (null));
  const others = players.filter((one) => one.id !== me && typeof one.bot_level !== "number");
  const report = async () => setDialog(await import("./reporting.js"));
  if (!others.length) return null;
  return html`<${Menu} label=${text("game.menu")} items=${[{ label: text("report.player"), onChoose: report }]} />
    ${dialog && html`<${dialog.Reporting} id=${id} players=${others} onClose=${() => setDialog(null)} />`}`;
}
