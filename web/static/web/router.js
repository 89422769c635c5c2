/** Where we are: the URL is the only truth, and links work as links. */
import { Store } from "./store.js";

const read = () => ({
  path: location.pathname.replace(/\/+$/, "") || "/",
  query: new URLSearchParams(location.search),
});

export const here = new Store(read());

/**
 * Goes to a path of this page, as a new entry of the history or in place of this one.
 *
 * @param {string} path
 * @param {{replace?: boolean}} [options]
 */
export function go(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  here.set(read());
  scrollTo(0, 0);
}

/**
 * The fields of `path`, as they stand in it, if it has the form of `pattern` ("/games/:id"), else null.
 *
 * @param {string} pattern
 * @param {string} path
 * @returns {Record<string, string> | null}
 */
export function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const fields = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(":")) fields[part.slice(1)] = given[index];
    else if (part !== given[index]) return null;
  }
  return fields;
}

/** Lets links inside the page move without loading it again. */
export function startRouter() {
  addEventListener("popstate", () => here.set(read()));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link?.href || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.origin !== location.origin || link.hasAttribute("data-outside")) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
