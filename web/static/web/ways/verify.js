/** The link of a mail, which verifies an address wherever it is opened. */
import { Button, Card, LinkButton, Refusal, useAction, useTitle } from "../components.js";
import { html, useState } from "../dom.js";
import { client, session } from "../session.js";
import { text } from "../texts.js";

/** @param {{query: URLSearchParams}} props */
export default function Verify({ query }) {
  const [done, setDone] = useState(false);
  // By a click: programs that look through mails open their links, too.
  const verify = useAction(async () => {
    await client.request("POST", "/api/auth/email/verify/", { key: query.get("key") ?? "" });
    setDone(true);
    if (session.value.user) session.patch({ user: await client.request("GET", "/api/me/") });
  });
  useTitle(text("account.verify"));
  return html`<${Card} class="gate"><h1>${text("account.verify")}</h1>
    ${
      done
        ? html`<p role="status">${text("account.verified")}</p>
      <${LinkButton} kind="primary" href="/play">${text("rail.play")}<//>`
        : html`<${Refusal} error=${verify.error} />
      <${Button} kind="primary" busy=${verify.busy} onClick=${() => verify.run()}>${text("account.verify_send")}<//>`
    }<//>`;
}
