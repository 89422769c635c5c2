/** The common parts of boards made of cells. */

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Keys on a board of cells that carry `data-cell`: arrows move the focus, Enter and Space click.
 * Only the focused cell is in the tab order.
 *
 * @param {KeyboardEvent} event
 * @param {number} rows
 * @param {number} columns
 */
export function arrowTarget(event, rows, columns) {
  /** @type {SVGElement | HTMLElement | null} */
  const cell = event.target instanceof Element ? event.target.closest("[data-cell]") : null;
  if (!cell) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    cell.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return;
  }
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const index = Number(cell.dataset.cell);
  const row = Math.min(rows - 1, Math.max(0, Math.floor(index / columns) + step[0]));
  const column = Math.min(columns - 1, Math.max(0, (index % columns) + step[1]));
  const board = /** @type {Element} */ (event.currentTarget);
  /** @type {SVGElement | HTMLElement | null} */
  const next = board.querySelector(`[data-cell="${row * columns + column}"]`);
  if (!next) return;
  cell.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

/**
 * The one cell that differs, or null when none or many do (a new game, a jump in a replay).
 *
 * @param {unknown[]} before
 * @param {unknown[]} after
 */
export function changedCell(before, after) {
  const changed = after.flatMap((mark, index) => (mark !== before[index] ? [index] : []));
  return changed.length === 1 ? changed[0] : null;
}
