/** The terms, the date of birth and news by mail: asked for when they are due, and shown in the account. */
import { Card, Dialog, Field, Form, Loading, Refusal, useAction, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { page } from "../page.js";
import { client, signOut } from "../session.js";
import { day, text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Fields, Rest } from "../types.d.ts" */

const PATH = "/api/me/consent/";

/** @returns {Promise<Rest.AccountsConsent>} */
const load = () => client.request("GET", PATH);

function Terms() {
  return page.terms_url
    ? html`<p><a href=${page.terms_url} target="_blank" rel="noopener">${text("consent.terms_read")}</a></p>`
    : null;
}

function BirthDate() {
  return html`<${Field} label=${text("consent.birth_date")} name="birth_date" type="date" required autocomplete="bday" />
    <p class="soft small">${text("consent.birth_date_text", { age: page.adult_age })}</p>`;
}

/** Asks for what is due; a date of birth can be given later, terms cannot be put off. */
export default function Consent() {
  const consent = useLoad(load, []);
  const [later, setLater] = useState(false);
  const asked = consent.data;
  const needsDate = page.adult_age > 0 && asked?.birth_date === null;
  const send = async (/** @type {Fields} */ fields) => {
    const terms = asked?.terms_due ? { terms_version: asked.terms_version } : {};
    await client.request("PUT", PATH, { ...fields, ...terms });
    consent.reload();
  };
  if (asked?.terms_due)
    return html`<${Dialog} key="terms" title=${text("consent.terms")} onClose=${signOut}>
      <p>${text(asked.accepted_terms ? "consent.terms_changed" : "consent.terms_text")}</p><${Terms} />
      <${Form} onSend=${send} onCancel=${signOut} submit=${text("consent.agree")} cancel=${text("top.sign_out")}>
        <label class="check"><input type="checkbox" required autofocus /> ${text("consent.terms_agree")}</label>
      <//><//>`;
  if (!needsDate || later) return null;
  return html`<${Dialog} key="date" title=${text("consent.birth_date")} onClose=${() => setLater(true)}>
    <${Form} onSend=${send} onCancel=${() => setLater(true)} submit=${text("account.save")} cancel=${text("consent.later")}>
      <${BirthDate} /><//><//>`;
}

/** The part of the account. */
export function ConsentCard() {
  const consent = useLoad(load, []);
  const save = async (/** @type {object} */ changes) => {
    await client.request("PUT", PATH, changes);
    toast(text("account.saved"));
    consent.reload();
  };
  const [wanted, setWanted] = useState(/** @type {boolean | null} */ (null));
  const marketing = useAction(async (/** @type {boolean} */ agrees) => {
    setWanted(agrees);
    await save({ marketing: agrees }).catch((error) => {
      setWanted(!agrees);
      throw error;
    });
  });
  const { data } = consent;
  return html`<${Card} title=${text("consent.title")}>
    <${Loading} of=${consent} rows=${2} />
    ${data?.accepted_terms && html`<p class="soft">${text("consent.terms_accepted", { version: data.accepted_terms })}</p><${Terms} />`}
    ${data?.birth_date && html`<p class="soft">${text("consent.born", { date: day(data.birth_date) })}</p>`}
    ${
      page.adult_age > 0 &&
      data?.birth_date === null &&
      html`<${Form} onSend=${save} submit=${text("account.save")}><${BirthDate} /><//>`
    }
    ${
      data &&
      html`<label class="check"><input type="checkbox" checked=${wanted ?? data.marketing}
        onChange=${(/** @type {any} */ { target }) => marketing.run(target.checked)} />
        ${text("consent.marketing")}</label>`
    }
    <${Refusal} error=${marketing.error} /><//>`;
}
