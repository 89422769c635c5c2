/** Chess: tap a piece and a square, or drag; a pawn that arrives asks what it becomes. */
import { Button } from "../components.js";
import { html, useEffect, useElement, useLayoutEffect, useState } from "../dom.js";
import { text } from "../texts.js";
import { ChessPiece } from "./chess_pieces.js";
import { Squares } from "./squares.js";

/**
 * @import { BoardProps } from "../board.js"
 * @import { Ref } from "../types.d.ts"
 */

const FILES = "abcdefgh";
const PROMOTIONS = ["q", "r", "b", "n"];
/** @type {Record<string, number>} */
const WORTH = { p: 1, n: 3, b: 3, r: 5, q: 9 };

/** @param {number} cell */
const nameOfSquare = (cell) => `${FILES[cell % 8]}${8 - Math.floor(cell / 8)}`;
/** @param {string} name */
const cellOf = (name) => (8 - Number(name[1])) * 8 + FILES.indexOf(name[0]);
/** @param {string} uci */
const parts = (uci) => ({ from: cellOf(uci), to: cellOf(uci.slice(2)), promotion: uci.slice(4) });
/** @param {string} piece */
const isWhite = (piece) => piece === piece.toUpperCase();
/**
 * @param {string} one
 * @param {string} other
 */
const isSameSide = (one, other) => isWhite(one) === isWhite(other);
/** @param {string} piece */
const nameOf = (piece) =>
  text("chess.piece", {
    colour: text(isWhite(piece) ? "chess.white" : "chess.black"),
    piece: text(`chess.${piece.toLowerCase()}`),
  });

/** @param {{white: boolean, onPick: (kind: string) => void, onCancel: () => void}} props */
function Promotion({ white, onPick, onCancel }) {
  /** @type {Ref<HTMLElement>} */
  const box = useElement();
  useLayoutEffect(() => box.current.querySelector("button")?.focus(), []);
  const keys = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && onCancel();
  return html`<div class="promotion" role="group" aria-label=${text("chess.promote")} ref=${box} onKeyDown=${keys}>
    ${PROMOTIONS.map(
      (
        kind,
      ) => html`<button type="button" key=${kind} aria-label=${text(`chess.${kind}`)} onClick=${() => onPick(kind)}>
        <svg viewBox="0 0 100 100" aria-hidden="true"><${ChessPiece} piece=${white ? kind.toUpperCase() : kind} /></svg>
      </button>`,
    )}
    <${Button} kind="quiet" onClick=${onCancel}>${text("dialog.cancel")}<//>
  </div>`;
}

/**
 * The pieces that one player has lost, and by how much the other is ahead.
 *
 * @param {{view: any, seat: number}} props
 */
export function SeatNote({ view, seat }) {
  /** @param {string} pieces */
  const sum = (pieces) => [...pieces].reduce((total, kind) => total + WORTH[kind], 0);
  const ahead = sum(view.taken[seat]) - sum(view.taken[1 - seat]);
  const pieces = [...view.taken[seat]].sort((one, other) => WORTH[one] - WORTH[other]);
  const said = pieces.map((kind) => text(`chess.${kind}`)).join(", ");
  return html`<p class="taken" role="img" aria-label=${text("chess.taken", { pieces: said || text("chess.none") })}>
    ${pieces.map(
      (kind, index) => html`<svg key=${index} viewBox="12 8 76 86" aria-hidden="true">
        <${ChessPiece} piece=${seat === 0 ? kind.toUpperCase() : kind} /></svg>`,
    )}
    ${ahead > 0 && html`<span class="small soft numbers">+${ahead}</span>`}
  </p>`;
}

/**
 * "1. e4", "e5", "2. Nf3" and so on.
 *
 * @param {{moves: string[]}} view
 */
export const notation = ({ moves }) => moves.map((san, index) => (index % 2 ? san : `${index / 2 + 1}. ${san}`));

/** @param {{ending: string | null}} view */
export const endingOf = ({ ending }) => ending && text(`chess.${ending}`);

/** @param {BoardProps} props */
export default function Chess({ view, room, me, canMove, pending, onMove }) {
  const [asked, setAsked] = useState(/** @type {{from: number, to: number} | null} */ (null));
  const seat = room.players.findIndex(({ id }) => id === me);
  const turned = seat === 1;
  const moves = canMove ? (room.legal ?? []).map(({ uci }) => parts(String(uci))) : [];
  useEffect(() => setAsked(null), [view.fen, canMove]);
  const move = (/** @type {number} */ from, /** @type {number} */ to) => {
    const choices = moves.filter((one) => one.from === from && one.to === to);
    if (choices.length > 1) setAsked({ from, to });
    else onMove?.({ uci: nameOfSquare(from) + nameOfSquare(to) });
  };
  const promote = (/** @type {string} */ kind) => {
    setAsked(null);
    if (asked) onMove?.({ uci: nameOfSquare(asked.from) + nameOfSquare(asked.to) + kind });
  };
  const last = view.last ? [parts(view.last).from, parts(view.last).to] : [];
  const whiteMoves = view.fen.split(" ")[1] === "w";
  const king = view.check ? view.board.flat().indexOf(whiteMoves ? "K" : "k") : null;
  return html`<div class="chess">
    <div class="over">
      <${Squares} label=${text("board.label", { game: "Chess" })} board=${view.board} turned=${turned} moves=${moves}
          last=${last} alert=${king} pending=${pending && parts(String(pending.uci))} Piece=${ChessPiece} isSameSide=${isSameSide} nameOf=${nameOf}
          nameOfSquare=${nameOfSquare} onMove=${move}>
        ${Array.from({ length: 8 }, (_, index) => {
          const file = FILES[turned ? 7 - index : index];
          const rank = turned ? index + 1 : 8 - index;
          return html`<text key=${file} class=${index % 2 ? "on-light" : "on-dark"} x=${index * 100 + 92} y="793"
              text-anchor="end">${file}</text>
            <text key=${rank} class=${index % 2 ? "on-dark" : "on-light"} x="6" y=${index * 100 + 23}>${rank}</text>`;
        })}
      <//>
      ${asked && html`<${Promotion} white=${seat === 0} onPick=${promote} onCancel=${() => setAsked(null)} />`}
    </div>
    <p class="hidden" aria-live="polite">${view.moves.at(-1) ?? ""}${view.check ? ` ${text("chess.check")}` : ""}</p>
  </div>`;
}
