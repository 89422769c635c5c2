/** The building blocks of every screen. */
import { countInIcon } from "./attention.js";
import { useAvatar } from "./avatars.js";
import { createContext, html, useContext, useEffect, useElement, useLayoutEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { PersonLink } from "./person.js";
import { client, fieldReasons, get, reason } from "./session.js";
import { Store, useStore } from "./store.js";
import { text } from "./texts.js";

/**
 * @import { Action, Attributes, Children, Choice, Failed, Falsy, Item, Loaded, On, Page, Ref } from "./types.d.ts"
 */

/** The title in the browser tab, and whether it is the user's turn. */
const place = new Store({ title: "", turn: false });
/** @param {Event} event */
const doNothing = (event) => event.preventDefault();

/**
 * While `busy` it does nothing, and keeps the focus, which a disabled button would lose.
 *
 * @param {{kind?: string, icon?: string, busy?: boolean, disabled?: boolean, class?: string, onClick?: (event: MouseEvent) => void, children?: Children} & Attributes} props
 */
export function Button({
  kind = "plain",
  icon,
  busy = false,
  disabled = false,
  class: extra = "",
  onClick,
  children,
  ...rest
}) {
  return html`<button type="button" class="button ${kind} ${extra}" disabled=${disabled}
    aria-disabled=${busy || undefined} aria-busy=${busy}
    onClick=${busy ? doNothing : onClick} ...${rest}>${icon && html`<${Icon} name=${icon} />`}
      ${children && html`<span>${children}</span>`}</button>`;
}

/**
 * A button of an icon alone; `label` is its name.
 *
 * @param {{icon: string, label: string, class?: string} & Attributes} props
 */
export function IconButton({ icon, label, class: extra = "", ...rest }) {
  return html`<button type="button" class="icon-button ${extra}" aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} />
  </button>`;
}

/** @param {{kind?: string, icon?: string, href: string, children?: Children} & Attributes} props */
export function LinkButton({ kind = "plain", icon, href, children, ...rest }) {
  return html`<a class="button ${kind}" href=${href} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}<span>${children}</span>
  </a>`;
}

/** @param {{title?: string, class?: string, children?: Children} & Attributes} props */
export function Card({ title, class: extra = "", children, ...rest }) {
  return html`<section class="card ${extra}" ...${rest}>${title && html`<h2>${title}</h2>`}${children}</section>`;
}

/** The server's reason by field, for the fields of the form around. */
const Errors = createContext(/** @type {Record<string, string>} */ ({}));

/**
 * A labelled field; the server's reasons are told beside it. `options` (`{value, label}`) make it a choice. It begins
 * with
 * `initial`; given as `value`, whatever renders the form again would put that back over what was typed.
 *
 * @param {{label: string, options?: Choice[] | null, initial?: string | number, name: string} & Attributes} props
 */
export function Field({ label, options = null, initial, ...input }) {
  const wrong = useContext(Errors)[input.name];
  const invalid = wrong ? "true" : undefined;
  return html`<label class="field">
    <span>${label}</span>
    ${
      options
        ? html`<select ...${input} aria-invalid=${invalid}>
          ${options.map(
            (one) => html`<option key=${one.value} value=${one.value} selected=${one.value === initial}>
          ${one.label}</option>`,
          )}</select>`
        : html`<input ...${input} defaultValue=${initial} aria-invalid=${invalid} />`
    }
    ${wrong && html`<span class="refusal" role="alert">${wrong}</span>`}
  </label>`;
}

/**
 * Hands its fields to `onSend(fields, form)`. What the server refuses is told beside the fields, of which the first is
 * gone to, or above
 * the button. With `onCancel` there is a button for that, too.
 *
 * @param {{onSend: (fields: any, form: HTMLFormElement) => unknown, onCancel?: () => void, submit: string, cancel?: string, icon?: string, kind?: string, class?: string, children?: Children}} props
 */
export function Form({ onSend, onCancel, submit, cancel, icon, kind = "primary", class: extra = "", children }) {
  /** @type {Ref<HTMLFormElement>} */
  const form = useElement();
  const send = useAction(onSend);
  const errors = fieldReasons(send.error);
  const beside = Object.keys(errors).some((name) => form.current.elements.namedItem(name));
  useEffect(() => {
    /** @type {HTMLElement | null} */
    const invalid = form.current.querySelector("[aria-invalid]");
    invalid?.focus();
  }, [send.error]);
  /** @param {On<HTMLFormElement>} event */
  const sent = (event) => {
    event.preventDefault();
    send.run(Object.fromEntries(new FormData(form.current)), form.current);
  };
  const button = html`<${Button} kind=${kind} icon=${icon} type="submit" busy=${send.busy}>${submit}<//>`;
  return html`<form ref=${form} class=${extra} onSubmit=${sent}><${Errors.Provider} value=${errors}>
    ${children}
    ${!beside && html`<${Refusal} error=${send.error} />`}
    ${
      onCancel
        ? html`<div class="actions end"><${Button} onClick=${onCancel}>${cancel ?? text("dialog.cancel")}<//>${button}
      </div>`
        : button
    }
  <//></form>`;
}

/**
 * Why something was refused, beside what was clicked: nothing until there is an `error`.
 *
 * @param {{error?: unknown, children?: Children}} props
 */
export function Refusal({ error = null, children }) {
  if (!error && !children) return null;
  return html`<p class="refusal" role="alert">${error ? reason(error) : children}</p>`;
}

/**
 * Somebody in a list, with what is said of them, and what follows (signs, buttons).
 *
 * @param {{name: string, presence?: string, says?: Children, class?: string, children?: Children}} props
 */
export function Person({ name, presence, says, class: extra = "", children }) {
  return html`<li class="person ${extra}"><${Avatar} name=${name} presence=${presence} />
    <span class="grow"><strong><${PersonLink} name=${name} /></strong>${
      says && html`<span class="soft small">${says}</span>`
    }</span>
      ${children}</li>`;
}

/**
 * One of a few; arrow keys move between them, as in any radio group.
 *
 * @param {{label: string, name: string, options: Choice[], value: string, onChoose: (value: string) => void}} props
 */
export function Tabs({ label, name, options, value, onChoose }) {
  return html`<div class="tabs" role="radiogroup" aria-label=${label}>
    ${options.map(
      (option) => html`<label class="tab" key=${option.value}>
        <input type="radio" name=${name} checked=${option.value === value} onChange=${() => onChoose(option.value)} />
        <span>${option.label}</span>
      </label>`,
    )}
  </div>`;
}

/**
 * Links between a few places that belong together: `options` are `{href, label}`.
 *
 * @param {{label: string, options: {href: string, label: string}[], path: string}} props
 */
export function LinkTabs({ label, options, path }) {
  return html`<nav class="tabs" aria-label=${label}>${options.map(
    (option) =>
      html`<a class="tab" key=${option.href} href=${option.href}
        aria-current=${option.href === path ? "page" : undefined}><span>${option.label}</span></a>`,
  )}</nav>`;
}

/**
 * A native dialog, open for as long as it is drawn; Esc and a click beside it call `onClose`.
 *
 * @param {{title: string, onClose: () => void, class?: string, children?: Children}} props
 */
export function Dialog({ title, onClose, class: extra = "", children }) {
  /** @type {Ref<HTMLDialogElement>} */
  const dialog = useElement();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    // Closing returns the focus to where it was; removing the element would lose it.
    return () => shown.close();
  }, []);
  /** @param {MouseEvent} event */
  const beside = ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.current.getBoundingClientRect();
    const inside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    if (target === dialog.current && !inside) onClose();
  };
  return html`<dialog ref=${dialog} class="dialog ${extra}" onClose=${() => dialog.current && onClose()}
    onMouseDown=${beside} aria-label=${title}>
    <div class="title"><h2>${title}</h2><${IconButton} icon="close" label=${text("dialog.close")} onClick=${onClose} />
      </div>
    <div class="content">${children}</div>
  </dialog>`;
}

/**
 * A button that opens a list of things to do: `items` are `{label, danger, onChoose}`; falsy ones are left out.
 *
 * @param {{label: string, items: (Item | Falsy)[], icon?: string}} props
 */
export function Menu({ label, items, icon = "more" }) {
  const [open, setOpen] = useState(false);
  /** @type {Ref<HTMLElement>} */
  const button = useElement();
  /** @type {Ref<HTMLElement>} */
  const list = useElement();
  useLayoutEffect(() => {
    if (!open) return;
    const menu = list.current;
    menu.showPopover();
    const at = button.current.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const above = at.bottom + height > innerHeight;
    menu.style.left = `${Math.max(0, at.right - width)}px`;
    menu.style.top = `${above ? Math.max(0, at.top - height) : at.bottom}px`;
    menu.querySelector("button")?.focus();
  }, [open]);
  /** @param {KeyboardEvent} event */
  const move = (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    /** @type {Element[]} */
    const choices = [...list.current.querySelectorAll("button")];
    const next = choices.at((choices.indexOf(/** @type {Element} */ (document.activeElement)) + step) % choices.length);
    if (next instanceof HTMLElement) next.focus();
  };
  /** @param {() => unknown} onChoose */
  const choose = (onChoose) => {
    list.current.hidePopover();
    onChoose();
  };
  const shown = items.flatMap((one) => one || []);
  if (!shown.length) return null;
  return html`<span class="more" ref=${button}>
    <${IconButton} icon=${icon} label=${label} aria-haspopup="menu" aria-expanded=${open}
      onClick=${() => setOpen(true)} />
    ${
      open &&
      html`<div ref=${list} class="menu" popover="auto" role="menu" aria-label=${label} onKeyDown=${move}
      onToggle=${(/** @type {ToggleEvent} */ event) => event.newState === "closed" && setOpen(false)}>
      ${shown.map(
        (item) => html`<button key=${item.label} type="button" role="menuitem" class=${item.danger ? "danger" : ""}
        onClick=${() => choose(item.onChoose)}>${item.label}</button>`,
      )}</div>`
    }
  </span>`;
}

/**
 * The sign of a person: chosen by them, else made from the name. `presence` adds the dot of who is there.
 *
 * @param {{name?: string, size?: string, presence?: string | null, look?: import("./avatars.js").Look | null}} props
 */
export function Avatar({ name = "?", size = "", presence = null, look = null }) {
  const theirs = useAvatar(name);
  const { hue, shape } = look ?? theirs;
  return html`<span class="avatar hue-${hue} shape-${shape} ${size} ${presence ?? ""}" aria-hidden="true">
    ${[...name][0]?.toUpperCase()}
    ${presence && html`<span class="presence ${presence}"></span>`}</span>`;
}

/**
 * A bar for an amount, which moves as the amount changes. `kind` gives its colour.
 *
 * @param {{kind?: string, label: string, value: number, most: number}} props
 */
export function Meter({ kind = "", label, value, most }) {
  const part = Math.max(0, Math.min(1, value / (most || 1)));
  return html`<span class="meter ${kind}" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax=${most}
    aria-valuenow=${value}>
    <span style=${{ width: `${part * 100}%` }}></span></span>`;
}

/** @param {{kind?: string, children?: Children}} props */
export function Badge({ kind = "", children }) {
  return html`<span class="badge ${kind}">${children}</span>`;
}

/**
 * Room for what is being loaded. It shows only after a moment, so that quick answers do not flicker.
 *
 * @param {{rows?: number, tall?: boolean}} props
 */
export function Skeleton({ rows = 3, tall = false }) {
  return html`<div class="skeleton ${tall ? "tall" : ""}" role="status" aria-label=${text("error.loading")}>
    ${Array.from({ length: rows }, (_, index) => html`<div key=${index}></div>`)}
  </div>`;
}

/** @param {{words: string, href?: string, action?: string}} props */
export function Empty({ words, href, action }) {
  return html`<div class="empty"><p>${words}</p>
    ${href && html`<${LinkButton} kind="primary" href=${href}>${action}<//>`}</div>`;
}

/**
 * A failure with a button to try again, which happens by itself when the connection is back. With `kept` it stands
 * beside what is still there.
 *
 * @param {{words: string, kept?: boolean, onRetry: () => void}} props
 */
export function Failure({ words, kept = false, onRetry }) {
  useReconnected(onRetry);
  return html`<div class=${kept ? "kept" : "empty"} role="alert">${!kept && html`<h2>${text("error.title")}</h2>`}<p>
    ${words}</p>
    <${Button} kind=${kept ? "plain" : "primary"} icon="turn" onClick=${onRetry}>${text("error.retry")}<//></div>`;
}

/**
 * A notice that something does not exist (any more), without a button to try again.
 *
 * @param {{words: string}} props
 */
export function Missing({ words }) {
  return html`<div class="empty" role="alert"><h1>${text("error.missing")}</h1><p>${words}</p>
    <${LinkButton} kind="primary" href="/play">${text("error.home")}<//></div>`;
}

/**
 * The placeholder while `of` (from `useLoad`) has no data: its shape, or why it did not come and the way to try
 * again.
 * `known` has texts for some refusals, by their status.
 *
 * @param {{of: Pick<Loaded<unknown>, "error" | "reload"> & {data?: unknown}, known?: Record<number, string>, rows?: number, tall?: boolean}} props
 */
export function Loading({ of: { data, error, reload }, known = {}, ...shape }) {
  const words = error && (error.status && known[error.status] ? text(known[error.status]) : reason(error));
  if (error?.status === 404 && !data) return html`<${Missing} words=${words} />`;
  if (error) return html`<${Failure} words=${words} kept=${data} onRetry=${reload} />`;
  return !data && html`<${Skeleton} ...${shape} />`;
}

/**
 * Hears the keys pressed outside of fields and dialogs with `pressed(event)`, from the moment the screen is there to
 * see.
 *
 * @param {(event: KeyboardEvent) => void} pressed
 */
export function useKeys(pressed) {
  useLayoutEffect(() => {
    /** @param {KeyboardEvent} event */
    const hear = (event) => {
      if (event.target instanceof Element && event.target.closest("input, select, textarea, dialog")) return;
      if (!event.ctrlKey && !event.metaKey && !event.altKey) pressed(event);
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });
}

/**
 * Loads with `load()` whenever `inputs` change, and, while somebody looks, `every` so many milliseconds after the last
 * answer.
 * → `{data, error, settled, reload}`: both null and not settled at first; what was there stays while it is loaded
 * again, and if
 * that fails.
 *
 * @template Data
 * @param {() => Promise<Data>} load
 * @param {unknown[]} inputs
 * @param {number | null} [every]
 * @returns {Loaded<Data>}
 */
export function useLoad(load, inputs, every = null) {
  const [state, setState] = useState(
    /** @type {Omit<Loaded<Data>, "reload">} */ ({ data: null, error: null, settled: false }),
  );
  const [round, setRound] = useState(0);
  const look = () => setRound((before) => before + 1);
  const reload = () => {
    setState(({ data, settled }) => ({ data, error: null, settled }));
    look();
  };
  useEffect(() => {
    let current = true;
    /** @type {number | undefined} */
    let timer;
    const answered = (/** @type {Parameters<typeof setState>[0]} */ now) => {
      if (!current) return;
      setState(now);
      if (every) timer = setInterval(() => document.visibilityState === "visible" && look(), every);
    };
    load().then(
      (data) => answered({ data, error: null, settled: true }),
      (error) => answered(({ data }) => ({ data, error, settled: true })),
    );
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [...inputs, round]);
  return { ...state, reload };
}

/**
 * Calls `again` whenever a socket has connected or the browser is online again.
 *
 * @param {() => void} again
 */
function useReconnected(again) {
  useEffect(() => {
    const end = client.on("connection", ({ state }) => state === "open" && again());
    addEventListener("online", again);
    return () => {
      end();
      removeEventListener("online", again);
    };
  }, [again]);
}

/**
 * An action of a button: `{busy, error, run}`; `run` does nothing while it is under way.
 *
 * @template {unknown[]} Arguments
 * @param {(...args: Arguments) => unknown} act
 * @returns {Action<Arguments>}
 */
export function useAction(act) {
  const [state, setState] = useState(/** @type {Omit<Action<Arguments>, "run">} */ ({ busy: false, error: null }));
  const run = async (/** @type {Arguments} */ ...args) => {
    if (state.busy) return;
    setState({ busy: true, error: null });
    try {
      await act(...args);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error: /** @type {Failed} */ (error) });
    }
  };
  return { ...state, run };
}

/**
 * The pages of a list after its `first`, one by one; anew whenever `inputs` change.
 * → `{rows, button}`: what they hold, and the way to the next if there is one.
 *
 * @template Row
 * @param {Page<Row>|null} first
 * @param {unknown[]} inputs
 */
export function useMore(first, inputs) {
  const [more, setMore] = useState(/** @type {Partial<Page<Row>> & {rows?: Row[]}} */ ({}));
  useEffect(() => setMore({}), inputs);
  const { rows, next } = { rows: [], next: first?.next, ...more };
  const load = useAction(async () => {
    /** @type {Page<Row>} */
    const page = await get(String(next));
    // It may be of a list that is not asked for any more.
    setMore((now) => (now === more ? { rows: [...rows, ...page.results], next: page.next } : now));
  });
  return {
    rows,
    button:
      next &&
      html`<${Button} busy=${load.busy} onClick=${() => load.run()}>${text("lobbies.more")}<//><${Refusal}
        error=${load.error} />`,
  };
}

/**
 * Like `useMore`, but the next page comes by itself when its `end` is in sight.
 *
 * @template Row
 * @param {Page<Row>|null} first
 * @param {unknown[]} inputs
 */
export function useEndless(first, inputs) {
  const { rows, button } = useMore(first, inputs);
  /** @type {Ref<HTMLElement>} */
  const end = useElement();
  useEffect(() => {
    if (!end.current) return undefined;
    // By its button, which is also there for whoever comes by the keyboard, and to try again.
    const seen = new IntersectionObserver(([{ isIntersecting }]) => {
      if (isIntersecting && !end.current.querySelector(".refusal")) end.current.querySelector("button")?.click();
    }, NEAR_SIGHT);
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [rows.length, Boolean(button)]);
  return { rows, end: button && html`<div ref=${end} class="actions center">${button}</div>` };
}

const NEAR_SIGHT = { rootMargin: "400px" };
const SENT_KEPT = 20;

/**
 * Gives what was written back when it is refused: `giveBack(content)` as soon as `refused` is the id of its message.
 * → `sent(id, content)`, to be called with what is sent.
 *
 * @param {unknown} refused
 * @param {(content: string) => void} giveBack
 * @returns {(id: number | string, content: string) => void}
 */
export function useGivenBack(refused, giveBack) {
  /** @type {Ref<Map<unknown, string>>} */
  const known = useRef(new Map());
  useLayoutEffect(() => {
    const content = known.current.get(refused);
    if (content) giveBack(content);
  }, [refused]);
  return (id, content) => {
    known.current.set(id, content);
    if (known.current.size > SENT_KEPT) known.current.delete(known.current.keys().next().value);
  };
}

/**
 * The time, told every `ms`; null stops it.
 *
 * @param {number|null} ms
 */
export function useNow(ms) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (ms === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/**
 * Return whether the window fits `query`; the component is drawn again when that changes.
 *
 * @param {string} query
 */
export function useMedia(query) {
  const [fits, setFits] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const tell = () => setFits(list.matches);
    tell();
    list.addEventListener("change", tell);
    return () => list.removeEventListener("change", tell);
  }, [query]);
  return fits;
}

/**
 * Names the place in the browser tab; `turn` says that it waits for the user.
 *
 * @param {string} title
 * @param {{turn?: boolean}} [options]
 */
export function useTitle(title, { turn = false } = {}) {
  useEffect(() => {
    place.set({ title, turn });
    return () => place.set({ title: "", turn: false });
  }, [title, turn]);
}

/**
 * Keeps the browser tab's title: the place, and how many things wait there and elsewhere.
 *
 * @param {number} waiting
 */
export function useTabTitle(waiting) {
  const { title, turn } = useStore(place);
  const count = waiting + Number(turn);
  useEffect(() => {
    countInIcon(count);
    document.title = `${count ? `(${count}) ` : ""}${title ? `${title} · ` : ""}${text("app.name")}`;
  }, [title, count]);
}

/**
 * A text to be copied, by a click on its button or by hand.
 *
 * @param {{label: string, value: string}} props
 */
export function CopyField({ label, value }) {
  const [copied, setCopied] = useState(/** @type {string | null} */ (null));
  /** @type {Ref<HTMLInputElement>} */
  const field = useElement();
  const copy = async () => {
    field.current.select();
    // Without a secure origin there is no clipboard; what is selected can still be copied by hand.
    await navigator.clipboard?.writeText(value);
    if (navigator.clipboard) setCopied(value);
  };
  return html`<div class="copy"><input ref=${field} class="numbers" readonly value=${value} aria-label=${label}
      onFocus=${() => field.current.select()} />
    <${Button} onClick=${copy} aria-label=${`${label}: ${text("copy.copy")}`}>
      ${text(copied === value ? "copy.copied" : "copy.copy")}<//></div>`;
}

/**
 * Have the browser save a text as a file.
 *
 * @param {string} name
 * @param {string} content
 * @param {string} type
 */
export function saveFile(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  // Some browsers only begin to read it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
