/** A forgotten password: a link to set a new one is sent by mail, and used here. */
import { Button, Card, Field, Form, LinkButton, useTitle } from "../components.js";
import { html, useState } from "../dom.js";
import { go } from "../router.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Fields } from "../types.d.ts" */

function Ask() {
  const [sentTo, setSentTo] = useState("");
  const send = async (/** @type {Fields} */ { email }) => {
    await client.request("POST", "/api/auth/password/forgot/", { email });
    setSentTo(email);
  };
  if (sentTo)
    return html`<p role="status">${text("forgotten.sent", { email: sentTo })}</p>
      <${Button} kind="quiet" onClick=${() => setSentTo("")}>${text("forgotten.again")}<//>`;
  return html`<p class="soft">${text("forgotten.text")}</p>
    <${Form} onSend=${send} submit=${text("forgotten.send")}>
      <${Field} label=${text("register.email")} name="email" type="email" required autocomplete="email" autofocus />
    <//>`;
}

/** @param {{token: string}} props */
function Choose({ token: key }) {
  const send = async (/** @type {Fields} */ fields) => {
    await client.request("POST", "/api/auth/password/reset/", { key, ...fields });
    toast(text("reset.done"));
    go("/signin", { replace: true });
  };
  return html`<p class="soft">${text("reset.text")}</p>
    <${Form} onSend=${send} submit=${text("reset.send")}>
      <${Field} label=${text("account.password_new")} name="password" type="password" required autofocus
        autocomplete="new-password" />
    <//>`;
}

/** @param {{query: URLSearchParams}} props */
export default function Forgotten({ query }) {
  const token = query.get("key");
  const title = text(token ? "reset.title" : "forgotten.title");
  useTitle(title);
  return html`<${Card} class="gate"><h1>${title}</h1>
    ${token ? html`<${Choose} token=${token} />` : html`<${Ask} />`}
    <${LinkButton} kind="quiet" href="/signin">${text("forgotten.back")}<//>
  <//>`;
}
