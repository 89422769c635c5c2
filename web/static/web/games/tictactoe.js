/** Tic-tac-toe: nine cells by click or arrow keys. */
import { html, useEffect, useMemo, useRef } from "../dom.js";
import { text } from "../texts.js";
import { arrowTarget, changedCell } from "./cells.js";

/** @import { BoardProps } from "../board.js" */

/** The marks of the first and the second player on the board. */
export const MARKS = ["X", "O"];

const SIZE = 100;
const WIDTH = 3 * SIZE;
const LINES = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
];

/** @param {{mark: string, kind?: string}} props */
const Mark = ({ mark, kind = "" }) =>
  mark === "X"
    ? html`<path class=${`mark first ${kind}`} d="M28 28 72 72M72 28 28 72" />`
    : html`<circle class=${`mark second ${kind}`} cx="50" cy="50" r="25" />`;

/** @param {(string | null)[]} cells */
function winningLine(cells) {
  return LINES.find(([a, b, c]) => cells[a] && cells[a] === cells[b] && cells[a] === cells[c]);
}

/** @param {BoardProps} props */
export default function TicTacToe({ view, room, me, canMove, pending, onMove }) {
  /** @type {(string | null)[]} */
  const cells = view.board.flat();
  const before = useRef(cells);
  const last = useMemo(() => room.lastMove?.movement.cell ?? changedCell(before.current, cells), [view]);
  useEffect(() => {
    before.current = cells;
  }, [view]);
  const mine = MARKS[room.players.findIndex(({ id }) => id === me)];
  const line = winningLine(cells);
  const pick = (/** @type {number} */ cell) => canMove && !cells[cell] && onMove?.({ cell });
  return html`<svg class="board tictactoe" viewBox=${`-4 -4 ${WIDTH + 8} ${WIDTH + 8}`} role="grid"
      aria-label=${text("board.label", { game: "Tic-tac-toe" })} onKeyDown=${(/** @type {KeyboardEvent} */ event) => arrowTarget(event, 3, 3)}>
    ${[0, 1, 2].map(
      (row) => html`<g role="row" key=${row}>
        ${[0, 1, 2].map((column) => {
          const cell = row * 3 + column;
          const mark = cells[cell];
          const sent = pending?.cell === cell;
          const label = text("board.cell", { row: row + 1, column: column + 1, mark: mark ?? text("board.empty") });
          return html`<g key=${cell} role="gridcell" data-cell=${cell} tabindex=${cell === 4 ? 0 : -1}
            aria-label=${label}
              aria-disabled=${!canMove || Boolean(mark)} transform=${`translate(${column * SIZE} ${row * SIZE})`}
              class=${`cell ${canMove && !mark ? "free" : ""} ${last === cell ? "last" : ""}`}
              onClick=${() => pick(cell)}>
            <rect x="3" y="3" width="94" height="94" rx="10" />
            ${
              mark
                ? html`<${Mark} mark=${mark} kind=${last === cell ? "new" : ""} />`
                : (sent || canMove) && html`<${Mark} mark=${mine} kind=${sent ? "sent" : "preview"} />`
            }
          </g>`;
        })}
      </g>`,
    )}
    ${
      line &&
      html`<line class="win" x1=${(line[0] % 3) * SIZE + 50} y1=${Math.floor(line[0] / 3) * SIZE + 50}
      x2=${(line[2] % 3) * SIZE + 50} y2=${Math.floor(line[2] / 3) * SIZE + 50} />`
    }
  </svg>`;
}
