/**
 * A board of eight by eight squares with pieces that move: by two taps, by dragging, or by arrow keys and Enter.
 *
 * `board` is the view's rows; `moves` lists `{from, to}` of the player to move, `from`, `to`, `last` and `alert` are
 * numbers of squares, row by row from the top of `board`. `turned` shows it from the other side.
 */
import { html, useEffect, useElement, useRef, useState } from "../dom.js";
import { text } from "../texts.js";
import { arrowTarget } from "./cells.js";

/**
 * @import { Children, ComponentType, Ref } from "../types.d.ts"
 * @typedef {{piece: string, square: number, number: number}} Piece
 * @typedef {(one: string, other: string) => boolean} IsSameSide
 */

const SIDE = 8;
const SQUARES = SIDE * SIDE;
const SIZE = 100;
/** The distance, in pixels, after which a tap on a piece becomes a drag. */
const PULL = 6;

/**
 * The same pieces on the next board: each keeps its number, so that it is seen to move there.
 *
 * @param {Piece[]} pieces
 * @param {(string | null)[]} cells
 * @param {Ref<number>} next
 * @param {IsSameSide} isSameSide
 */
function followed(pieces, cells, next, isSameSide) {
  const stays = pieces.filter(({ square, piece }) => cells[square] === piece);
  const kept = new Set(stays.map(({ square }) => square));
  const gone = pieces.filter(({ square }) => !kept.has(square));
  const take = (/** @type {(one: Piece) => boolean} */ fits) => {
    const index = gone.findIndex(fits);
    return index < 0 ? undefined : gone.splice(index, 1)[0];
  };
  const came = cells.flatMap((piece, square) => (piece && !kept.has(square) ? [{ piece, square }] : []));
  const numbered = came.map(({ piece, square }) => {
    const same = take((one) => one.piece === piece);
    return { piece, square, number: same?.number };
  });
  // A pawn that was promoted, a man that was crowned.
  const placed = numbered.map((one) => ({
    ...one,
    number: one.number ?? take(({ piece }) => isSameSide(piece, one.piece))?.number ?? next.current++,
  }));
  return [...stays, ...placed].sort((one, other) => one.number - other.number);
}

/**
 * @param {(string | null)[]} cells
 * @param {IsSameSide} isSameSide
 */
function usePieces(cells, isSameSide) {
  const next = useRef(0);
  const known = useRef({ key: "", pieces: /** @type {Piece[]} */ ([]) });
  const key = cells.map((piece) => piece ?? ".").join("");
  if (known.current.key !== key)
    known.current = { key, pieces: followed(known.current.pieces, cells, next, isSameSide) };
  return known.current.pieces;
}

/** @param {{label: string, board: (string | null)[][], turned: boolean, moves: {from: number, to: number}[], last: number[], alert?: number | null, pending?: {from: number} | null, Piece: ComponentType<{piece: string}>, isSameSide: IsSameSide, nameOf: (piece: string) => string, nameOfSquare: (square: number) => string, children?: Children, onMove: (from: number, to: number) => void}} props */
export function Squares({
  label,
  board,
  turned,
  moves,
  last,
  alert = null,
  pending = null,
  Piece,
  isSameSide,
  nameOf,
  nameOfSquare,
  children = null,
  onMove,
}) {
  const [picked, setPicked] = useState(/** @type {number | null} */ (null));
  const [dragged, setDragged] = useState(/** @type {{square: number, at: number[]} | null} */ (null));
  const pull = useRef(/** @type {{x: number, y: number, square: number} | null} */ (null));
  /** @type {Ref<SVGSVGElement>} */
  const root = useElement();
  const cells = board.flat();
  const pieces = usePieces(cells, isSameSide);
  const forced = moves.length > 0 && moves.every(({ from }) => from === moves[0].from) ? moves[0].from : null;
  const position = cells.join();
  // In the middle of a chain of jumps only one piece may move on.
  useEffect(() => setPicked(null), [position, moves.length]);
  const chosen = picked ?? (pending ? pending.from : null);
  const targets = new Set(moves.filter(({ from }) => from === picked).map(({ to }) => to));
  const movable = new Set(moves.map(({ from }) => from));
  const shown = (/** @type {number} */ square) => (turned ? SQUARES - 1 - square : square);
  const spot = (/** @type {number} */ square) => [
    (shown(square) % SIDE) * SIZE,
    Math.floor(shown(square) / SIDE) * SIZE,
  ];

  const choose = (/** @type {number} */ square) => {
    if (picked !== null && targets.has(square)) {
      onMove(picked, square);
      setPicked(null);
    } else setPicked(movable.has(square) && square !== picked ? square : null);
  };
  /** Where on the board a pointer is, in its units. */
  const place = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const point = new DOMPoint(clientX, clientY).matrixTransform(root.current.getScreenCTM()?.inverse());
    return [point.x, point.y];
  };
  const squareAt = (/** @type {PointerEvent} */ event) => {
    const [x, y] = place(event);
    if (x < 0 || y < 0 || x >= SIDE * SIZE || y >= SIDE * SIZE) return null;
    return shown(Math.floor(y / SIZE) * SIDE + Math.floor(x / SIZE));
  };
  const down = (/** @type {PointerEvent} */ event) => {
    const square = squareAt(event);
    if (event.button === 0 && square !== null && movable.has(square))
      pull.current = { x: event.clientX, y: event.clientY, square };
  };
  const drag = (/** @type {PointerEvent} */ event) => {
    if (!pull.current) return;
    const { x, y, square } = pull.current;
    if (!dragged && Math.hypot(event.clientX - x, event.clientY - y) < PULL) return;
    if (!dragged) {
      root.current.setPointerCapture(event.pointerId);
      setPicked(square);
    }
    setDragged({ square, at: place(event) });
  };
  const drop = (/** @type {PointerEvent} */ event) => {
    pull.current = null;
    if (!dragged) return;
    setDragged(null);
    const to = event.type === "pointerup" ? squareAt(event) : null;
    if (to !== null && targets.has(to)) {
      onMove(dragged.square, to);
      setPicked(null);
    }
  };
  return html`<svg ref=${root} class=${`board squares ${moves.length ? "mine" : ""}`} viewBox="0 0 800 800" role="grid"
      aria-label=${label} onKeyDown=${(/** @type {KeyboardEvent} */ event) => (event.key === "Escape" ? setPicked(null) : arrowTarget(event, SIDE, SIDE))}
      onPointerDown=${down} onPointerMove=${drag} onPointerUp=${drop} onPointerCancel=${drop}>
    ${Array.from(
      { length: SIDE },
      (_, row) => html`<g role="row" key=${row}>
        ${Array.from({ length: SIDE }, (_, column) => {
          const index = row * SIDE + column;
          const square = shown(index);
          const piece = cells[square];
          const free = movable.has(square) || targets.has(square);
          const kinds = [
            (row + column) % 2 ? "dark" : "light",
            last.includes(square) && "last",
            chosen === square && "picked",
            alert === square && "alert",
            forced === square && picked === null && "forced",
            free && "free",
          ];
          const said = [
            nameOfSquare(square),
            piece ? nameOf(piece) : text("board.empty"),
            targets.has(square) && text("board.target"),
          ];
          return html`<g key=${index} role="gridcell" data-cell=${index} tabindex=${index === SQUARES - SIDE ? 0 : -1}
              aria-label=${said.filter(Boolean).join(", ")} aria-selected=${picked === square} aria-disabled=${!free}
              class=${`square ${kinds.filter(Boolean).join(" ")}`} transform=${`translate(${column * SIZE} ${row * SIZE})`}
              onClick=${() => choose(square)}>
            <rect width=${SIZE} height=${SIZE} />
            <rect class="light-up" width=${SIZE} height=${SIZE} />
            ${
              targets.has(square) &&
              (piece
                ? html`<path class="target" d="M0 26V0h26zM74 0h26v26zM100 74v26H74zM26 100H0V74z" />`
                : html`<circle class="target" cx="50" cy="50" r="15" />`)
            }
          </g>`;
        })}
      </g>`,
    )}
    <g class="marks" aria-hidden="true">${children}</g>
    <g class="pieces" aria-hidden="true">
      ${pieces.map(({ number, piece, square }) => {
        const lifted = dragged?.square === square;
        const [x, y] = lifted ? dragged.at.map((unit) => unit - SIZE / 2) : spot(square);
        return html`<g key=${number} class=${`man ${lifted ? "lifted" : ""}`}
          style=${`transform: translate(${x}px, ${y}px)`}><${Piece} piece=${piece} /></g>`;
      })}
    </g>
    <rect class="rim" x="1" y="1" width="798" height="798" rx="6" />
  </svg>`;
}
