/** Who is strongest in each game, and where one stands. */
import { catalog } from "../catalog.js";
import { Avatar, Empty, Failure, Skeleton, Tabs, useLoad, useTitle } from "../components.js";
import { html } from "../dom.js";
import { go } from "../router.js";
import { client, reason, session } from "../session.js";
import { text } from "../texts.js";

function Ranks({ game }) {
  const me = session.value.user.id;
  const { data, error, reload } = useLoad(() => client.request("GET", `/api/leaderboards/${game}/`), [game]);
  if (error) return html`<${Failure} words=${reason(error)} onRetry=${reload} />`;
  if (!data) return html`<${Skeleton} rows=${6} />`;
  const rows = data.results ?? data;
  if (!rows.length) return html`<${Empty} words=${text("leaderboard.empty")} href="/play" action=${text("leaderboard.empty_action")} />`;
  return html`<table class="ranks">
    <thead><tr><th class="number" scope="col">${text("leaderboard.rank")}</th><th scope="col">${text("leaderboard.player")}</th>
      <th class="number" scope="col">${text("leaderboard.rating")}</th></tr></thead>
    <tbody>${rows.map((row, index) => {
      const id = row.user_id ?? row.id;
      return html`<tr key=${id} class=${id === me ? "mine" : ""}>
        <td class="number">${row.rank ?? index + 1}</td>
        <td><span class="who"><${Avatar} name=${row.username} />${row.username}</span></td>
        <td class="number">${Math.round(row.rating)}</td></tr>`;
    })}</tbody>
  </table>`;
}

export default function Leaderboard({ game: chosen }) {
  const { data: games, error, reload } = useLoad(catalog, []);
  useTitle(text("leaderboard.title"));
  if (error) return html`<${Failure} words=${reason(error)} onRetry=${reload} />`;
  if (!games) return html`<${Skeleton} rows=${6} />`;
  const game = chosen ?? games[0]?.name;
  return html`<div class="page">
    <header><h1>${text("leaderboard.title")}</h1></header>
    <${Tabs} name="game" label=${text("lobby.title")} value=${game} onChoose=${(name) => go(`/leaderboard/${name}`, { replace: true })}
      options=${games.map(({ name, title }) => ({ value: name, label: title }))} />
    ${game && html`<${Ranks} key=${game} game=${game} />`}
  </div>`;
}
