/** Connect four: seven columns by click or arrow keys; the disc to be shows above the column. */
import { html, useState } from "../dom.js";
import { text } from "../texts.js";
import { arrowTarget } from "./cells.js";

/**
 * @import { BoardProps } from "../board.js"
 * @typedef {(string | null)[][]} Board
 */

const ROWS = 6;
const COLUMNS = 7;
/** The marks of the first and the second player on the board. */
export const MARKS = ["R", "Y"];

const SIZE = 100;
const STEPS = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
];

/** @param {Board} board */
function winningCells(board) {
  for (let row = 0; row < ROWS; row += 1)
    for (let column = 0; column < COLUMNS; column += 1)
      for (const [down, right] of STEPS) {
        const run = [0, 1, 2, 3].map((step) => [row + step * down, column + step * right]);
        const mark = board[row][column];
        if (mark && run.every(([r, c]) => board[r]?.[c] === mark)) return run.map(([r, c]) => r * COLUMNS + c);
      }
  return [];
}

/** @param {{mark: string, row: number, kind?: string}} props */
const Disc = ({ mark, row, kind = "" }) => html`<g class=${`disc ${mark === "R" ? "red" : "yellow"} ${kind}`}
    transform=${`translate(50 ${row * SIZE + 50})`}>
  <circle r="40" />${
    mark === "R" ? html`<circle class="ring" r="24" />` : html`<path class="ring" d="M-18 0H18M0-18V18" />`
  }
</g>`;

/**
 * Row of the disc that would fall into `column`, -1 when it is full.
 *
 * @param {Board} board
 * @param {number} column
 */
export const landing = (board, column) => board.findLastIndex((row) => row[column] === null);

/** @param {BoardProps} props */
export default function ConnectFour({ view, room, me, canMove, pending, onMove }) {
  const [aimed, setAimed] = useState(/** @type {number | null} */ (null));
  /** @type {Board} */
  const board = view.board;
  const mine = MARKS[room.players.findIndex(({ id }) => id === me)];
  const winners = winningCells(board);
  const last = view.last ?? null;
  return html`<svg class="board connect-four" viewBox="0 -100 700 700" role="grid"
      aria-label=${text("board.label", { game: "Connect four" })} onKeyDown=${(/** @type {KeyboardEvent} */ event) => arrowTarget(event, 1, COLUMNS)}
      onMouseLeave=${() => setAimed(null)}>
    <rect class="frame" width="700" height="600" rx="20" />
    <g role="row">
      ${Array.from({ length: COLUMNS }, (_, column) => {
        const target = landing(board, column);
        const free = canMove && target >= 0;
        const shown = pending?.column === column ? "sent" : free && aimed === column ? "preview" : null;
        const label = text(target < 0 ? "board.column_full" : "board.column", { column: column + 1 });
        const marks = board
          .map((row) => row[column])
          .filter(Boolean)
          .reverse()
          .join(" ");
        return html`<g key=${column} role="gridcell" data-cell=${column} tabindex=${column === 3 ? 0 : -1}
            aria-label=${`${label} ${marks}`} aria-disabled=${!free} class=${`column ${free ? "free" : ""}`}
            transform=${`translate(${column * SIZE} 0)`} onMouseEnter=${() => setAimed(column)}
            onFocus=${() => setAimed(column)} onBlur=${() => setAimed(null)}
              onClick=${() => free && onMove?.({ column })}>
          <rect class="hit" y="-100" width="100" height="700" rx="16" />
          ${board.map((_, index) => html`<circle key=${index} class="hole" cx="50" cy=${index * SIZE + 50} r="40" />`)}
          ${board.map((row, index) => {
            const cell = index * COLUMNS + column;
            const kind = `${cell === last ? "new" : ""} ${winners.includes(cell) ? "won" : ""}`;
            return (
              row[column] && html`<${Disc} key=${`disc-${index}`} mark=${row[column]} row=${index} kind=${kind} />`
            );
          })}
          ${
            last !== null &&
            last % COLUMNS === column &&
            html`<circle class="last" cx="50"
            cy=${Math.floor(last / COLUMNS) * SIZE + 50} r="44" />`
          }
          ${shown && html`<${Disc} mark=${mine} row=${-1} /><${Disc} mark=${mine} row=${target} kind=${shown} />`}
        </g>`;
      })}
    </g>
  </svg>`;
}
