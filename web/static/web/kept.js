/** The browser's local storage; where a page may not use it, a substitute for this visit alone. */
function storage() {
  try {
    return localStorage ?? {};
  } catch {
    return {};
  }
}

/**
 * `tokens`, `theme`, `pane` and `sound`, as texts; what is deleted or was never set is undefined.
 *
 * @type {{tokens?: string, theme?: string, pane?: string, sound?: string}}
 */
export const kept = storage();
