/** Life on the server: who is there, games to go on with or to watch, and the replay of the day. */
import { titleOf } from "../catalog.js";
import { useLoad } from "../components.js";
import { html } from "../dom.js";
import { GameArt } from "../art.js";
import { client, session } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";

/** @import { Page, Rest } from "../types.d.ts" */

const LOOK_EVERY_MS = 15_000;
const WATCHED_MOST = 3;

/** @returns {Promise<Rest.GameOneGame[]>} */
export async function runningGames() {
  const { results } = await client.request("GET", "/api/games/?mine=1&state=active");
  return results;
}

/** @returns {Promise<Rest.GameOneGame[]>} */
async function gamesToWatch() {
  /** @type {Page<Rest.GameOneGame>} */
  const { results } = await client.request("GET", "/api/games/?state=active&limit=10");
  return results.filter(({ spectators }) => spectators);
}

/**
 * A game or a replay in a row of them.
 *
 * @param {{href: string, game: string, title: string, says: string, names: string[]}} props
 */
function Tile({ href, game, title, says, names }) {
  return html`<li><a class="row" href=${href}>
    <span class="thumb"><${GameArt} name=${game} /></span>
    <span class="grow"><span class="soft small">${says} · ${titleOf(game, title)}</span><strong>${names.join(" – ")}</strong></span></a></li>`;
}

/**
 * The number of those online, games of others, and the replay of the day. Its room is kept before it is known.
 * `resume` puts the user's own games in front, where no other list has them.
 *
 * @param {{resume?: boolean}} props
 */
export function Alive({ resume = false }) {
  const { status, user } = useStore(session);
  const isIn = status === "in";
  const { data } = useLoad(
    async () => {
      const [now, running, mine] = await Promise.all([
        /** @type {Promise<Rest.GameNow>} */ (client.request("GET", "/api/games/now/")),
        isIn ? gamesToWatch() : [],
        isIn && resume ? runningGames() : [],
      ]);
      const watched = running.filter(({ players }) => !players.some(({ id }) => id === user?.id));
      return { now, mine, watched: watched.slice(0, WATCHED_MOST) };
    },
    [isIn],
    LOOK_EVERY_MS,
  );
  const { now, mine = [], watched = [] } = data ?? {};
  const replay = now?.replay;
  const names = (/** @type {Rest.GameOneGame} */ { players }) => players.map(({ username }) => username);
  return html`<section class="alive" aria-label=${text("now.title")}>
    <p class="numbers">${
      // Those who are not signed in are not counted: nobody is told that they are alone.
      now && !now.online
        ? null
        : html`<span class="dot"></span>${now ? text("now.online", { count: now.online }) : "…"}`
    }${Boolean(now?.running) && html`<a href="/watch">${text("now.running", { count: now?.running ?? 0 })}</a>`}</p>
    <ul>
      ${mine.map(
        (one) => html`<${Tile} key=${one.id} href=${`/games/${one.id}`} game=${one.game}
          title=${one.title} says=${text("play.resume")}
          names=${names(one).filter((name) => name !== user?.username)} />`,
      )}
      ${watched.map(
        (one) => html`<${Tile} key=${one.id} href=${`/games/${one.id}`} game=${one.game}
          title=${one.title} says=${text("watch.watch")} names=${names(one)} />`,
      )}
      ${
        replay &&
        html`<${Tile} href=${`/replay/${replay.id}?at=0`} game=${replay.game}
          title=${replay.title} says=${text("now.replay")} names=${replay.players} />`
      }
      ${now && !replay && !now.running && !mine.length && html`<li class="soft">${text("now.nothing")}</li>`}
    </ul></section>`;
}
