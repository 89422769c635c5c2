/** A small picture of each game; others get the sign of a die. */
import { html } from "./dom.js";

/** @type {Record<string, import("./types.d.ts").VNode | import("./types.d.ts").VNode[]>} */
const ART = {
  arena: html`<rect class="court" x="4" y="8" width="88" height="80" rx="8" /><path class="art-sight"
      d="M36 58 88 24v52z" /><path class="art-wall" d="M12 18h26v12H12zM50 70h30v10H50zM60 16h12v20H60z" />
    <path class="art-beam" d="M44 56 74 50" /><circle class="mine" cx="34" cy="58" r="9" /><path class="mine"
      d="M38 54l14-4 1 6-14 5z" /><circle class="theirs" cx="80" cy="49" r="8" />`,
  tictactoe: html`<g class="art-lines"><path d="M32 8v80M64 8v80M8 32h80M8 64h80" /></g>
    <path class="mark first" d="M12 12 26 26M26 12 12 26M41 41 55 55M55 41 41 55" /><circle class="mark second" cx="78"
      cy="20" r="8" />
    <circle class="mark second" cx="20" cy="78" r="8" /><path class="mark first" d="M70 70 84 84M84 70 70 84" />`,
  connect_four: html`<rect class="frame" x="4" y="12" width="88" height="72" rx="8" />
    ${[0, 1, 2].map((row) =>
      [0, 1, 2, 3].map((column) => {
        const disc = ["....", ".YR.", "RYYR"][row][column];
        const kind = disc === "R" ? "disc red" : disc === "Y" ? "disc yellow" : "hole";
        return html`<g class=${kind}><circle class=${kind} cx=${15.5 + column * 21.6} cy=${25 + row * 23} r="8.5" />
          </g>`;
      }),
    )}`,
  draughts: html`<g class="art-squares"><rect x="4" y="4" width="88" height="88" rx="8" /><path
      d="M4 4h29v29h30V4h29v29H63v30h29v29H63V63H33v29H4V63h29V33H4z" /></g>
    <g class="draught white"><circle class="face" cx="48" cy="48" r="13" /></g><g class="draught black"><circle
      class="face" cx="19" cy="19" r="11" /><circle class="face" cx="77" cy="19" r="11" /></g>`,
  chess: html`<g class="art-squares"><rect x="4" y="4" width="88" height="88" rx="8" /><path
      d="M48 4h44v44H48zM4 48h44v44H4z" /></g>
    <g class="chessman white" transform="translate(16 14) scale(0.66)"><path class="body" d="M33 76c-1-14 9-19 12-30-5
      3-9 4-13 9-3 4-8 4-10 0-2-4-1-7 2-11 5-6 6-13 12-18l-2-11 11 7c15-1 27 9 30 27 2 11 0 19-2 27zM24 90h52v-5c0-5-4-8-9-9H33c-5
      1-9 4-9 9z" /><circle class="eye" cx="42" cy="35" r="3" /></g>`,
  hearts: html`<g class="playing-card red"><g transform="rotate(-14 48 60)"><rect class="paper" x="14" y="18" width="44"
      height="62" rx="6" /></g><g transform="rotate(9 48 60)"><rect class="paper" x="36" y="16" width="44" height="62" rx="6" />
      <path d="M58 62C46 53 41 47 41 40a9 9 0 0 1 17-3 9 9 0 0 1 17 3c0 7-5 13-17 22z" /></g></g>`,
  battleship: html`<rect class="water" x="4" y="4" width="88" height="88" rx="8" />
    <rect class="vessel" x="14" y="20" width="50" height="14" rx="7" /><rect class="vessel" x="66" y="42" width="14"
      height="38" rx="7" />
    <circle class="splash" cx="30" cy="56" r="4" /><circle class="splash" cx="46" cy="74" r="4" />
    <path class="blast" d="M34 22 44 32M44 22 34 32" />`,
  pong: html`<rect class="court" x="2" y="18" width="92" height="60" rx="8" /><path class="net" d="M48 24v48" />
    <rect class="mine" x="10" y="36" width="5" height="22" rx="2.5" /><rect class="theirs" x="81" y="28" width="5"
      height="22" rx="2.5" />
    <circle class="ball" cx="62" cy="44" r="4" />`,
};

const DIE = html`<rect class="art-die" x="16" y="16" width="64" height="64" rx="14" />
  <g class="art-pips"><circle cx="34" cy="34" r="6" /><circle cx="62" cy="62" r="6" /><circle cx="48" cy="48" r="6" />
    </g>`;

/** @param {{name: string}} props */
export function GameArt({ name }) {
  return html`<svg viewBox="0 0 96 96" aria-hidden="true" class=${`game-art ${name}`}>${ART[name] ?? DIE}</svg>`;
}
