/** The board of each game: one of ours, the app's own, or else `generic.js`. Their interface: `../board.js`. */
import { gameNamed } from "../catalog.js";
import { Component, html } from "../dom.js";

/**
 * @import { Board, ComponentType } from "../types.d.ts"
 */

/** @type {Record<string, () => Promise<Board>>} */
const BOARDS = {
  arena: () => import("./arena.js"),
  tictactoe: () => import("./tictactoe.js"),
  connect_four: () => import("./connect_four.js"),
  draughts: () => import("./draughts.js"),
  chess: () => import("./chess.js"),
  hearts: () => import("./hearts.js"),
  battleship: () => import("./battleship.js"),
  pong: () => import("./pong.js"),
};

/** @returns {Promise<Board>} */
const generic = () => import("./generic.js");

/**
 * A component of an app's board, in whose place `Instead` is drawn from its first failure on.
 *
 * @param {ComponentType<any>} Board
 * @param {ComponentType<any>} Instead
 * @param {string} game
 */
function guarded(Board, Instead, game) {
  return class extends Component {
    state = { hasFailed: false };

    /** @param {unknown} error */
    componentDidCatch(error) {
      console.error(`The board of ${game} failed; the form takes its place.`, error);
      this.setState({ hasFailed: true });
    }

    /**
     * @param {any} props
     * @param {{hasFailed: boolean}} state
     */
    render(props, { hasFailed }) {
      return html`<${hasFailed ? Instead : Board} ...${props} />`;
    }
  };
}

/**
 * A function of an app's board, which tells nothing where it fails.
 *
 * @template Told
 * @param {((view: any) => Told) | undefined} tell
 * @param {string} game
 * @returns {((view: any) => Told | null) | undefined}
 */
const careful = (tell, game) =>
  tell &&
  ((view) => {
    try {
      return tell(view);
    } catch (error) {
      console.error(`The board of ${game} failed.`, error);
      return null;
    }
  });

/**
 * The module that draws `game`, whose entry in the catalogue may name a board of the game's app.
 *
 * @param {string} game
 * @param {{board?: string | null}} [entry]
 * @returns {Promise<Board>}
 */
export async function loadBoard(game, entry = undefined) {
  if (BOARDS[game]) return BOARDS[game]();
  const instead = await generic();
  const { board: address } = entry ?? (await gameNamed(game)) ?? {};
  if (!address) return instead;
  try {
    const board = await import(address);
    if (typeof board.default !== "function") throw new TypeError(`${address} has no default export.`);
    return {
      MARKS: board.MARKS,
      default: guarded(board.default, instead.default, game),
      SeatNote: board.SeatNote && guarded(board.SeatNote, () => null, game),
      notation: careful(board.notation, game),
      endingOf: careful(board.endingOf, game),
    };
  } catch (error) {
    console.error(`The board of ${game} cannot be loaded; the form takes its place.`, error);
    return instead;
  }
}
