/** Games that are being played now. */
import { titleOf } from "../catalog.js";
import { Avatar, Badge, Empty, Loading, useLoad, useTitle } from "../components.js";
import { html } from "../dom.js";
import { GameArt } from "../art.js";
import { client } from "../session.js";
import { text } from "../texts.js";

/** @import { Page, Rest } from "../types.d.ts" */

const LOOK_EVERY_MS = 5_000;

export default function Watch() {
  const games = useLoad(
    async () => {
      /** @type {Page<Rest.GameOneGame>} */
      const { results } = await client.request("GET", "/api/games/?state=active");
      return results.filter(({ spectators }) => spectators);
    },
    [],
    LOOK_EVERY_MS,
  );
  const { data } = games;
  useTitle(text("rail.watch"));
  return html`<div class="page">
    <h1>${text("watch.title")}</h1>
    <${Loading} of=${games} rows=${4} />
    ${
      data?.length === 0 &&
      html`<${Empty} words=${text("watch.empty")} href="/play" action=${text("watch.empty_action")} />`
    }
    ${
      data &&
      data.length > 0 &&
      html`<ul class="list">${data.map(
        (one) => html`<li key=${one.id}><a class="row" href=${`/games/${one.id}`}>
        <span class="thumb"><${GameArt} name=${one.game} /></span>
        <span class="grow"><strong>${one.players.map(({ username }) => username).join(" – ")}</strong>
          <span class="soft small">${titleOf(one.game, one.title)}</span></span>
        ${one.players.map(({ id, username }) => html`<${Avatar} key=${id} name=${username} />`)}
        <${Badge} kind="accent">${text("watch.watch")}<//></a></li>`,
      )}</ul>`
    }
  </div>`;
}
