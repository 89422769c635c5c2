/** Ways in beside the password: a passkey, a code by mail, and providers. */
import { Button, Card, Field, Form, LinkButton, Refusal, useAction, useLoad, useTitle } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { hasPasskeys, signInByPasskey } from "./passkeys.js";
import { signsInBy } from "../page.js";
import { comeBack, leaveFor } from "./providers.js";
import { go } from "../router.js";
import { client, session, signInBy } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";

/** @import { Failed, Fields, Rest } from "../types.d.ts" */

/** The buttons below the form of the password. */
export function OtherWays() {
  const passkey = useAction(signInByPasskey);
  const leave = useAction(leaveFor);
  const providers = useLoad(
    /** @returns {Promise<Rest.AccountsProvider[]>} */
    async () => (signsInBy("provider") ? client.request("GET", "/api/auth/providers/") : []),
    [],
  );
  return html`${
    hasPasskeys &&
    signsInBy("passkey") &&
    html`<${Button} kind="quiet" busy=${passkey.busy} onClick=${() => passkey.run()}>${text("ways.passkey")}<//>`
  }
    ${signsInBy("code") && html`<${LinkButton} kind="quiet" href="/code">${text("ways.code")}<//>`}
    ${providers.data
      ?.filter((one) => one.authorize_url)
      .map(
        (one) => html`<${Button} key=${one.id} busy=${leave.busy} onClick=${() => leave.run(one)}>
      ${text("ways.provider", { name: one.name })}<//>`,
      )}
    <${Refusal} error=${passkey.error ?? leave.error} />`;
}

/**
 * The second step of a sign-in, where the account has a second factor.
 *
 * @param {{challenge: string, onCancel: () => void}} props
 */
export function SecondFactor({ challenge, onCancel }) {
  return html`<p class="soft">${text("mfa.text")}</p>
    <${Form} onSend=${(/** @type {Fields} */ { code }) => signInBy("mfa", { challenge, code })} onCancel=${onCancel}
      submit=${text("top.sign_in")}>
      <${Field} label=${text("mfa.code")} name="code" required autofocus autocomplete="one-time-code" />
    <//>`;
}

/**
 * Tells of the second step of a sign-in once `send` is refused for want of it.
 *
 * @param {(fields: any) => Promise<unknown>} send
 * @returns {{challenge: string, send: (fields: any) => Promise<void>, cancel: () => void}}
 */
export function useChallenge(send) {
  const [challenge, setChallenge] = useState("");
  const tried = async (/** @type {any} */ fields) => {
    await send(fields).catch((/** @type {Failed} */ error) => {
      if (error.code !== "mfa_required") throw error;
      setChallenge(String(error.members?.challenge));
    });
  };
  return { challenge, send: tried, cancel: () => setChallenge("") };
}

/** A code by mail. */
function ByCode() {
  const { status } = useStore(session);
  const [sentTo, setSentTo] = useState("");
  useEffect(() => {
    if (status === "in") go("/play", { replace: true });
  }, [status]);
  const ask = async (/** @type {Fields} */ { email }) => {
    await client.request("POST", "/api/auth/code/", { email });
    setSentTo(email);
  };
  const enter = useChallenge((fields) => signInBy("code/confirm", { email: sentTo, ...fields }));
  if (enter.challenge) return html`<${SecondFactor} challenge=${enter.challenge} onCancel=${enter.cancel} />`;
  if (sentTo)
    return html`<p role="status">${text("ways.code_sent", { email: sentTo })}</p>
      <${Form} key="code" onSend=${enter.send} submit=${text("top.sign_in")}>
        <${Field} label=${text("account.verify_code")} name="code" required autofocus inputmode="numeric"
          autocomplete="one-time-code" />
      <//>
      <${Button} kind="quiet" onClick=${() => setSentTo("")}>${text("forgotten.again")}<//>`;
  return html`<${Form} key="email" onSend=${ask} submit=${text("ways.code_send")}>
      <${Field} label=${text("register.email")} name="email" type="email" required autofocus autocomplete="email" />
    <//>`;
}

/** @param {{query: URLSearchParams}} props */
function Back({ query }) {
  const enter = useChallenge(comeBack);
  const back = useAction(enter.send);
  useEffect(() => {
    back.run(query);
  }, []);
  if (enter.challenge) return html`<${SecondFactor} challenge=${enter.challenge} onCancel=${() => go("/signin")} />`;
  return html`<${Refusal} error=${back.error} />`;
}

/** @param {{path: string, query: URLSearchParams}} props */
export default function Ways({ path, query }) {
  const title = text(path === "/code" ? "ways.code" : "top.sign_in");
  useTitle(title);
  return html`<${Card} class="gate"><h1>${title}</h1>
    ${path === "/code" ? html`<${ByCode} />` : html`<${Back} query=${query} />`}
    <${LinkButton} kind="quiet" href="/signin">${text("forgotten.back")}<//>
  <//>`;
}
