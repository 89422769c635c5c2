/** Playing cards: QS is the queen of spades. */
import { html } from "../dom.js";
import { text } from "../texts.js";

/** @type {Record<string, string>} */
const SUITS = {
  H: "M50 88C22 66 9 51 9 34a21 21 0 0 1 41-7 21 21 0 0 1 41 7c0 17-13 32-41 54z",
  D: "M50 6 84 50 50 94 16 50z",
  S: "M50 7C24 33 9 45 9 61a19 19 0 0 0 36 10c-1 9-4 16-11 22h32c-7-6-10-13-11-22a19 19 0 0 0 36-10c0-16-15-28-41-54z",
  C: "M50 7a20 20 0 0 0-16 32 20 20 0 1 0 11 33c-1 9-4 15-11 21h32c-7-6-10-12-11-21a20 20 0 1 0 11-33A20 20 0 0 0 50 7z",
};

/** @param {string} card */
export const suitOf = (card) => card[1];

/** @param {string} card */
export const nameOf = (card) =>
  text("cards.name", { rank: text(`cards.${card[0]}`), suit: text(`cards.${suitOf(card)}`) });

/** @param {{suit: string, x: number, y: number, size: number}} props */
const Suit = ({ suit, x, y, size }) =>
  html`<path d=${SUITS[suit]} transform=${`translate(${x} ${y}) scale(${size / 100})`} />`;

/** @param {{card: string}} props */
export function Card({ card }) {
  const [rank, suit] = card;
  return html`<svg class=${`playing-card ${suit === "H" || suit === "D" ? "red" : "black"}`} viewBox="0 0 100 140"
      aria-hidden="true">
    <rect class="paper" x="1.5" y="1.5" width="97" height="137" rx="11" />
    <text x="22" y="40" text-anchor="middle">${rank === "T" ? "10" : rank}</text>
    <${Suit} suit=${suit} x=${9} y=${48} size=${22} /><${Suit} suit=${suit} x=${34} y=${66} size=${54} />
  </svg>`;
}
