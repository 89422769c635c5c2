/** Short words that pass by at the edge of the page. */
import { Store } from "./store.js";

const SHOWN_MS = 5_000;

export const toasts = new Store(/** @type {{id: number, words: string}[]} */ ([]));
let last = 0;

/** @param {string} words */
export function toast(words) {
  const id = (last += 1);
  toasts.set([...toasts.value, { id, words }]);
  setTimeout(() => toasts.set(toasts.value.filter((one) => one.id !== id)), SHOWN_MS);
}
