/** Oneself: name, growth, money, games played, and for guests the way to a lasting account. */
import { LOCALE } from "../page.js";
import { catalog } from "../catalog.js";
import { Achievements, Daily, Growth, Ledger, loadAchievements, loadDaily, loadLedger } from "./character.js";
import { Avatar, Badge, Button, Empty, Loading, Skeleton, useLoad, useTitle } from "../components.js";
import { html, useState } from "../dom.js";
import { GameArt } from "../art.js";
import { Keep } from "./keep.js";
import { refreshPlayer } from "../player.js";
import { client, signOut, useUser } from "../session.js";
import { text } from "../texts.js";
import { ProfileTabs } from "../things.js";

/** @import { Loaded, Page, Rest } from "../types.d.ts" */
/** @typedef {{titles: Record<string, string>, mine: Rest.GameOneGame[]}} Played */

/** @type {Record<string, string>} */
const OUTCOMES = { won: "good", lost: "bad", draw: "" };

/**
 * @param {Rest.GameOneGame} game
 * @param {number} me
 */
function outcome(game, me) {
  if (!game.result || game.result.reason === "aborted") return null;
  if (!game.result.winner_ids.length) return "draw";
  return game.result.winner_ids.includes(me) ? "won" : "lost";
}

/** @returns {Promise<Played>} */
async function loadGames() {
  /** @type {[Rest.GameCatalogueEntry[], Page<Rest.GameOneGame>]} */
  const [games, mine] = await Promise.all([catalog(), client.request("GET", "/api/games/?mine=1")]);
  return { titles: Object.fromEntries(games.map(({ name, title }) => [name, title])), mine: mine.results };
}

/** @param {{me: number, of: Loaded<Played>}} props */
function Games({ me, of: played }) {
  const { data } = played;
  if (!data) return html`<${Loading} of=${played} rows=${3} />`;
  if (!data.mine.length)
    return html`<${Empty} words=${text("profile.empty")} href="/play" action=${text("profile.empty_action")} />`;
  return html`<ul class="list">${data.mine.map((game) => {
    const others = game.players.filter(({ id }) => id !== me).map(({ username }) => username);
    const ended = outcome(game, me);
    const over = Boolean(game.finished_at);
    return html`<li key=${game.id}><a class="row" href=${over ? `/replay/${game.id}` : `/games/${game.id}`}>
      <span class="thumb"><${GameArt} name=${game.game} /></span>
      <span class="grow"><strong>${others.join(", ") || "–"}</strong><span class="soft small">
        ${data.titles[game.game] ?? game.game}</span></span>
      ${ended && html`<${Badge} kind=${OUTCOMES[ended]}>${text(`profile.${ended}`)}<//>`}
      ${!over && html`<${Badge} kind="accent">${text("play.resume")}<//>`}</a></li>`;
  })}</ul>`;
}

/** @param {{path: string}} props */
export default function Profile({ path }) {
  const user = useUser();
  const daily = useLoad(loadDaily, []);
  const growth = useLoad(refreshPlayer, []);
  const achievements = useLoad(loadAchievements, []);
  const games = useLoad(loadGames, []);
  const ledger = useLoad(loadLedger, []);
  // All of it is shown at once: what came later would push down what was there.
  const [ready, setReady] = useState(false);
  const loads = [daily, growth, achievements, games, ledger];
  if (!ready && loads.every(({ settled }) => settled)) setReady(true);
  useTitle(text("profile.title"));
  const since = user.date_joined && new Date(user.date_joined).toLocaleDateString(LOCALE, { dateStyle: "long" });
  return html`<div class="page wide profile">
    <${ProfileTabs} path=${path} />
    <header><${Avatar} name=${user.username} size="large" />
      <div><h1>${user.username}</h1>
        <p class="soft">${user.is_guest && html`<${Badge} kind="warn">${text("profile.guest")}<//> `}
          ${user.is_premium && html`<${Badge} kind="accent">${text("profile.premium")}<//> `}
          ${since && text("profile.since", { date: since })}</p></div>
      <span class="spring"></span><${Button} icon="out" onClick=${signOut}>${text("top.sign_out")}<//></header>
    ${!ready && html`<${Skeleton} rows=${4} tall />`}
    ${
      ready &&
      html`<${Daily} of=${daily} />
      <${Growth} of=${growth} />
      ${user.is_guest && html`<${Keep} />`}
      <${Achievements} of=${achievements} />
      <div class="halves"><section class="stack"><h2>${text("profile.games")}</h2><${Games} me=${user.id} of=${games} />
        </section>
        <section class="stack"><h2>${text("ledger.title")}</h2><${Ledger} of=${ledger} /></section></div>`
    }
  </div>`;
}
