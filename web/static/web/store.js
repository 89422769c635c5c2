/** A value that screens can watch. */
import { useEffect, useState } from "./dom.js";

/** @template Value */
export class Store {
  /** @type {Set<(value: Value) => void>} */
  #listeners = new Set();

  /** @param {Value} value */
  constructor(value) {
    this.value = value;
  }

  /** @param {Value} value */
  set(value) {
    this.value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /**
   * Sets some fields of a value that is an object.
   *
   * @param {Partial<Value>} fields
   */
  patch(fields) {
    this.set({ ...this.value, ...fields });
  }

  /** @param {(value: Value) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * The store's value now; the component is drawn again whenever it changes.
 *
 * @template Value
 * @param {Store<Value>} store
 * @returns {Value}
 */
export function useStore(store) {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    setValue(store.value);
    return store.subscribe(setValue);
  }, [store]);
  return value;
}
