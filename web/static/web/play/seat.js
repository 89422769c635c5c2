/** The row of a player beside the board: who it is, rating, score, clock, and what the game says of them. */
import { Avatar, useNow } from "../components.js";
import { html, useEffect } from "../dom.js";
import { PersonLink } from "../person.js";
import { client } from "../session.js";
import { play } from "../sound.js";
import { duration, text, textOr, words } from "../texts.js";
import { timeLeft, timeShown } from "./room.js";

/**
 * @import { Game } from "../../client/messages.d.ts"
 * @import { Board, GameRoom, Rest } from "../types.d.ts"
 * @typedef {Pick<Game.PlayerInfo, "id" | "username" | "side"> & {rating: number | null, score: number | null, connected?: boolean}} SeatedPlayer
 * @typedef {Pick<GameRoom, "view" | "turn" | "clock" | "gone"> & {players: SeatedPlayer[], you: {user_id: number} | null, result: {ratings?: Game.RatingChange[]} | null}} Seats
 */

const LOW_TIME_MS = 20_000;

/** @param {{clock: Game.ClockState | null, userId: number, mine: boolean}} props */
function Clock({ clock, userId, mine }) {
  const running = clock?.running?.includes(userId);
  useNow(running ? 100 : null);
  const left = timeLeft(clock, userId, client.serverNow());
  const low = left !== null && left < LOW_TIME_MS ? "low" : "";
  useEffect(() => {
    if (low && running && mine) play("low");
  }, [low]);
  if (left === null) return null;
  const shown = timeShown(clock, left);
  return html`<span class=${`clock numbers ${running ? "running" : ""} ${low}`} role="timer">
    ${duration(shown.left, { tenths: true })}${shown.periods > 0 && html` <small>×${shown.periods}</small>`}</span>`;
}

/** @param {{room: Seats, seat: SeatedPlayer, board: Board}} props */
export function Seat({ room, seat, board: { MARKS: marks, SeatNote } }) {
  const turn = room.turn === seat.id;
  const gone = room.gone[seat.id];
  const now = useNow(gone ? 500 : null);
  const change = room.result?.ratings?.find(({ user_id }) => user_id === seat.id);
  const mine = room.you?.user_id === seat.id;
  const number = room.players.indexOf(seat);
  const mark = marks?.[number];
  return html`<div class=${`seat ${turn ? "turn" : ""} ${seat.connected === false ? "away" : ""}`}>
    <${Avatar} name=${seat.username} />
    <span class="grow"><strong><${PersonLink} name=${seat.username} />${mine && html` <span class="soft">(${text("game.you")})</span>`}
      </strong>
      <span class="soft small numbers">${Math.round(change?.after ?? seat.rating ?? 0) || ""}
        ${change && html` <${RatingChange} change=${change} />`}
        ${
          gone &&
          html` <span class="warn" role="status">
          ${text("game.left", { seconds: Math.max(0, Math.ceil((gone.until - now) / 1000)) })}</span>`
        }</span></span>
    ${SeatNote && room.view && html`<${SeatNote} view=${room.view} seat=${number} />`}
    ${
      mark &&
      html`<span class=${`piece piece-${mark}`} role="img" aria-label=${text("game.pieces", { side: mark })}>
      ${mark}</span>`
    }
    ${room.view?.scores && html`<span class="score numbers">${room.view.scores[seat.side] ?? seat.score}</span>`}
    <${Clock} clock=${room.clock} userId=${seat.id} mine=${mine} />
  </div>`;
}

/** @param {{change: Game.RatingChange}} props */
export function RatingChange({ change }) {
  const difference = Math.round(change.after) - Math.round(change.before);
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  return html`<span class=${difference < 0 ? "down" : "up"}>${sign}${Math.abs(difference)}</span>`;
}

/**
 * Why a game ended, in words; a board may know it more exactly than the server.
 *
 * @param {Board} board
 * @param {any} view
 * @param {string} reason
 */
export const reasonOf = (board, view, reason) => board.endingOf?.(view) || textOr(`reason.${reason}`, words(reason));
