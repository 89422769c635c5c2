/** The browser's local storage; where a page may not use it, a substitute for this visit alone. */
function storage() {
  try {
    return localStorage ?? {};
  } catch {
    return {};
  }
}

/**
 * `tokens`, `theme`, `pane`, `sound` and `push` (who switched it on), as texts; what is deleted or was never set is undefined.
 *
 * @type {{tokens?: string, theme?: string, pane?: string, sound?: string, push?: string}}
 */
export const kept = storage();
