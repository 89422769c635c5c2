/** The way from a guest to a lasting account. */
import { Card, Field, Form } from "../components.js";
import { html } from "../dom.js";
import { upgrade } from "../session.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Fields } from "../types.d.ts" */

export function Keep() {
  const keep = async (/** @type {Fields} */ fields) => {
    await upgrade(fields);
    toast(text("profile.kept"));
    // The card goes, and the focus would go with it.
    document.getElementById("main")?.focus({ preventScroll: true });
  };
  return html`<${Card} title=${text("profile.keep_title")}>
    <p class="soft">${text("profile.keep_text")}</p>
    <${Form} onSend=${keep} submit=${text("profile.keep")}>
      <${Field} label=${text("register.email")} name="email" type="email" required autocomplete="email" />
      <${Field} label=${text("register.password")} name="password" type="password" required
        autocomplete="new-password" />
    <//>
  <//>`;
}
