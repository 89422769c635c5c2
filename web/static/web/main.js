/** The page: its frame (rail, top bar, toasts) around the place that the URL names. */
import { Avatar, Button, Failure, IconButton, LinkButton, Skeleton, useAction, useNow } from "./components.js";
import { Component, html, render, useEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { PLACES } from "./places.js";
import { here, match, startRouter } from "./router.js";
import { playAsGuest, reason, restore, session, signOut } from "./session.js";
import { useStore } from "./store.js";
import { text } from "./texts.js";
import { toasts } from "./toasts.js";

const loaded = new Map();

/** The module of a place, loaded once; `undefined` until it is there. */
function useScreen(place) {
  const [, setCount] = useState(0);
  const [error, setError] = useState(null);
  const load = () => {
    setError(null);
    place.load().then(
      (module) => {
        loaded.set(place.load, module.default);
        setCount((count) => count + 1);
      },
      setError,
    );
  };
  useEffect(() => {
    if (place && !loaded.has(place.load)) load();
  }, [place]);
  return { Screen: place && loaded.get(place.load), error, load };
}

function place(path) {
  for (const one of PLACES) {
    const fields = match(one.path, path);
    if (fields) return { one, fields };
  }
  return null;
}

/** A screen that throws takes only itself down. */
class Boundary extends Component {
  state = { error: null };

  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  render({ children }, { error }) {
    if (!error) return children;
    return html`<${Failure} words=${text("error.unexpected")} onRetry=${() => this.setState({ error: null })} />`;
  }
}

function Gate() {
  const guest = useAction(playAsGuest);
  const next = encodeURIComponent(here.value.path);
  return html`<div class="gate card">
    <h1>${text("gate.title")}</h1>
    <p>${text("gate.text")}</p>
    <div class="actions">
      <${Button} kind="primary" busy=${guest.busy} onClick=${() => guest.run()}>${text("gate.guest")}<//>
      <${LinkButton} href=${`/signin?next=${next}`}>${text("gate.sign_in")}<//>
    </div>
    ${guest.error && html`<p class="refusal" role="alert">${reason(guest.error)}</p>`}
  </div>`;
}

function Main() {
  const { path, query } = useStore(here);
  const { status } = useStore(session);
  const found = place(path);
  const { Screen, error, load } = useScreen(found?.one);
  const main = useRef(null);
  const first = useRef(true);
  useEffect(() => {
    // Whoever listens rather than looks is taken to the new place.
    if (!first.current) main.current.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  let content;
  if (!found) content = html`<div class="empty"><p>${text("error.place")}</p>
    <${LinkButton} kind="primary" href="/">${text("error.home")}<//></div>`;
  else if (error) content = html`<${Failure} words=${text("error.offline")} onRetry=${load} />`;
  else if (status === "failed") content = html`<${Failure} words=${text("error.offline")} onRetry=${restore} />`;
  else if (status === "unknown" || (!Screen && (status === "in" || found.one.open))) content = html`<${Skeleton} tall />`;
  else if (status === "out" && !found.one.open) content = html`<${Gate} />`;
  else content = html`<${Screen} ...${found.fields} path=${path} query=${query} />`;
  return html`<main id="main" ref=${main} tabindex="-1"><${Boundary} key=${path}>${content}<//></main>`;
}

const ICON = new URL("icon.svg", import.meta.url).pathname;

function Brand() {
  return html`<a class="brand" href="/" aria-label=${text("app.name")}>
    <img src=${ICON} alt="" width="28" height="28" /><span>${text("app.name")}</span></a>`;
}

function Rail() {
  const { path } = useStore(here);
  return html`<nav class="rail" aria-label=${text("rail.label")}>
    <${Brand} />
    ${PLACES.filter(({ rail }) => rail).map(
      (one) => html`<a key=${one.path} href=${one.path} aria-current=${path.startsWith(one.path) ? "page" : undefined}>
        <${Icon} name=${one.rail} /><span>${text(`rail.${one.rail}`)}</span>
      </a>`,
    )}
  </nav>`;
}

function Connection({ connection }) {
  const waiting = connection.state === "waiting";
  const [until, setUntil] = useState(0);
  useEffect(() => {
    if (waiting) setUntil(Date.now() + connection.retry_ms);
  }, [connection]);
  const now = useNow(waiting ? 1000 : null);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const words = text(`connection.${connection.state}`, { seconds });
  return html`<span class="connection ${connection.state}" title=${words}>
    <span class="dot"></span><span class=${waiting ? "" : "hidden"}>${words}</span></span>`;
}

function Theme() {
  const root = document.documentElement;
  const [theme, setTheme] = useState(root.dataset.theme);
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    root.dataset.theme = other;
    localStorage.setItem("theme", other);
    setTheme(other);
  };
  return html`<${IconButton} icon=${other === "dark" ? "moon" : "sun"}
    label=${text("top.theme", { theme: text(`theme.${other}`) })} onClick=${change} />`;
}

function Top() {
  const { status, user, connection } = useStore(session);
  return html`<header class="top">
    <${Brand} />
    ${status === "in" && html`<${Connection} connection=${connection} />`}
    <span class="spring"></span>
    <${Theme} />
    ${user && html`<a class="me" href="/profile"><${Avatar} name=${user.username} /><span>${user.username}</span></a>
      <${IconButton} icon="out" label=${text("top.sign_out")} onClick=${signOut} />`}
    ${status === "out" && html`<${LinkButton} href="/signin">${text("top.sign_in")}<//>`}
  </header>`;
}

function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${useStore(toasts).map((one) => html`<p key=${one.id} class="toast">${one.words}</p>`)}
  </div>`;
}

function App() {
  return html`<a class="skip" href="#main" data-outside>${text("app.skip")}</a>
    <${Rail} /><${Top} /><${Main} /><${Toasts} />`;
}

startRouter();
restore();
render(html`<${App} />`, document.getElementById("app"));
