/** The view library in one place: Preact, its hooks and `html` templates. */
import { h } from "./vendor/preact.js";
import { useRef } from "./vendor/hooks.js";
import htm from "./vendor/htm.js";

export const html = htm.bind(h);
export { Component, createContext, render } from "./vendor/preact.js";
export {
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "./vendor/hooks.js";

/**
 * A ref to an element that is drawn for as long as the component is: handlers and effects find it there.
 *
 * @returns {{current: any}}
 */
export const useElement = () => useRef(null);
