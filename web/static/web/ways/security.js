/** The ways to sign in: passkeys, the second factor, and the sign-ins of late. */
import { Button, Card, Dialog, Field, Form, Loading, Refusal, useAction, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { hasPasskeys } from "./passkeys.js";
import { signsInBy } from "../page.js";
import { leaveFor } from "./providers.js";
import { client } from "../session.js";
import { ago, text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Failed, Fields, Rest } from "../types.d.ts" */

/**
 * Carries out `act`; if it needs a fresh proof, `ask` is set to what asks for one and then tries again.
 *
 * @param {(ask: {methods: string[], again: () => Promise<void>} | null) => void} setAsk
 */
export const proving =
  (setAsk) =>
  /** @param {() => Promise<unknown>} act */
  async (act) => {
    const tried = async () => {
      await act();
      setAsk(null);
    };
    await tried().catch((/** @type {Failed} */ error) => {
      if (error.code !== "proof_required") throw error;
      setAsk({ methods: /** @type {string[]} */ (error.members?.methods ?? []), again: tried });
    });
  };

/** @param {{ask: {methods: string[], again: () => Promise<void>}, onClose: () => void}} props */
export function Proof({ ask, onClose }) {
  const field = ask.methods.includes("totp") ? "code" : "password";
  const send = async (/** @type {Fields} */ fields) => {
    await client.prove(fields);
    await ask.again();
  };
  if (ask.methods.includes("sign_in"))
    return html`<${Dialog} title=${text("proof.title")} onClose=${onClose}><p>${text("proof.sign_in")}</p><//>`;
  return html`<${Dialog} title=${text("proof.title")} onClose=${onClose}>
    <${Form} onSend=${send} onCancel=${onClose} submit=${text("proof.send")}>
      <${Field} label=${text(field === "code" ? "mfa.code" : "signin.password")} name=${field} required autofocus
        type=${field === "code" ? "text" : "password"}
        autocomplete=${field === "code" ? "one-time-code" : "current-password"} />
    <//><//>`;
}

/** @param {{name: string, facts: string, onRemove?: (() => Promise<void>) | null}} props */
function Way({ name, facts, onRemove = null }) {
  const remove = useAction(async () => onRemove?.());
  return html`<li class="person way"><div class="grow"><p><strong>${name}</strong></p>
      <p class="facts soft small">${facts}</p></div>
    ${
      onRemove &&
      html`<${Button} busy=${remove.busy} aria-label=${text("ways.remove_name", { name })}
      onClick=${() => remove.run()}>${text("ways.remove")}<//>`
    }
    <${Refusal} error=${remove.error} /></li>`;
}

/** @param {{onChanged: () => void}} props */
export function WaysIn({ onChanged }) {
  const [ask, setAsk] = useState(/** @type {any} */ (null));
  const prove = proving(setAsk);
  const links = useLoad(() => client.links(), []);
  const passkeys = useLoad(() => client.passkeys(), []);
  const providers = useLoad(
    /** @returns {Promise<Rest.AccountsProvider[]>} */
    async () => (signsInBy("provider") ? client.request("GET", "/api/auth/providers/") : []),
    [],
  );
  const changed = () => {
    links.reload();
    passkeys.reload();
    onChanged();
  };
  const remove = (/** @type {string} */ path) => () =>
    prove(async () => {
      await client.request("DELETE", path);
      toast(text("account.saved"));
      changed();
    });
  const add = useAction(() =>
    prove(async () => {
      await client.addPasskey(text("ways.kind_passkey"));
      toast(text("account.saved"));
      changed();
    }),
  );
  const leave = useAction(leaveFor);
  const name = (/** @type {Rest.AccountsWayIn} */ { kind, provider }) =>
    kind === "provider"
      ? (providers.data?.find(({ id }) => id === provider)?.name ?? provider ?? "")
      : text(`ways.kind_${kind}`);
  const linked = new Set(links.data?.map(({ provider }) => provider));
  return html`<${Card} title=${text("ways.title")}>
    <${Loading} of=${links} rows=${2} />
    <ul class="people-list">
      ${links.data
        ?.filter(({ kind }) => kind !== "passkey")
        .map(
          (way) => html`<${Way} key=${`${way.kind} ${way.provider} ${way.created_at}`} name=${name(way)}
        facts=${text("ways.since", { ago: ago(way.created_at) })}
        onRemove=${way.kind === "email" ? null : remove(`/api/me/links/${way.provider ?? way.kind}/`)} />`,
        )}
      ${passkeys.data?.map(
        (key) => html`<${Way} key=${key.id} name=${text("ways.kind_passkey")}
        facts=${text("ways.since", { ago: ago(key.created_at) })} onRemove=${remove(`/api/me/passkeys/${key.id}/`)} />`,
      )}</ul>
    ${hasPasskeys && signsInBy("passkey") && html`<${Button} busy=${add.busy} onClick=${() => add.run()}>${text("ways.passkey_add")}<//>`}
    ${providers.data
      ?.filter(({ id, authorize_url: url }) => url && !linked.has(id))
      .map(
        (one) => html`<${Button} key=${one.id} onClick=${() => leave.run(one, { link: true })}>
      ${text("ways.link", { name: one.name })}<//>`,
      )}
    <${Refusal} error=${add.error ?? leave.error} />
    ${ask && html`<${Proof} ask=${ask} onClose=${() => setAsk(null)} />`}<//>`;
}

/** @param {{codes: string[]}} props */
export function Codes({ codes }) {
  return html`<p>${text("mfa.codes")}</p>
    <ul class="codes">${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ul>`;
}

/**
 * The new secret, and the field for the first code of the app.
 *
 * @param {{made: Rest.AccountsNewTotp, onMade: (codes: string[]) => void, onCancel: () => void, cancel?: string}} props
 */
export function FirstCode({ made, onMade, onCancel, cancel }) {
  const confirm = async (/** @type {Fields} */ fields) => onMade(await client.confirmTotp(fields.code));
  return html`<p>${text("mfa.secret")}</p>
    <img class="qr" src=${made.qr} alt=${text("mfa.qr")} width="200" height="200" />
    <p><a href=${made.otpauth_url}><code class="secret">${made.secret}</code></a></p>
    <${Form} onSend=${confirm} onCancel=${onCancel} submit=${text("mfa.confirm")} cancel=${cancel}>
      <${Field} label=${text("mfa.code")} name="code" required autofocus inputmode="numeric"
        autocomplete="one-time-code" />
    <//>`;
}

/** @param {{on: boolean, onChanged: () => void}} props */
export function Authenticator({ on, onChanged }) {
  const [ask, setAsk] = useState(/** @type {any} */ (null));
  const [made, setMade] = useState(/** @type {Rest.AccountsNewTotp | null} */ (null));
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  const prove = proving(setAsk);
  const begin = useAction(() => prove(async () => setMade(await client.beginTotp())));
  const confirmed = (/** @type {string[]} */ codes) => {
    setCodes(codes);
    setMade(null);
    onChanged();
  };
  const remove = async (/** @type {Fields} */ fields) =>
    prove(async () => {
      await client.removeTotp(fields.password);
      toast(text("account.saved"));
      setCodes([]);
      onChanged();
    });
  return html`<${Card} title=${text("mfa.title")}>
    <p class="soft">${text(on ? "mfa.on" : "mfa.off")}</p>
    ${codes.length > 0 && html`<${Codes} codes=${codes} />`}
    ${
      made
        ? html`<${FirstCode} made=${made} onMade=${confirmed} onCancel=${() => setMade(null)} />`
        : on
          ? html`<${Form} onSend=${remove} submit=${text("mfa.remove")} kind="plain">
        <${Field} label=${text("account.erase_password")} name="password" type="password"
          autocomplete="current-password" />
      <//>`
          : html`<${Button} busy=${begin.busy} onClick=${() => begin.run()}>${text("mfa.begin")}<//>
        <${Refusal} error=${begin.error} />`
    }
    ${ask && html`<${Proof} ask=${ask} onClose=${() => setAsk(null)} />`}<//>`;
}

/** The newest sign-ins. */
export function SignIns() {
  const log = useLoad(
    /** @returns {Promise<{results: Rest.AccountsSignInEntry[]}>} */
    () => client.request("GET", "/api/me/signins/?limit=10"),
    [],
  );
  return html`<${Card} title=${text("signins.title")}>
    <${Loading} of=${log} rows=${2} />
    <ul class="people-list">${log.data?.results.map(
      (one) => html`<${Way} key=${one.at} name=${text(`signins.${one.outcome}`)}
      facts=${[ago(one.at), one.method, one.address].filter(Boolean).join(" · ")} />`,
    )}</ul><//>`;
}
