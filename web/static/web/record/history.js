/** The games that somebody has played, newest first, without an end. */
import { catalog, titleOf } from "../catalog.js";
import { Badge, Empty, Field, Loading, useEndless, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { GameArt } from "../art.js";
import { PersonLink } from "../person.js";
import { client } from "../session.js";
import { day, text, textOr, words } from "../texts.js";

/** @import { OnSelect, Page, Rest } from "../types.d.ts" */

/** @type {Record<string, string>} */
const OUTCOMES = { won: "good", lost: "bad", draw: "" };

/** Reasons that say no more than who has won. */
const PLAIN = ["win", "draw"];

/**
 * @param {Rest.GameOneGame} game
 * @param {number} userId
 */
function outcome(game, userId) {
  if (!game.result || game.result.reason === "aborted") return null;
  if (!game.result.winner_ids.length) return "draw";
  return game.result.winner_ids.includes(userId) ? "won" : "lost";
}

/**
 * The rating that a game brought or cost, as "+12".
 *
 * @param {{game: Rest.GameOneGame, userId: number}} props
 */
function Change({ game, userId }) {
  const rating = game.result?.ratings.find(({ user_id }) => user_id === userId);
  if (!rating) return null;
  const change = rating.after - rating.before;
  return html`<span class="change numbers ${change < 0 ? "down" : "up"}" title=${text("history.rating", rating)}>
    ${change < 0 ? "−" : "+"}${Math.abs(change)}</span>`;
}

/** @param {{game: Rest.GameOneGame, userId: number}} props */
function Row({ game, userId }) {
  const others = game.players.filter(({ id }) => id !== userId);
  const ended = outcome(game, userId);
  const over = Boolean(game.finished_at);
  const reason = game.result?.reason ?? "";
  const title = titleOf(game.game, game.title);
  const told = [title, ended && !PLAIN.includes(reason) && textOr(`reason.${reason}`, words(reason))];
  return html`<li class="row game-row">
    <span class="thumb"><${GameArt} name=${game.game} /></span>
    <span class="grow"><strong>${
      others.length ? others.map(({ id, username }) => html`<${PersonLink} key=${id} name=${username} /> `) : "–"
    }</strong>
      <span class="soft small">${told.filter(Boolean).join(" · ")}</span></span>
    <${Change} game=${game} userId=${userId} />
    ${ended && html`<${Badge} kind=${OUTCOMES[ended]}>${text(`profile.${ended}`)}<//>`}
    ${!over && html`<${Badge} kind="accent">${text("history.running")}<//>`}
    <time class="soft small" datetime=${game.created_at}>${day(game.created_at)}</time>
    <a class="cover" href=${over ? `/replay/${game.id}` : `/games/${game.id}`}
      aria-label=${text(over ? "history.replay" : "history.open", { game: title, date: day(game.created_at) })}></a>
  </li>`;
}

/**
 * `mine` shows the private games, too.
 *
 * @param {{userId: number, mine?: boolean}} props
 */
export function History({ userId, mine = false }) {
  const [game, setGame] = useState("");
  const [rated, setRated] = useState("");
  const title = text(mine ? "profile.games" : "history.title");
  const { data: games } = useLoad(catalog, []);
  const of = mine ? "mine=1" : `player=${userId}&state=finished`;
  const filters = [userId, game, rated];
  const first = useLoad(
    /** @returns {Promise<Page<Rest.GameOneGame>>} */
    () => client.request("GET", `/api/games/?${of}&game=${game}&rated=${rated}&limit=20`),
    filters,
  );
  const more = useEndless(first.data, filters);
  const all = first.data ? [...first.data.results, ...more.rows] : [];
  return html`<section class="stack history-of" aria-label=${title}>
    <div class="head"><h2>${title}</h2><span class="spring"></span>
      <${Field} label=${text("history.game")} name="game" initial="" options=${[
        { value: "", label: text("history.all_games") },
        ...(games ?? []).map(({ name, title }) => ({ value: name, label: title })),
      ]} onChange=${(/** @type {OnSelect} */ event) => setGame(event.currentTarget.value)} />
      <${Field} label=${text("history.kind")} name="rated" initial="" options=${[
        { value: "", label: text("history.all_kinds") },
        { value: "1", label: text("history.rated") },
        { value: "0", label: text("history.unrated") },
      ]} onChange=${(/** @type {OnSelect} */ event) => setRated(event.currentTarget.value)} /></div>
    <${Loading} of=${first} rows=${4} />
    ${
      first.data &&
      !all.length &&
      (mine && !game && !rated
        ? html`<${Empty} words=${text("profile.empty")} href="/play" action=${text("profile.empty_action")} />`
        : html`<${Empty} words=${text("history.none")} />`)
    }
    ${all.length > 0 && html`<ul class="list">${all.map((one) => html`<${Row} key=${one.id} game=${one} userId=${userId} />`)}</ul>`}
    ${more.end}
  </section>`;
}
