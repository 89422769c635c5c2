/**
 * Games with a board of their own; any other gets `generic.js`.
 *
 * A board module's default export draws `{view, room, me, canMove, pending, onMove(movement), frames, live, realTime,
 * schema}`:
 * `room.legal` lists the movements of who may move, where the game tells them,
 * `me` is the user id of the player whose board it is (null for a spectator), `pending` the movement that is sent and
 * not yet answered, `frames` a source of real-time views. It may also export `MARKS` (what each player leaves on the
 * board).
 */
const BOARDS = {
  tictactoe: () => import("./tictactoe.js"),
  connect_four: () => import("./connect_four.js"),
  draughts: () => import("./draughts.js"),
  chess: () => import("./chess.js"),
  hearts: () => import("./hearts.js"),
  battleship: () => import("./battleship.js"),
  pong: () => import("./pong.js"),
};

const generic = () => import("./generic.js");

/** The module that draws `game`. */
export const loadBoard = (game) => (BOARDS[game] ?? generic)();
