/** Battleship: place the fleet by clicks (or shuffle it), then fire at the enemy's waters. */
import { Button, useKeys, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { arrowTarget } from "./cells.js";

/**
 * @import { BoardProps } from "../board.js"
 * @typedef {{name: string, row: number, col: number, vertical: boolean}} Ship
 * @typedef {("ship" | "hit" | "miss" | "sunk" | null)[][]} Cells
 * @typedef {[row: number, column: number]} At
 */

const SIZE = 10;
/** @type {Record<string, number>} */
const FLEET = { carrier: 5, battleship: 4, cruiser: 3, submarine: 3, destroyer: 2 };
const NAMES = Object.keys(FLEET);

/**
 * @param {Ship} ship
 * @returns {At[]}
 */
const cellsOf = ({ name, row, col, vertical }) =>
  Array.from({ length: FLEET[name] }, (_, step) => [row + (vertical ? step : 0), col + (vertical ? 0 : step)]);

/**
 * Return whether `ship` lies on the board and overlaps none of `ships`.
 *
 * @param {Ship} ship
 * @param {Ship[]} ships
 */
function fits(ship, ships) {
  const taken = new Set(ships.flatMap(cellsOf).map(String));
  return cellsOf(ship).every((cell) => cell.every((part) => part < SIZE) && !taken.has(String(cell)));
}

/** @returns {Ship[]} */
function shuffled() {
  /** @type {Ship[]} */
  const ships = [];
  const pick = () => Math.floor(Math.random() * SIZE);
  for (const name of NAMES) {
    /** @type {Ship} */
    let ship;
    do ship = { name, row: pick(), col: pick(), vertical: Math.random() < 0.5 };
    while (!fits(ship, ships));
    ships.push(ship);
  }
  return ships;
}

/** @type {Cells} */
const EMPTY = Array.from({ length: SIZE }, () => Array(SIZE).fill(null));

/** @param {{title: string, grid: Cells, free?: (row: number, column: number) => boolean, active?: boolean, last?: number | null, aim?: At[], onPick?: (row: number, column: number) => void, onAim?: (at: At | null) => void}} props */
function Waters({ title, grid, free, active, last, aim = [], onPick, onAim }) {
  return html`<figure class=${`waters ${active ? "active" : ""}`}>
    <figcaption>${title}</figcaption>
    <svg class="board" viewBox="0 0 500 500" role="grid" aria-label=${title}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => arrowTarget(event, SIZE, SIZE)} onMouseLeave=${() => onAim?.(null)}>
      <rect class="water" width="500" height="500" rx="12" />
      ${grid.map(
        (row, r) => html`<g role="row" key=${r}>
          ${row.map((content, c) => {
            const open = free?.(r, c) ?? false;
            const aimed = aim.some(([ar, ac]) => ar === r && ac === c);
            const label = text("board.cell", {
              row: r + 1,
              column: c + 1,
              mark: text(`battleship.${content ?? "water"}`),
            });
            return html`<g key=${c} role="gridcell" data-cell=${r * SIZE + c} tabindex=${r + c === 0 ? 0 : -1}
                aria-label=${label} aria-disabled=${!open} transform=${`translate(${c * 50} ${r * 50})`}
                class=${`sea ${content ?? ""} ${open ? "free" : ""} ${aimed ? "aim" : ""} ${
                  last === r * SIZE + c ? "last" : ""
                }`}
                onClick=${() => open && onPick?.(r, c)} onMouseEnter=${() => onAim?.([r, c])}
                  onFocus=${() => onAim?.([r, c])}>
              <rect x="1.5" y="1.5" width="47" height="47" rx="5" />
              ${content === "miss" && html`<circle class="splash" cx="25" cy="25" r="6" />`}
              ${(content === "hit" || content === "sunk") && html`<path class="blast" d="M14 14 36 36M36 14 14 36" />`}
            </g>`;
          })}
        </g>`,
      )}
    </svg>
  </figure>`;
}

/** @param {Pick<BoardProps, "onMove" | "pending" | "live">} props */
function Placing({ onMove, pending, live }) {
  const [ships, setShips] = useState(/** @type {Ship[]} */ ([]));
  const [vertical, setVertical] = useState(false);
  const [at, setAt] = useState(/** @type {At | null} */ (null));
  const name = NAMES.find((one) => !ships.some((ship) => ship.name === one)) ?? "";
  const grid = EMPTY.map((row) => [...row]);
  for (const [row, col] of ships.flatMap(cellsOf)) grid[row][col] = "ship";
  const next = (/** @type {number} */ row, /** @type {number} */ col) => ({ name, row, col, vertical });
  const free = (/** @type {number} */ row, /** @type {number} */ col) => Boolean(name) && fits(next(row, col), ships);
  useKeys(({ key }) => key === "r" && setVertical((before) => !before));
  return html`<div class="placing"><div class="beside">
    <p role="status">${name ? text("battleship.hint", { ship: text(`ship.${name}`), size: FLEET[name] }) : text("battleship.place")}</p>
    <div class="actions">
      <${Button} icon="turn" onClick=${() => setVertical(!vertical)} disabled=${!name}>
        ${text("battleship.rotate")} (R)<//>
      <${Button} onClick=${() => setShips(shuffled())}>${text("battleship.shuffle")}<//>
      <${Button} onClick=${() => setShips([])} disabled=${!ships.length}>${text("battleship.clear")}<//>
      <${Button} kind="primary" disabled=${Boolean(name) || !live} busy=${Boolean(pending)}
        onClick=${() => onMove?.({ ships })}>
        ${text("battleship.done")}<//>
    </div></div>
    <${Waters} title=${text("battleship.own")} grid=${grid} free=${free} active onAim=${setAt}
      aim=${at && free(...at) ? cellsOf(next(...at)) : []}
        onPick=${(/** @type {number} */ row, /** @type {number} */ col) => setShips([...ships, next(row, col)])} />
  </div>`;
}

/** @param {{fleet: Record<string, boolean> | null | undefined}} props */
const Fleet = ({ fleet }) =>
  fleet &&
  html`<ul class="fleet">
    ${Object.entries(fleet).map(
      ([name, afloat]) =>
        html`<li key=${name} class=${afloat ? "" : "sunk"}>${text(`ship.${name}`)}
          ${!afloat && html`<span class="hidden"> ${text("battleship.sunk")}</span>`}</li>`,
    )}
  </ul>`;

/**
 * All that was done in the game: known in a replay, asked for when a game ends, and empty until then.
 *
 * @param {BoardProps["room"]} room
 * @returns {NonNullable<BoardProps["room"]["inputs"]>}
 */
function useInputs({ id, inputs, result }) {
  const ended = id && result && !inputs;
  const { data } = useLoad(async () => (ended ? client.request("GET", `/api/games/${id}/replay/`) : null), [id, ended]);
  return inputs ?? data?.inputs ?? [];
}

/**
 * The waters with the ships that they hide, of which the rules show none to the enemy when somebody has resigned.
 *
 * @param {Cells} grid
 * @param {ReturnType<typeof useInputs>} inputs
 * @param {number | undefined} owner
 * @returns {Cells}
 */
function revealed(grid, inputs, owner) {
  const placed = inputs.find(({ user_id, movement }) => user_id === owner && movement?.ships);
  const cells = /** @type {Ship[]} */ (placed?.movement?.ships ?? []).flatMap(cellsOf);
  const shown = grid.map((row) => [...row]);
  for (const [row, column] of cells) shown[row][column] ??= "ship";
  return shown;
}

/** @param {BoardProps} props */
export default function Battleship({ view, room, me, canMove, pending, onMove, live }) {
  const seat = room.players.findIndex(({ id }) => id === me);
  // The waters that are shown large: 1 for those that the player fires at, 0 for their own.
  const [far, setFar] = useState(1);
  const inputs = useInputs(room);
  if (view.phase === "placing" && seat >= 0 && !room.result) {
    if (!view.placed[seat]) return html`<${Placing} onMove=${onMove} pending=${pending} live=${live} />`;
    return html`<div class="placing"><p class="beside" role="status">${text("battleship.waiting")}</p>
      <${Waters} title=${text("battleship.own")} grid=${view.board} /></div>`;
  }
  const own = Math.max(0, seat);
  const shot = view.last_shot;
  const last = shot ? shot.row * SIZE + shot.col : null;
  // The shot fell on the waters of whoever did not fire it; a spectator sees the first player's as `board`.
  const fired = shot && shot.side === room.players[own]?.side;
  const titles =
    seat >= 0
      ? [text("battleship.own"), text("battleship.target")]
      : room.players.map(({ username }) => text("battleship.board_of", { name: username }));
  const grids = [view.board, view.target].map((grid, index) =>
    revealed(grid, inputs, room.players[index ? 1 - own : own]?.id),
  );
  const fleets = [view.fleet, view.enemy];
  const hits = [!fired, fired];
  return html`<div class="battle">
    <${Waters} title=${titles[far]} grid=${grids[far]} active=${canMove && far === 1} last=${hits[far] ? last : null}
      aim=${pending && far === 1 ? [[pending.row, pending.col]] : []}
      onPick=${(/** @type {number} */ row, /** @type {number} */ col) => onMove?.({ row, col })}
      free=${(/** @type {number} */ row, /** @type {number} */ col) => far === 1 && canMove && view.target[row][col] === null} />
    <div class="beside">
      <${Fleet} fleet=${fleets[far]} />
      <${Waters} title=${titles[1 - far]} grid=${grids[1 - far]} last=${hits[1 - far] ? last : null} />
      <${Fleet} fleet=${fleets[1 - far]} />
      <${Button} icon="turn" onClick=${() => setFar(1 - far)}>${text("battleship.swap")}<//>
    </div>
  </div>`;
}
