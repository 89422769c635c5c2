/** Pick a game and somebody to play it with: whoever comes, the computer, or a friend by link. */
import { catalog } from "../catalog.js";
import {
  Avatar,
  Badge,
  Button,
  Card,
  Dialog,
  Empty,
  Loading,
  Refusal,
  useAction,
  useLoad,
  useNow,
  useTitle,
} from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { GameArt } from "../art.js";
import { joinQueue, leaveQueue, playComputer, playFriend, queue, resumeQueue } from "../queue.js";
import { go } from "../router.js";
import { client, session } from "../session.js";
import { useStore } from "../store.js";
import { duration, text } from "../texts.js";

const OFFER_COMPUTER_AFTER_MS = 10_000;
const COMPUTER_LEVEL = 1;
const LEVELS = [1, 2, 3];

/** Return whether the computer can be the other player, or all of them. */
const hasBots = (game) => game?.bots.length > 0;

function Queue({ games }) {
  const place = useStore(queue);
  const now = useNow(place ? 250 : null);
  const leave = useAction(leaveQueue);
  const computer = useAction(() => playComputer(place.game, COMPUTER_LEVEL));
  if (!place) return null;
  const waited = Math.max(0, now - place.since);
  const game = games.find(({ name }) => name === place.game);
  const offered = waited >= OFFER_COMPUTER_AFTER_MS;
  return html`<section class="card queue">
    <span class="spinner" aria-hidden="true"></span>
    <div>
      <h2>${text("queue.title")}</h2>
      <p class="soft numbers">${game?.title ?? place.game} · <span aria-live="polite">${text("queue.position", place)}
        </span> · ${text("queue.wait", { time: duration(waited) })}</p>
    </div>
    <${Button} busy=${leave.busy} onClick=${() => leave.run()}>${text("queue.leave")}<//>
    ${
      hasBots(game) &&
      html`<div class="offer" role="status"><p>${text(offered ? "queue.nobody" : "queue.meanwhile")}</p>
      <${Button} kind="primary" icon="robot" class=${offered ? "" : "to-come"} busy=${computer.busy}
        onClick=${() => computer.run()}>${text("queue.computer")}<//></div>`
    }
    <${Refusal} error=${leave.error ?? computer.error} />
  </section>`;
}

async function runningGames() {
  const { results } = await client.request("GET", "/api/games/?mine=1&state=active");
  return results;
}

function GameCard({ game, queued, onComputer }) {
  const play = useAction(() => joinQueue(game.name));
  const friend = useAction(() => playFriend(game.name));
  const players = game.min_players === game.max_players ? game.min_players : `${game.min_players}–${game.max_players}`;
  const error = play.error ?? friend.error;
  return html`<${Card} class="game-card">
    <div class="art"><${GameArt} name=${game.name} /></div>
    <div class="facts"><h2>${game.title}</h2>
      <p class="soft small">${text(`play.${game.kind}`)} · ${text("play.players", { players })}</p></div>
    <div class="ways">
      <${Button} kind="primary" icon="play" busy=${play.busy} disabled=${queued} onClick=${() => play.run()}
        aria-label=${`${text("play.play")}: ${game.title}`}>${text("play.play")}<//>
      ${
        hasBots(game) &&
        html`<${Button} icon="robot" onClick=${onComputer}
        aria-label=${`${text("play.computer")}: ${game.title}`}>${text("play.computer")}<//>`
      }
      <${Button} icon="friend" busy=${friend.busy} onClick=${() => friend.run()}
        aria-label=${`${text("play.friend")}: ${game.title}`}>${text("play.friend")}<//>
    </div>
    <${Refusal} error=${error} />
  <//>`;
}

function Running({ games, running }) {
  const me = session.value.user.id;
  if (!running.length) return null;
  return html`<section class="page wide"><h2>${text("play.running")}</h2><ul class="list">
    ${running.map((one) => {
      const others = one.players.filter(({ id }) => id !== me);
      return html`<li key=${one.id}><a class="row" href=${`/games/${one.id}`}>
        <${Avatar} name=${others[0]?.username} />
        <span class="grow"><strong>${others.map(({ username }) => username).join(", ")}</strong>
          <span class="soft small">${games.find(({ name }) => name === one.game)?.title ?? one.game}</span></span>
        <${Badge} kind="accent">${text("play.resume")}<//></a></li>`;
    })}
  </ul></section>`;
}

function Strength({ game, onClose }) {
  const play = useAction((level) => playComputer(game.name, level));
  return html`<${Dialog} title=${text("play.computer_title")} onClose=${onClose}>
    <div class="stack">
      ${LEVELS.map(
        (level) => html`<${Button} key=${level} class="wide" kind=${level === 1 ? "primary" : "plain"}
          autofocus=${level === 1}
        busy=${play.busy} onClick=${() => play.run(level)}>${text(`play.level_${level}`)}<//>`,
      )}
      <${Refusal} error=${play.error} />
    </div>
  <//>`;
}

export default function Play({ query }) {
  const offered = useLoad(async () => {
    const [games, running] = await Promise.all([catalog(), runningGames().catch(() => [])]);
    return { games, running };
  }, []);
  const { games, running } = offered.data ?? {};
  const place = useStore(queue);
  const [computer, setComputer] = useState(null);
  const start = useAction(async () => {
    const wanted = query.get("queue");
    if (!wanted) return resumeQueue();
    go("/play", { replace: true });
    return joinQueue(wanted);
  });
  useTitle(text("rail.play"));
  useEffect(() => {
    start.run();
  }, []);
  if (!games) return html`<${Loading} of=${offered} rows=${4} tall />`;
  if (!games.length) return html`<${Empty} words=${text("play.empty")} />`;
  return html`<div class="page wide">
    <h1>${text("play.title")}</h1>
    <${Refusal} error=${start.error} />
    <${Running} games=${games} running=${running} />
    <div class="games">
      ${games.map(
        (game) => html`<${GameCard} key=${game.name} game=${game} queued=${place?.game === game.name}
        onComputer=${() => setComputer(game)} />`,
      )}
    </div>
    <${Queue} games=${games} />
    ${computer && html`<${Strength} game=${computer} onClose=${() => setComputer(null)} />`}
  </div>`;
}
