/** The page: its frame (rail, top bar, toasts) around the place that the URL names. */
import { attend } from "./attention.js";
import {
  Avatar,
  Button,
  Dialog,
  Failure,
  IconButton,
  LinkButton,
  Menu,
  Missing,
  Refusal,
  Skeleton,
  useAction,
  useLoad,
  useMedia,
  useNow,
  useTabTitle,
  useTitle,
} from "./components.js";
import { Component, html, render, useEffect, useElement, useLayoutEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { kept } from "./kept.js";
import { call } from "./call.js";
import { invites, useUnread, useWaiting } from "./social.js";
import { ICON, page, signsInBy } from "./page.js";
import { PLACES } from "./places.js";
import { personOf } from "./person.js";
import { Purse } from "./purse.js";
import { Store, useStore } from "./store.js";
// Wherever one is, a match that is found opens.
import { proposal } from "./queue.js";
import { here, match, startRouter } from "./router.js";
import { chooseLanguage, client, playAsGuest, restore, session, signOut } from "./session.js";
import { text } from "./texts.js";
import { toasts } from "./toasts.js";

/** @import { Children, Connection, Ref, Rest, Screen } from "./types.d.ts" */
/** @typedef {{load: () => Promise<{default: Screen}>}} Loadable */

/** @type {Map<() => Promise<{default: Screen}>, Screen>} */
const loaded = new Map();
const PEOPLE_PANE = { load: () => import("./people/pane.js") };
const NOTIFICATIONS = { load: () => import("./people/notifications.js") };
const INVITE_TOAST = {
  load: () => import("./people/notifications.js").then(({ InviteToast }) => ({ default: InviteToast })),
};
const VOICE_BAR = { load: () => import("./voice/bar.js") };
const PERSON_CARD = { load: () => import("./people/card.js") };
/** The time for which the pointer rests on a name before its card comes, or is away from both before it goes. */
const CARD_AFTER_MS = 350;
const CONSENT = { load: () => import("./ways/consent.js") };
const SET_UP = { load: () => import("./ways/set_up.js") };
const READY_CHECK = { load: () => import("./play/ready_check.js") };
const WIDE = "(min-width: 1200px)";
/** True while the people pane is wanted beside the places that have room for it. */
const pane = new Store(kept.pane !== "closed");

/**
 * The module of a place, loaded once; `undefined` until it is there.
 *
 * @param {Loadable | null | undefined | false} place
 */
function useScreen(place) {
  const [, setCount] = useState(0);
  const [failed, setFailed] = useState(/** @type {Loadable | null} */ (null));
  const load = () => {
    if (!place) return;
    setFailed(null);
    place.load().then(
      (module) => {
        loaded.set(place.load, module.default);
        setCount((count) => count + 1);
      },
      () => setFailed(place),
    );
  };
  useEffect(() => {
    if (place && !loaded.has(place.load)) load();
  }, [place]);
  return { Screen: place && loaded.get(place.load), failed: Boolean(place) && failed === place, load };
}

/** @param {string} path */
function place(path) {
  for (const one of PLACES) {
    const fields = match(one.path, path);
    if (fields) return { one, fields };
  }
  return null;
}

/** A screen that throws takes only itself down. */
class Boundary extends Component {
  state = { error: /** @type {unknown} */ (null) };

  /** @param {unknown} error */
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  /**
   * @param {{children?: Children}} props
   * @param {{error: unknown}} state
   */
  render({ children }, { error }) {
    if (!error) return children;
    return html`<${Failure} words=${text("error.unexpected")} onRetry=${() => this.setState({ error: null })} />`;
  }
}

function Nothing() {
  useTitle(text("error.missing"));
  return html`<${Missing} words=${text("error.place")} />`;
}

/**
 * Asks who is there. `invited` is the game whose link somebody sent.
 *
 * @param {{invited: string | undefined | false}} props
 */
function SignInPrompt({ invited }) {
  const guest = useAction(playAsGuest);
  const next = encodeURIComponent(here.value.path);
  const { data: invitation, error } = useLoad(
    /** @returns {Promise<Rest.GameInvitation | null>} */
    () => (invited ? client.request("GET", `/api/games/${invited}/invitation/`) : Promise.resolve(null)),
    [invited],
  );
  useTitle(text(invitation ? "game.join" : "gate.title"));
  if (invited && !invitation && !error) return html`<${Skeleton} rows=${2} tall />`;
  return html`<div class="gate card">
    <h1>${invitation ? text("game.join_title", { name: invitation.host }) : text("gate.title")}</h1>
    ${invitation && html`<p>${text("game.join_text", { game: invitation.title })}</p>`}
    <p>${text("gate.text")}</p>
    <div class="actions">
      ${
        signsInBy("guest") &&
        html`<${Button} kind="primary" busy=${guest.busy} onClick=${() => guest.run()}>${text("gate.guest")}<//>`
      }
      <${LinkButton} href=${`/signin?next=${next}`}>${text("top.sign_in")}<//>
    </div>
    <${Refusal} error=${guest.error} />
  </div>`;
}

function Main() {
  const { path, query } = useStore(here);
  const { status } = useStore(session);
  const found = place(path);
  const { Screen, failed, load } = useScreen(found?.one);
  /** @type {Ref<HTMLElement>} */
  const main = useElement();
  const first = useRef(true);
  useLayoutEffect(() => {
    // Whoever listens rather than looks is taken to the new place.
    if (!first.current) main.current.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  let content;
  if (!found) content = html`<${Nothing} />`;
  else if (failed) content = html`<${Failure} words=${text("error.offline")} onRetry=${load} />`;
  else if (status === "failed") content = html`<${Failure} words=${text("error.offline")} onRetry=${restore} />`;
  else if (status === "unknown" || (!Screen && (status === "in" || found.one.open)))
    content = html`<${Skeleton} tall />`;
  else if (status === "out" && !found.one.open)
    content = html`<${SignInPrompt} invited=${found.one.invites && found.fields.id} />`;
  else content = html`<${Screen} ...${found.fields} path=${path} query=${query} />`;
  return html`<main key=${path} id="main" ref=${main} tabindex="-1"><${Boundary}>${content}<//></main>`;
}

function Brand() {
  return html`<a class="brand" href="/" aria-label=${text("app.name")}>
    <img src=${ICON} alt="" width="28" height="28" /><span>${text("app.name")}</span></a>`;
}

function Rail() {
  const { path } = useStore(here);
  const unread = useUnread();
  return html`<nav class="rail" aria-label=${text("rail.label")}>
    <${Brand} />
    ${PLACES.filter(({ rail }) => rail).map(
      (one) => html`<a key=${one.path} href=${one.path} class=${`to-${one.rail}`}
        aria-current=${path.startsWith(one.path) ? "page" : undefined}>
        <${Icon} name=${one.rail} /><span>${text(`rail.${one.rail}`)}</span>
        ${
          one.rail === "friends" &&
          unread > 0 &&
          html`<span class="count" aria-label=${text("friends.unread", { count: unread })}>${unread}</span>`
        }
      </a>`,
    )}
  </nav>`;
}

/** @param {{connection: Connection}} props */
function Connection({ connection }) {
  const waiting = connection.state === "waiting";
  const [until, setUntil] = useState(0);
  useEffect(() => {
    if (waiting) setUntil(Date.now() + (connection.retry_ms ?? 0));
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
    kept.theme = other;
    setTheme(other);
  };
  return html`<${IconButton} icon=${other === "dark" ? "moon" : "sun"}
    label=${text("top.theme", { theme: text(`theme.${other}`) })} onClick=${change} />`;
}

/** The other languages of the page, each by its own name. */
function Language() {
  const nameOf = (/** @type {string} */ one) => new Intl.DisplayNames([one], { type: "language" }).of(one) ?? one;
  const others = page.languages.filter((one) => one !== page.language);
  return html`<${Menu} icon="globe" label=${text("top.language")}
    items=${others.map((one) => ({ label: nameOf(one), onChoose: () => chooseLanguage(one) }))} />`;
}

/**
 * The people pane: beside the place where there is room, else as a sheet over it.
 *
 * @param {{sheet?: boolean, onClose?: () => void}} props
 */
function PeoplePane({ sheet, onClose }) {
  const { Screen, failed, load } = useScreen(PEOPLE_PANE);
  const content = Screen
    ? html`<${Screen} onClose=${onClose} />`
    : failed
      ? html`<${Failure} words=${text("error.offline")} onRetry=${load} />`
      : html`<${Skeleton} />`;
  if (sheet) return html`<${Dialog} title=${text("people.title")} class="sheet" onClose=${onClose}>${content}<//>`;
  return html`<aside class="pane" aria-label=${text("people.title")}>${content}</aside>`;
}

/** The pane's button in the top bar, with what it opens where there is no room beside. */
function PeopleButton() {
  const { path } = useStore(here);
  const wide = useMedia(WIDE) && !place(path)?.one.full;
  const open = useStore(pane);
  const [sheet, setSheet] = useState(false);
  useEffect(() => setSheet(false), [path, wide]);
  const toggle = () => {
    if (!wide) return setSheet(true);
    kept.pane = open ? "closed" : "open";
    return pane.set(!open);
  };
  return html`<${IconButton} icon="friends" label=${text(wide && open ? "people.hide" : "people.show")}
    aria-expanded=${wide ? open : sheet}
      onClick=${toggle} />
    ${sheet && html`<${PeoplePane} sheet onClose=${() => setSheet(false)} />`}`;
}

/** @param {{onClose: () => void}} props */
function Notifications({ onClose }) {
  const { Screen, failed, load } = useScreen(NOTIFICATIONS);
  if (Screen) return html`<${Screen} onClose=${onClose} />`;
  return (
    failed &&
    html`<${Dialog} title=${text("notifications.title")} onClose=${onClose}><${Failure} words=${text("error.offline")}
      onRetry=${load} /><//>`
  );
}

function Bell() {
  const [open, setOpen] = useState(false);
  const count = useWaiting();
  return html`<span class="bell"><${IconButton} icon="bell"
    label=${count ? text("notifications.open_count", { count }) : text("notifications.open")} aria-haspopup="dialog"
      onClick=${() => setOpen(true)} />
    ${count > 0 && html`<span class="count" aria-hidden="true">${count}</span>`}
    ${open && html`<${Notifications} onClose=${() => setOpen(false)} />`}</span>`;
}

/** Invites that have just come; loaded with the first. */
function InviteToasts() {
  const { Screen } = useScreen(useStore(invites).length > 0 && INVITE_TOAST);
  return html`<div class="invite-toasts" aria-live="polite">${Screen && html`<${Screen} />`}</div>`;
}

function Top() {
  const { status, user, connection } = useStore(session);
  const { path } = useStore(here);
  return html`<header class="top ${place(path)?.one.full ? "full" : ""}">
    <${Brand} />
    ${status === "in" && html`<${Connection} connection=${connection} />`}
    <span class="spring"></span>
    ${(status === "in" || status === "unknown") && html`<${Purse} />`}
    ${user && html`<a class="me" href="/profile"><${Avatar} name=${user.username} /><span>${user.username}</span></a>`}
    ${
      // Of what is as wide as its content nothing stands right of here: it would move the rest as it comes.
      status === "in" ? html`<${PeopleButton} /><${Bell} />` : status !== "out" && html`<span class="two-icons"></span>`
    }
    <${Language} /><${Theme} />
    ${
      status === "in"
        ? html`<a class="icon-button settings" href="/profile/account" aria-label=${text("account.title")}
        title=${text("account.title")}><${Icon} name="settings" /></a>
      <${IconButton} icon="out" label=${text("top.sign_out")} class="sign-out" onClick=${signOut} />`
        : status !== "out" && html`<span class="two-icons to-settings"></span>`
    }
    ${status === "out" && html`<${LinkButton} href="/signin">${text("top.sign_in")}<//>`}
  </header>`;
}

function ReadyChecks() {
  const proposed = useStore(proposal);
  const { Screen } = useScreen(proposed && READY_CHECK);
  return proposed && Screen ? html`<${Screen} key=${proposed.id} />` : null;
}

/** The terms and the date of birth, which users are asked for where this server has terms or an age gate. */
function Consent() {
  const { status, user } = useStore(session);
  const { Screen } = useScreen(page.asks_consent && status === "in" && CONSENT);
  return user && Screen ? html`<${Screen} key=${user.id} />` : null;
}

/** The authenticator app, which users are asked for where this server has players need one. */
function SetUp() {
  const { status, user } = useStore(session);
  const { Screen } = useScreen(page.player_mfa && status === "in" && SET_UP);
  return user && Screen ? html`<${Screen} key=${`${user.id} ${user.is_guest}`} />` : null;
}

/** The card about whom the pointer, or the focus by the keyboard, rests on. */
function PersonCards() {
  const { path } = useStore(here);
  const { status } = useStore(session);
  const [link, setLink] = useState(/** @type {HTMLAnchorElement | null} */ (null));
  const timer = useRef(/** @type {number | undefined} */ (undefined));
  const later = (/** @type {HTMLAnchorElement | null} */ next) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setLink(next), CARD_AFTER_MS);
  };
  useEffect(() => {
    const at = (/** @type {Event} */ { target }) =>
      target instanceof Element ? /** @type {HTMLAnchorElement | null} */ (target.closest(".person-link")) : null;
    const enter = (/** @type {Event} */ event) => at(event) && later(at(event));
    const leave = (/** @type {Event} */ event) => at(event) && later(null);
    const focus = (/** @type {Event} */ event) => at(event)?.matches(":focus-visible") && later(at(event));
    const end = (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && setLink(null);
    document.addEventListener("mouseover", enter);
    document.addEventListener("mouseout", leave);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", leave);
    document.addEventListener("keydown", end);
    return () => {
      document.removeEventListener("mouseover", enter);
      document.removeEventListener("mouseout", leave);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", leave);
      document.removeEventListener("keydown", end);
    };
  }, []);
  useEffect(() => {
    clearTimeout(timer.current);
    setLink(null);
  }, [path]);
  const name = status === "in" && link?.isConnected ? personOf(link) : null;
  const { Screen } = useScreen(name !== null && PERSON_CARD);
  return name !== null && Screen
    ? html`<${Screen} key=${name} name=${name} link=${link} onLeave=${() => later(null)}
        onEnter=${() => clearTimeout(timer.current)} />`
    : null;
}

/** The voice channel that the user is in, wherever they go; loaded with the first. */
function Voice() {
  const { Screen } = useScreen(useStore(call) && VOICE_BAR);
  return Screen ? html`<${Screen} />` : null;
}

function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${useStore(toasts).map((one) => html`<p key=${one.id} class="toast">${one.words}</p>`)}
  </div>`;
}

function SidePane() {
  const { path } = useStore(here);
  const { status } = useStore(session);
  const wide = useMedia(WIDE) && !place(path)?.one.full;
  const shown = useStore(pane) && wide && status !== "out" && path !== "/";
  useLayoutEffect(() => {
    document.getElementById("app")?.classList.toggle("with-pane", shown);
  }, [shown]);
  if (!shown) return null;
  return status === "in" ? html`<${PeoplePane} />` : html`<aside class="pane"><${Skeleton} /></aside>`;
}

function App() {
  useTabTitle(useUnread() + useWaiting());
  return html`<a class="skip" href="#main" data-outside>${text("app.skip")}</a>
    <${Rail} /><${Top} /><${Main} /><${SidePane} /><${Toasts} /><${InviteToasts} /><${ReadyChecks} /><${Voice} /><${PersonCards} /><${Consent} /><${SetUp} />`;
}

startRouter();
attend();
restore();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
