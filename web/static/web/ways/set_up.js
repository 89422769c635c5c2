/** Asks for an authenticator app where players need one: there is no way on without it but signing out. */
import { Button, Dialog, Loading, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { client, signOut } from "../session.js";
import { text } from "../texts.js";
import { Codes, FirstCode, Proof, proving } from "./security.js";

/** @import { Rest } from "../types.d.ts" */

// What the page shows behind it was refused so far.
const goOn = () => location.reload();

export default function SetUp() {
  const [made, setMade] = useState(/** @type {Rest.AccountsNewTotp | null} */ (null));
  const [ask, setAsk] = useState(/** @type {any} */ (null));
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  const begun = useLoad(async () => {
    /** @type {Rest.AccountsOwnProfile} */
    const { mfa, is_guest: isGuest } = await client.request("GET", "/api/me/");
    if (!mfa && !isGuest) await proving(setAsk)(async () => setMade(await client.beginTotp()));
    return { isDue: !mfa && !isGuest };
  }, []);
  if (!begun.data?.isDue) return null;
  if (ask) return html`<${Proof} ask=${ask} onClose=${signOut} />`;
  if (codes.length)
    return html`<${Dialog} key="codes" title=${text("mfa.title")} onClose=${goOn}><${Codes} codes=${codes} />
      <${Button} kind="primary" autofocus onClick=${goOn}>${text("mfa.next")}<//><//>`;
  return html`<${Dialog} key="secret" title=${text("mfa.title")} onClose=${signOut}><p>${text("mfa.needed")}</p>
    <${Loading} of=${begun} rows=${2} />
    ${made && html`<${FirstCode} made=${made} onMade=${setCodes} onCancel=${signOut} cancel=${text("top.sign_out")} />`}
    <//>`;
}
