/** Sign in and register. Whoever came from a place goes back there. */
import { Button, Card, Field, Form, LinkButton, Refusal, Tabs, useAction, useTitle } from "../components.js";
import { html, useEffect } from "../dom.js";
import { signsInBy } from "../page.js";
import { go } from "../router.js";
import { playAsGuest, register, session, signIn } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";
import { OtherWays, SecondFactor, useChallenge } from "./ways.js";

/** @import { Fields } from "../types.d.ts" */

/**
 * @type {Record<string, {title: string, submit: string, fields: {name: string, label: string, type?: string, autocomplete: string}[],
 *   send: (fields: Fields) => Promise<void>}>}
 */
const FORMS = {
  "/signin": {
    title: "top.sign_in",
    submit: "top.sign_in",
    fields: [
      { name: "name", label: "signin.name", autocomplete: "username" },
      { name: "password", label: "signin.password", type: "password", autocomplete: "current-password" },
    ],
    send: ({ name, password }) => signIn(name, password),
  },
  "/register": {
    title: "register.title",
    submit: "register.submit",
    fields: [
      { name: "username", label: "register.username", autocomplete: "username" },
      { name: "email", label: "register.email", type: "email", autocomplete: "email" },
      { name: "password", label: "register.password", type: "password", autocomplete: "new-password" },
    ],
    send: register,
  },
};

/**
 * Only a path of this page: `?next=` comes from a link that anybody may have written.
 *
 * @param {URLSearchParams} query
 */
function nextPlace(query) {
  const next = query.get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/play";
}

/** @param {{path: string, query: URLSearchParams}} props */
export default function SignIn({ path, query }) {
  const { status } = useStore(session);
  const form = FORMS[path];
  const next = nextPlace(query);
  const guest = useAction(playAsGuest);
  const enter = useChallenge(form.send);
  useTitle(text(form.title));
  useEffect(() => {
    if (status === "in") go(next, { replace: true });
  }, [status]);
  if (enter.challenge)
    return html`<${Card} class="gate"><h1>${text("mfa.title")}</h1>
      <${SecondFactor} challenge=${enter.challenge} onCancel=${enter.cancel} /><//>`;
  const search = query.size ? `?${query}` : "";
  return html`<${Card} class="gate">
    <h1>${text(form.title)}</h1>
    ${
      signsInBy("password") &&
      html`<${Tabs} name="form" label=${text("top.sign_in")} value=${path}
      onChoose=${(/** @type {string} */ to) => go(to + search, { replace: true })}
      options=${[{ value: "/signin", label: text("top.sign_in") }, { value: "/register", label: text("register.submit") }]} />
    <${Form} key=${path} onSend=${enter.send} submit=${text(form.submit)}>
      ${form.fields.map(
        ({ label, ...field }) => html`<${Field} key=${field.name} required label=${text(label)}
        ...${field} />`,
      )}
    <//>`
    }
    ${path === "/signin" && signsInBy("password") && html`<${LinkButton} kind="quiet" href="/forgotten">${text("forgotten.title")}<//>`}
    ${path === "/signin" && html`<${OtherWays} />`}
    <${Refusal} error=${guest.error} />
    ${
      signsInBy("guest") &&
      html`<${Button} kind="quiet" busy=${guest.busy} onClick=${() => guest.run()}>${text("gate.guest")}<//>`
    }
  <//>`;
}
