/** The settings of notifications: on this device, and which kinds on all. */
import { Button, Card, Loading, Refusal, useAction, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { page } from "../page.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { choose, isAble, isOn, load, turnOff, turnOn } from "./push.js";

/** @import { OnInput, Rest } from "../types.d.ts" */

/** @type {(keyof Rest.PushKinds)[]} */
const KINDS = ["messages", "invites", "turns", "friend_requests"];

/** @param {{kinds: Rest.PushKinds}} props */
function Kinds({ kinds }) {
  const [chosen, setChosen] = useState(kinds);
  const change = useAction(async (/** @type {keyof Rest.PushKinds} */ kind, /** @type {boolean} */ on) => {
    /** @type {Rest.PushKinds} */
    const now = await client.request("PATCH", "/api/me/push/", { [kind]: on });
    setChosen(now);
    await choose(now);
  });
  return html`<fieldset class="stack"><legend class="soft small">${text("push.kinds")}</legend>
    ${KINDS.map(
      (kind) => html`<label key=${kind} class="check"><input type="checkbox" checked=${chosen[kind]}
        disabled=${change.busy} onChange=${(/** @type {OnInput} */ { currentTarget }) =>
          change.run(kind, currentTarget.checked)} />
        ${text(`push.${kind}`)}</label>`,
    )}
    <${Refusal} error=${change.error} /></fieldset>`;
}

/** @param {{told: Rest.Pushing, onChanged: () => void}} props */
function Device({ told, onChanged }) {
  const can = isAble(told.public_key);
  const on = isOn(told);
  const [denied, setDenied] = useState(() => can && Notification.permission === "denied");
  const turn = useAction(async () => {
    if (on) await turnOff();
    else {
      const permission = await Notification.requestPermission();
      setDenied(permission === "denied");
      if (permission === "granted") await turnOn(told);
    }
    onChanged();
  });
  if (!can) return html`<p class="soft">${text("push.cannot")}</p>`;
  if (denied) return html`<p class="soft">${text("push.denied")}</p>`;
  return html`<${Button} icon="bell" kind=${on ? "plain" : "primary"} busy=${turn.busy}
      onClick=${() => turn.run()}>${text(on ? "push.turn_off" : "push.turn_on")}<//>
    <${Refusal} error=${turn.error} />`;
}

export default function PushCard() {
  const told = useLoad(load, []);
  return html`<${Card} title=${text("push.title")}>
    <p class="soft">${text(page.pushes ? "push.text" : "push.text_open")}</p>
    <${Loading} of=${told} rows=${3} />
    ${
      told.data && html`<${Device} told=${told.data} onChanged=${told.reload} /><${Kinds} kinds=${told.data.kinds} />`
    }<//>`;
}
