/** Draughts: tap a piece and a square, or drag; a chain of jumps is played jump by jump. */
import { html } from "../dom.js";
import { text } from "../texts.js";
import { Squares } from "./squares.js";

/** @import { BoardProps } from "../board.js" */

/** The letters of the first and the second player's men on the board. */
export const MARKS = ["b", "w"];

/**
 * From the books' numbers of the dark squares, 1 to 32, to those of all squares, and back.
 *
 * @param {number} number
 */
const cellOf = (number) => {
  const row = Math.floor((number - 1) / 4);
  return row * 8 + 2 * ((number - 1) % 4) + ((row + 1) % 2);
};
/** @param {number} cell */
const numberOf = (cell) => Math.floor(cell / 8) * 4 + Math.floor((cell % 8) / 2) + 1;
/** @param {number} cell */
const isDark = (cell) => (Math.floor(cell / 8) + (cell % 8)) % 2 === 1;

/**
 * @param {string} one
 * @param {string} other
 */
const isSameSide = (one, other) => one.toLowerCase() === other.toLowerCase();

/** @param {{piece: string}} props */
export function Man({ piece }) {
  const king = piece === piece.toUpperCase();
  return html`<g class=${`draught ${piece.toLowerCase() === "b" ? "black" : "white"}`}>
    <ellipse class="edge" cx="50" cy="55" rx="39" ry="38" /><ellipse class="face" cx="50" cy="48" rx="39" ry="38" />
    <ellipse class="groove" cx="50" cy="48" rx="29" ry="28" />
    ${king && html`<path class="crown" d="M31 62 27 36l12 10 11-16 11 16 12-10-4 26z" />`}
  </g>`;
}

/** @param {BoardProps} props */
export default function Draughts({ view, room, me, canMove, pending, onMove }) {
  const turned = room.players.findIndex(({ id }) => id === me) === 0;
  const legal = /** @type {{start: number, to: number}[]} */ (room.legal ?? []);
  const moves = canMove ? legal.map(({ start, to }) => ({ from: cellOf(start), to: cellOf(to) })) : [];
  return html`<${Squares} label=${text("board.label", { game: "Draughts" })} board=${view.board} turned=${turned}
    moves=${moves} last=${view.last.map(cellOf)} pending=${pending && { from: cellOf(Number(pending.start)) }} Piece=${Man} isSameSide=${isSameSide}
    nameOf=${(/** @type {string} */ piece) => text(`draughts.${piece === piece.toUpperCase() ? "king" : "man"}_${piece.toLowerCase()}`)}
    nameOfSquare=${(/** @type {number} */ cell) => (isDark(cell) ? String(numberOf(cell)) : text("draughts.light"))}
    onMove=${(/** @type {number} */ from, /** @type {number} */ to) => onMove?.({ start: numberOf(from), to: numberOf(to) })} />`;
}
