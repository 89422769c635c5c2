/**
 * The imports of a game's board, as `/static/web/board.js`. The module `static/NAME/board.js` of an app draws the game
 * NAME on the page: its default export is a Preact component with `BoardProps`. docs/write-a-game.md has an example. The
 * height that there is for a board is `100dvh - var(--around)`. It may also export:
 *
 * - `MARKS`: the piece of each player,
 * - `SeatNote`: a component with `{view, seat}`, drawn in the row of each player,
 * - `notation(view)`: the moves so far, as the list of moves shows them,
 * - `endingOf(view)`: how the rules have ended the game, in words, or null.
 *
 * @typedef {object} Room What is known of the game.
 * @property {{id: number, username: string, side: string, team?: number | null}[]} players in the order of their seats
 * @property {Record<string, unknown>[]} [legal] the movements that the player may make now, where the game tells them
 * @property {{movement: Record<string, unknown>, user_id: number | null} | null} lastMove
 * @property {object | null} [result] how the game has ended
 * @property {string | null} [id] the game's, in play
 * @property {{user_id?: number | null, movement?: Record<string, unknown> | null}[]} [inputs] all that was done, in replays
 *
 * @typedef {object} BoardProps
 * @property {any} view what the rules show to this player
 * @property {Room} room
 * @property {number | null} me the user id of the player whose board it is; null for a spectator and in replays
 * @property {number | null} [followed] the user id of the player whose view a spectator sees, or null
 * @property {boolean} canMove whether a movement is taken now
 * @property {Record<string, unknown> | null} [pending] the movement that is sent and not answered yet
 * @property {(movement: Record<string, unknown>) => void} [onMove] makes a move; the page shows a refusal
 * @property {(watch: (tick: number, view: any, ack?: number) => void) => () => void} [frames] real time: hears each new
 *   view, and the number of the player's last input in it; the function that it returns ends that
 * @property {boolean} live whether the game is under way
 * @property {boolean} [realTime]
 * @property {import("./types.d.ts").Schema} [schema] the JSON schema of a movement
 */
export {
  Component,
  html,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "./dom.js";
export { Clock, Interpolation, mixed, mixedAngle, Prediction } from "../client/netcode.js";
export { Button } from "./components.js";
export { arrowTarget, changedCell } from "./games/cells.js";
