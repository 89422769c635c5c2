/** The building blocks of every screen. */
import { html, useEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { text } from "./texts.js";

export function Button({ kind = "plain", icon, busy = false, class: extra = "", children, ...rest }) {
  return html`<button type="button" class="button ${kind} ${extra}" disabled=${busy || rest.disabled} aria-busy=${busy}
    ...${rest}>${icon && html`<${Icon} name=${icon} />`}${children && html`<span>${children}</span>`}</button>`;
}

/** A button of an icon alone; `label` is its name. */
export function IconButton({ icon, label, class: extra = "", ...rest }) {
  return html`<button type="button" class="icon-button ${extra}" aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} />
  </button>`;
}

export function LinkButton({ kind = "plain", icon, href, children, ...rest }) {
  return html`<a class="button ${kind}" href=${href} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}<span>${children}</span>
  </a>`;
}

export function Card({ title, class: extra = "", children, ...rest }) {
  return html`<section class="card ${extra}" ...${rest}>${title && html`<h2>${title}</h2>`}${children}</section>`;
}

/** A labelled field; `errors` are the server's reasons, told beside it. */
export function Field({ label, errors, ...input }) {
  return html`<label class="field">
    <span>${label}</span>
    <input ...${input} aria-invalid=${errors ? "true" : undefined} />
    ${errors && html`<span class="refusal" role="alert">${errors.join(" ")}</span>`}
  </label>`;
}

/** Why something was refused, beside what was clicked. */
export function Refusal({ children }) {
  return html`<p class="refusal" role="alert">${children}</p>`;
}

/** One of a few; arrow keys move between them, as in any radio group. */
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

/** A native dialog, open for as long as it is drawn; Esc calls `onClose`. */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} class="dialog" onClose=${onClose} aria-label=${title}>
    <header><h2>${title}</h2><${IconButton} icon="close" label=${text("dialog.close")} onClick=${onClose} /></header>
    ${children}
  </dialog>`;
}

const HUES = 12;

/** A round sign made from a name: always the same colour for the same name. */
export function Avatar({ name = "?", size = "" }) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return html`<span class="avatar hue-${sum % HUES} ${size}" aria-hidden="true">${[...name][0]?.toUpperCase()}</span>`;
}

export function Badge({ kind = "", children }) {
  return html`<span class="badge ${kind}">${children}</span>`;
}

/** Room for what is being loaded. It shows only after a moment, so that quick answers do not flicker. */
export function Skeleton({ rows = 3, tall = false }) {
  return html`<div class="skeleton ${tall ? "tall" : ""}" role="status" aria-label=${text("error.loading")}>
    ${Array.from({ length: rows }, (_, index) => html`<div key=${index}></div>`)}
  </div>`;
}

export function Empty({ words, href, action }) {
  return html`<div class="empty"><p>${words}</p>
    ${href && html`<${LinkButton} kind="primary" href=${href}>${action}<//>`}</div>`;
}

export function Failure({ words, onRetry }) {
  return html`<div class="empty" role="alert"><h2>${text("error.title")}</h2><p>${words}</p>
    ${onRetry && html`<${Button} kind="primary" icon="turn" onClick=${onRetry}>${text("error.retry")}<//>`}</div>`;
}

/**
 * Loads with `load()` whenever `inputs` change.
 * → `{data, error, reload}`: both null at first; what was there stays while it is loaded again.
 */
export function useLoad(load, inputs) {
  const [state, setState] = useState({ data: null, error: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    setState((before) => ({ data: before.data, error: null }));
    load().then(
      (data) => current && setState({ data, error: null }),
      (error) => current && setState({ data: null, error }),
    );
    return () => (current = false);
  }, [...inputs, round]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}

/** An action of a button: `{busy, error, run}`; `run` does nothing while it is under way. */
export function useAction(act) {
  const [state, setState] = useState({ busy: false, error: null });
  const run = async (...args) => {
    if (state.busy) return;
    setState({ busy: true, error: null });
    try {
      await act(...args);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, run };
}

/** The time, told every `ms`; null stops it. */
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

/** Names the browser tab. */
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · ${text("app.name")}` : text("app.name");
  }, [title]);
}
