/** The connection to a game, a battle or the world: its latency, or the time until the next attempt. */
import { Badge, Button, LinkButton, Skeleton, useNow } from "./components.js";
import { html, useEffect, useState } from "./dom.js";
import { text } from "./texts.js";

/** @import { Connection } from "./types.d.ts" */
/** @import { Channel } from "../client/gameplatform.js" */

/**
 * `connection`: `{state, ?ms, ?until}`; `away` is the text while it is away, with `{seconds}`.
 *
 * @param {{connection: Connection, away: string}} props
 */
export function Line({ connection, away }) {
  const waiting = connection.state === "waiting";
  const now = useNow(waiting ? 500 : null);
  if (connection.state === "open")
    return connection.ms === undefined
      ? null
      : html`<span class="soft small numbers">${text("game.latency", { ms: connection.ms })}</span>`;
  if (waiting) {
    const seconds = Math.max(0, Math.ceil(((connection.until ?? now) - now) / 1000));
    return html`<${Badge} kind="warn">${text(away, { seconds })}<//>`;
  }
  return html`<${Badge} kind="warn">${text("game.connecting")}<//>`;
}

const PATIENCE_MS = 4_000;

/**
 * A placeholder until live state arrives: its shape at first, then the state of the connection with a way to try again.
 *
 * @param {{connection: Connection, channel: () => Channel | null, rows?: number}} props
 */
export function Arriving({ connection, channel, rows }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return html`<${Skeleton} rows=${rows} tall />`;
  const again = () => {
    channel()?.close();
    channel()?.open();
  };
  return html`<div class="empty"><div class="stack" role="alert"><h2>${text("line.title")}</h2><p>${text("line.text")}
    </p></div>
    <${Line} connection=${connection} away="connection.waiting" />
    <div class="actions"><${Button} kind="primary" icon="turn" onClick=${again}>${text("error.retry")}<//><${LinkButton}
      href="/play">${text("error.home")}<//></div></div>`;
}
