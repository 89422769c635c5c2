/** The chess pieces, drawn in a square of 100 by 100. */
import { html } from "../dom.js";

const BASE = "M24 90h52v-5c0-5-4-8-9-9H33c-5 1-9 4-9 9z";

/**
 * Each piece: its outline, then lines within.
 *
 * @type {Record<string, [string, string]>}
 */
const SHAPES = {
  p: ["M33 76c6-6 10-13 11-22h-6l5-6a14 14 0 1 1 14 0l5 6h-6c1 9 5 16 11 22z", ""],
  r: ["M32 76l3-32-8-7V18h11v7h7v-7h10v7h7v-7h11v19l-8 7 3 32z", "M35 44h30M33 68h34"],
  n: [
    "M33 76c-1-14 9-19 12-30-5 3-9 4-13 9-3 4-8 4-10 0-2-4-1-7 2-11 5-6 6-13 12-18l-2-11 11 7c15-1 27 9 30 27 2 11 0 19-2 27z",
    "M57 30c7 6 10 14 9 26M29 47l3-2",
  ],
  b: [
    "M38 76l3-10c-6-3-9-8-9-14 0-11 10-19 16-25a6 6 0 1 1 4 0c6 6 16 14 16 25 0 6-3 11-9 14l3 10z",
    "M50 37v16M42 45h16M41 66h18",
  ],
  q: [
    "M34 76l-2-12-11-31 14 12 2-24 13 21 13-21 2 24 14-12-11 31-2 12zM21 33a5 5 0 1 1 .1 0zM37 21a5 5 0 1 1 .1 0zM63 21a5 5 0 1 1 .1 0zM79 33a5 5 0 1 1 .1 0z",
    "M32 64c12-4 24-4 36 0",
  ],
  k: [
    "M33 76l-2-12c-9-9-13-17-10-24 4-8 16-9 23-2v-10h-7v-8h7v-7h12v7h7v8h-7v10c7-7 19-6 23 2 3 7-1 15-10 24l-2 12z",
    "M50 62V44M31 64c12-4 26-4 38 0",
  ],
};

/** @param {{piece: string}} props */
export function ChessPiece({ piece }) {
  const [outline, lines] = SHAPES[piece.toLowerCase()];
  const white = piece === piece.toUpperCase();
  return html`<g class=${`chessman ${white ? "white" : "black"}`}>
    <path class="body" d=${outline + BASE} /><path class="lines" d=${lines} />
    ${piece.toLowerCase() === "n" && html`<circle class="eye" cx="42" cy="35" r="3" />`}
  </g>`;
}
