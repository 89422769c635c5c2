/** Merging another account of the same person into this one: signed in to beside it, and agreed to. */
import { GameClient } from "../../client/gameplatform.js";
import { Button, Card, Dialog, Field, Form, Refusal, useAction } from "../components.js";
import { html, useState } from "../dom.js";
import { signsInBy } from "../page.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { hasPasskeys } from "./passkeys.js";
import { Proof, proving } from "./security.js";
import { useChallenge } from "./ways.js";

/** @import { Children, Fields, User } from "../types.d.ts" */

/** @param {{user: User, onClose: () => void}} props */
function Merging({ user, onClose }) {
  const [other] = useState(() => new GameClient(location.origin));
  const [former, setFormer] = useState(/** @type {User | null} */ (null));
  const [isDone, setDone] = useState(false);
  const [ask, setAsk] = useState(/** @type {any} */ (null));
  const prove = proving(setAsk);
  const enter = useChallenge(async ({ name, password }) =>
    setFormer(await other.signIn("login", { [name.includes("@") ? "email" : "username"]: name, password })),
  );
  const passkey = useAction(async () => setFormer(await other.signInByPasskey()));
  const answer = async (/** @type {Fields} */ { code }) =>
    setFormer(await other.signIn("mfa", { challenge: enter.challenge, code }));
  const names = { kept: user.username, former: former?.username ?? "" };
  const close = () => {
    // What the page shows of friends, money and games is out of date.
    if (isDone) return location.reload();
    // Nobody stays signed in to the other account because of a change of mind.
    if (other.signedIn) other.request("POST", "/api/auth/logout/").catch(() => {});
    return onClose();
  };
  const send = () =>
    prove(async () => {
      await client.merge(other);
      setDone(true);
    });
  if (ask) return html`<${Proof} ask=${ask} onClose=${() => setAsk(null)} />`;
  // Each step is a dialog of its own, so that the focus goes to its first field.
  const step = (/** @type {string} */ key, /** @type {Children} */ content) =>
    html`<${Dialog} key=${key} title=${text("merge.title")} onClose=${close}>${content}<//>`;
  if (isDone)
    return step(
      "done",
      html`<p role="status">${text("merge.done", names)}</p>
      <${Button} kind="primary" autofocus onClick=${close}>${text("merge.next")}<//>`,
    );
  if (former)
    return step(
      "sure",
      html`<p>${text("merge.what", names)}</p><p>${text("merge.stays", names)}</p>
      <${Form} onSend=${send} onCancel=${close} submit=${text("merge.yes")} kind="danger">
        <label class="check"><input type="checkbox" required autofocus /> ${text("account.erase_sure")}</label><//>`,
    );
  if (enter.challenge)
    return step(
      "code",
      html`<p class="soft">${text("mfa.text")}</p>
      <${Form} onSend=${answer} onCancel=${close} submit=${text("merge.next")}>
        <${Field} label=${text("mfa.code")} name="code" required autofocus autocomplete="one-time-code" /><//>`,
    );
  return step(
    "password",
    html`<p class="soft">${text("merge.sign_in")}</p>
    <${Form} onSend=${enter.send} onCancel=${close} submit=${text("merge.next")}>
      <${Field} label=${text("signin.name")} name="name" required autofocus autocomplete="off" />
      <${Field} label=${text("signin.password")} name="password" type="password" required autocomplete="off" /><//>
    ${
      hasPasskeys &&
      signsInBy("passkey") &&
      html`<${Button} kind="quiet" busy=${passkey.busy} onClick=${() => passkey.run()}>${text("ways.passkey")}<//>`
    }
    <${Refusal} error=${passkey.error} />`,
  );
}

/** @param {{user: User}} props */
export function Merge({ user }) {
  const [open, setOpen] = useState(false);
  return html`<${Card} title=${text("merge.title")}>
    <p class="soft">${text("merge.text")}</p>
    <${Button} aria-haspopup="dialog" onClick=${() => setOpen(true)}>${text("merge.begin")}<//>
    ${open && html`<${Merging} user=${user} onClose=${() => setOpen(false)} />`}<//>`;
}
