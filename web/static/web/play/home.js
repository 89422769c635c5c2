/** The first thing a stranger sees: one sentence, a board that moves, and the way in. */
import { GameArt } from "../art.js";
import { titleOf } from "../catalog.js";
import { Button, LinkButton, Refusal, useAction, useTitle } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import ConnectFour, { landing, MARKS } from "../games/connect_four.js";
import { Alive } from "./alive.js";
import { page, signsInBy } from "../page.js";
import { go } from "../router.js";
import { playAsGuest, session } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";

const MOVE_MS = 1_100;
const PAUSE_MOVES = 4;
const PLAYERS = [{ id: 1 }, { id: 2 }];
const COLUMNS = [3, 3, 2, 4, 4, 2, 5, 1, 5, 5, 2, 4, 3, 2, 4, 6, 1, 3, 6, 1, 6];

/**
 * The board at first and after each disc.
 *
 * @param {number[]} columns
 */
function play(columns) {
  /** @type {(string | null)[][]} */
  let board = Array.from({ length: 6 }, () => Array(7).fill(null));
  const views = [{ board, last: /** @type {number | null} */ (null) }];
  for (const [index, column] of columns.entries()) {
    const row = landing(board, column);
    board = board.map((cells) => [...cells]);
    board[row][column] = MARKS[index % 2];
    views.push({ board, last: row * 7 + column });
  }
  return views;
}

const VIEWS = play(COLUMNS);

function Demo() {
  const [move, setMove] = useState(8);
  useEffect(() => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return undefined;
    const timer = setInterval(() => setMove((before) => (before + 1) % (VIEWS.length + PAUSE_MOVES)), MOVE_MS);
    return () => clearInterval(timer);
  }, []);
  const view = VIEWS[Math.min(move, VIEWS.length - 1)];
  return html`<div class="board-frame demo" role="img" aria-label=${text("home.board")}>
    <div inert><${ConnectFour} view=${view} room=${{ players: PLAYERS, lastMove: null }} me=${null} canMove=${false} />
      </div>
  </div>`;
}

/** The games that have a queue; a click is all it takes. */
function Games() {
  return html`<ul class="home-games" aria-label=${text("home.games")}>
    ${Object.entries(page.games).map(
      ([name, title]) => html`<li key=${name}><a href=${`/play?queue=${name}`}><${GameArt} name=${name} />
        <span>${titleOf(name, title)}</span></a></li>`,
    )}
  </ul>`;
}

export default function Home() {
  const { status } = useStore(session);
  const guest = useAction(async () => {
    await playAsGuest();
    go(`/play?queue=${page.first_game}`);
  });
  useTitle("");
  const enter = () => {
    if (status === "in") go("/play");
    else if (signsInBy("guest")) guest.run();
    else go("/register");
  };
  return html`<div class="home"><div class="hero">
    <div class="words">
      <h1>${text("home.sentence")}</h1>
      <p>${text("home.text")}</p>
      <div class="actions">
        <${Button} kind="primary" class="large" busy=${guest.busy} onClick=${enter}>${text("home.play")}<//>
        ${status !== "in" && html`<${LinkButton} href="/signin" class="button plain large">${text("top.sign_in")}<//>`}
      </div>
      <${Refusal} error=${guest.error} />
    </div>
    ${page.first_game === "connect_four" && html`<${Demo} />`}
  </div><${Alive} resume /><${Games} /></div>`;
}
