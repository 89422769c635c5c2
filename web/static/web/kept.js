/** What the browser keeps from one visit to the next; where it lets no page do so, for this visit alone. */
function storage() {
  try {
    return localStorage ?? {};
  } catch {
    return {};
  }
}

/**
 * `tokens`, `theme` and `pane`, as texts; what is deleted or was never set is undefined.
 *
 * @type {{tokens?: string, theme?: string, pane?: string}}
 */
export const kept = storage();
