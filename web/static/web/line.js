/** How the line to a game or a battle is: the latency, or that it is away and for how long. */
import { Badge, useNow } from "./components.js";
import { html } from "./dom.js";
import { text } from "./texts.js";

/** `connection`: `{state, ?ms, ?until}`; `away` is the text while it is away, with `{seconds}`; `known`: it was there before. */
export function Line({ connection, known, away }) {
  const waiting = connection.state === "waiting";
  const now = useNow(waiting ? 500 : null);
  if (connection.state === "open")
    return connection.ms === undefined ? null : html`<span class="soft small numbers">${text("game.latency", { ms: connection.ms })}</span>`;
  if (waiting) {
    const seconds = Math.max(0, Math.ceil((connection.until - now) / 1000));
    return html`<${Badge} kind="warn">${text(away, { seconds })}<//>`;
  }
  return known && html`<${Badge} kind="warn">${text("game.connecting")}<//>`;
}
