/** The leaderboards of each game, with the user's own rank. */
import { catalog } from "../catalog.js";
import { Avatar, Empty, Loading, Tabs, useLoad, useTitle } from "../components.js";
import { html } from "../dom.js";
import { PersonLink } from "../person.js";
import { go } from "../router.js";
import { client, currentUser } from "../session.js";
import { text } from "../texts.js";

/** @import { Page, Rest } from "../types.d.ts" */

/** @param {{game: string}} props */
function Ranks({ game }) {
  const me = currentUser().id;
  const ranks = useLoad(async () => {
    const path = `/api/leaderboards/${game}/`;
    /** @type {Page<Rest.GameLeaderboardRow>[]} */
    const [first, mine] = await Promise.all([
      client.request("GET", path),
      client.request("GET", `${path}?around=me&limit=1`),
    ]);
    const further = mine.results.filter(
      ({ user }) => user.id === me && !first.results.some((row) => row.user.id === me),
    );
    return [...first.results, ...further];
  }, [game]);
  const { data: rows } = ranks;
  if (!rows) return html`<${Loading} of=${ranks} rows=${6} />`;
  if (!rows.length)
    return html`<${Empty} words=${text("leaderboard.empty")} href="/play"
      action=${text("leaderboard.empty_action")} />`;
  return html`<table class="ranks">
    <thead><tr><th class="number" scope="col">${text("leaderboard.rank")}</th><th scope="col">
      ${text("leaderboard.player")}</th>
      <th class="number" scope="col">${text("leaderboard.won")}</th>
      <th class="number" scope="col">${text("leaderboard.rating")}</th></tr></thead>
    <tbody>${rows.map(
      ({ rank, user, score, played, won }) => html`<tr key=${user.id} class=${user.id === me ? "mine" : ""}>
        <td class="number">${rank}</td>
        <td><span class="who"><${Avatar} name=${user.username} /><${PersonLink} name=${user.username} /></span></td>
        <td class="number soft">${text("leaderboard.won_of", { won, played })}</td>
        <td class="number">${score}</td></tr>`,
    )}</tbody>
  </table>`;
}

/** @param {{game?: string}} props */
export default function Leaderboard({ game: chosen }) {
  const offered = useLoad(catalog, []);
  const { data: games } = offered;
  useTitle(text("leaderboard.title"));
  if (!games) return html`<${Loading} of=${offered} rows=${6} />`;
  const game = chosen ?? games[0]?.name;
  return html`<div class="page">
    <header><h1>${text("leaderboard.title")}</h1></header>
    <${Tabs} name="game" label=${text("play.title")} value=${game}
      onChoose=${(/** @type {string} */ name) => go(`/leaderboard/${name}`, { replace: true })}
      options=${games.map(({ name, title }) => ({ value: name, label: title }))} />
    ${game && html`<${Ranks} key=${game} game=${game} />`}
  </div>`;
}
