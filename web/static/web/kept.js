/** The browser's local storage; where a page may not use it, a substitute for this visit alone. */
function storage() {
  try {
    return localStorage ?? {};
  } catch {
    return {};
  }
}

/**
 * `tokens`, `theme`, `pane`, `sound`, `push` (who switched it on), `push_to_talk` and its `talk_key`, as texts; what is deleted or was never set is undefined.
 *
 * @type {{tokens?: string, theme?: string, pane?: string, sound?: string, push?: string, push_to_talk?: string,
 *   talk_key?: string}}
 */
export const kept = storage();
