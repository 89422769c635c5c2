/** Short words that pass by at the edge of the page. */
import { Store } from "./store.js";

const SHOWN_MS = 5_000;

export const toasts = new Store([]);
let last = 0;

export function toast(words) {
  const id = (last += 1);
  toasts.set([...toasts.value, { id, words }]);
  setTimeout(() => toasts.set(toasts.value.filter((one) => one.id !== id)), SHOWN_MS);
}
