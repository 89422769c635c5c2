/** The account itself: its name, its password, the devices signed in to it, all its data, and its end. */
import {
  Avatar,
  Badge,
  Button,
  Card,
  Dialog,
  Field,
  Form,
  Loading,
  Refusal,
  saveFile,
  useAction,
  useLoad,
  useTitle,
} from "../components.js";
import { html, useElement, useState } from "../dom.js";
import { Icon } from "../icons.js";
import { OwnAvatar } from "./avatar.js";
import { Keep } from "./keep.js";
import { ConsentCard } from "../ways/consent.js";
import { Merge } from "../ways/merge.js";
import { Authenticator, Proof, proving, SignIns, WaysIn } from "../ways/security.js";
import { go } from "../router.js";
import { client, erase, session, signOut, useUser } from "../session.js";
import { ago, text } from "../texts.js";
import { everything, ProfileTabs } from "../things/things.js";
import { toast } from "../toasts.js";

/** @import { Failed, Fields, Loaded, Ref, Rest, User } from "../types.d.ts" */

/** @param {{user: User, onChanged: () => void}} props */
function Name({ user, onChanged }) {
  const save = async (/** @type {Fields} */ fields, /** @type {HTMLFormElement} */ form) => {
    /** @type {Rest.AccountsOwnProfile} */
    const changed = await client.request("PATCH", "/api/me/", fields).catch(besideField("password"));
    session.patch({ user: changed });
    const password = form.elements.namedItem("password");
    if (password instanceof HTMLInputElement) password.value = "";
    const { pending_email: email } = changed;
    toast(email && email === fields.email ? text("account.verify_sent", { email }) : text("account.saved"));
    if (!user.is_guest) onChanged();
  };
  return html`<${Card} title=${text("account.who")}>
    <${Form} onSend=${save} submit=${text("account.save")}>
      <${Field} label=${text("register.username")} name="username" required initial=${user.username}
        autocomplete="username" />
      ${
        !user.is_guest &&
        html`<${Field} label=${text("register.email")} name="email" type="email" required
        initial=${user.email} autocomplete="email" />
        <${Field} label=${text("account.email_password")} name="password" type="password"
          autocomplete="current-password" />`
      }
    <//><//>`;
}

/**
 * A wrong password is told beside `field`.
 *
 * @param {string} field
 */
const besideField = (field) => (/** @type {Failed} */ error) => {
  if (error.code === "wrong_password") error.errors = { [field]: [error.message] };
  throw error;
};

/** @param {{email: string, onVerified: () => void}} props */
function Verify({ email, onVerified }) {
  const again = useAction(async () => {
    await client.request("POST", "/api/auth/email/resend/");
    toast(text("account.verify_sent", { email }));
  });
  const send = async (/** @type {Fields} */ fields) => {
    await client.request("POST", "/api/auth/email/verify/", fields);
    toast(text("account.verified"));
    onVerified();
  };
  return html`<${Card} title=${text("account.verify")}>
    <p class="soft">${text("account.verify_text", { email })}</p>
    <${Form} onSend=${send} submit=${text("account.verify_send")}>
      <${Field} label=${text("account.verify_code")} name="key" required inputmode="numeric"
        autocomplete="one-time-code" />
    <//>
    <${Button} kind="quiet" busy=${again.busy} onClick=${() => again.run()}>${text("account.verify_again")}<//>
    <${Refusal} error=${again.error} /><//>`;
}

/** @param {{username: string, onChanged: () => void}} props */
function Password({ username, onChanged }) {
  const change = async (/** @type {Fields} */ fields, /** @type {HTMLFormElement} */ form) => {
    await client.request("POST", "/api/me/password/", fields).catch(besideField("old_password"));
    form.reset();
    toast(text("account.password_changed"));
    onChanged();
  };
  return html`<${Card} title=${text("account.password")}>
    <p class="soft">${text("account.password_text")}</p>
    <${Form} onSend=${change} submit=${text("account.password_change")}>
      <input hidden autocomplete="username" value=${username} readonly />
      <${Field} label=${text("account.password_old")} name="old_password" type="password" required
        autocomplete="current-password" />
      <${Field} label=${text("account.password_new")} name="new_password" type="password" required
        autocomplete="new-password" />
    <//><//>`;
}

/** @type {[sign: string, name?: string][]} */
const BROWSERS = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["Firefox"],
  ["FxiOS", "Firefox"],
  ["Chrome"],
  ["CriOS", "Chrome"],
  ["Safari"],
];
/** @type {[sign: string, name?: string][]} */
const SYSTEMS = [["Android"], ["iPhone"], ["iPad"], ["Windows"], ["Mac OS", "macOS"], ["CrOS", "ChromeOS"], ["Linux"]];

/**
 * "Firefox on Windows" for what a browser says of itself; of other programs their first word.
 *
 * @param {string} agent
 */
function deviceName(agent) {
  const known = (/** @type {[sign: string, name?: string][]} */ names) =>
    names.filter(([sign]) => agent.includes(sign)).map(([sign, name = sign]) => name)[0];
  const [browser, system] = [known(BROWSERS), known(SYSTEMS)];
  if (browser && system) return text("account.device", { browser, system });
  return browser ?? system ?? (agent.split(/[/ ]/)[0] || text("account.device_unknown"));
}

/** @param {{device: Rest.AccountsDeviceSession, onClose: () => void, onNamed: () => void}} props */
function Naming({ device, onClose, onNamed }) {
  const send = async (/** @type {Fields} */ fields) => {
    await client.request("PATCH", `/api/me/sessions/${device.id}/`, fields);
    onNamed();
    onClose();
  };
  return html`<${Dialog} title=${text("account.device_name_title")} onClose=${onClose}>
    <${Form} onSend=${send} onCancel=${onClose} submit=${text("account.save")}>
      <${Field} label=${text("account.device_name_label")} name="name" maxlength="60" initial=${device.name} autofocus />
    <//><//>`;
}

/** @param {{device: Rest.AccountsDeviceSession, onEnd: (name: string) => Promise<void>, onNamed: () => void}} props */
function Device({ device, onEnd, onNamed }) {
  const [naming, setNaming] = useState(false);
  const kind = deviceName(device.user_agent);
  const name = device.name || kind;
  const end = useAction(() => (device.current ? signOut() : onEnd(name)));
  return html`<li class="person device"><${Icon} name=${/Mobi|Android/.test(device.user_agent) ? "phone" : "screen"} />
    <div class="grow"><p><strong>${name}
      </strong> ${device.current && html`<${Badge} kind="good">${text("account.device_current")}<//>`}</p>
      <p class="facts soft small">${device.name && html`<span>${kind}</span>`}<span>${text("account.device_since", { ago: ago(device.created_at) })}</span>
        ${!device.current && html`<span>${text("presence.last_seen", { ago: ago(device.last_seen) })}</span>`}<span>
          ${device.ip}</span></p></div>
    <${Button} kind="quiet" aria-haspopup="dialog" aria-label=${text("account.device_name_of", { name })}
      onClick=${() => setNaming(true)}>${text("account.device_name")}<//>
    ${naming && html`<${Naming} device=${device} onClose=${() => setNaming(false)} onNamed=${onNamed} />`}
    <${Button} busy=${end.busy} aria-label=${device.current ? undefined : text("account.device_end_name", { name })}
      onClick=${() => end.run()}>${text("top.sign_out")}<//>
    <${Refusal} error=${end.error} /></li>`;
}

/** @param {{devices: Loaded<Rest.AccountsDeviceSession[]>}} props */
function Devices({ devices }) {
  /** @type {Ref<HTMLElement>} */
  const title = useElement();
  const ended = () => {
    // The button that was pressed goes with its device.
    title.current.focus();
    devices.reload();
  };
  const [ask, setAsk] = useState(/** @type {any} */ (null));
  const prove = proving(setAsk);
  const others = useAction(() =>
    prove(async () => {
      await client.request("DELETE", "/api/me/sessions/");
      toast(text("account.devices_ended"));
      ended();
    }),
  );
  /** @type {(device: Rest.AccountsDeviceSession, name: string) => Promise<void>} */
  const end = (device, name) =>
    prove(async () => {
      // The session may have ended by itself meanwhile.
      await client.request("DELETE", `/api/me/sessions/${device.id}/`).catch((/** @type {Failed} */ error) => {
        if (error.status !== 404) throw error;
      });
      toast(text("account.device_ended", { name }));
      ended();
    });
  return html`<${Card}><h2 ref=${title} tabindex="-1">${text("account.devices")}</h2>
    <p class="soft">${text("account.devices_text")}</p>
    <${Loading} of=${devices} rows=${2} />
    <ul class="people-list">
      ${devices.data
        ?.toSorted((one, other) => Number(other.current) - Number(one.current))
        .map(
          (device) => html`<${Device}
      key=${device.id} device=${device} onNamed=${devices.reload}
      onEnd=${(/** @type {string} */ name) => end(device, name)} />`,
        )}</ul>
    ${
      (devices.data?.length ?? 0) > 1 &&
      html`<${Button} kind="quiet" busy=${others.busy} onClick=${() => others.run()}>${text("account.devices_end")}<//>`
    }
    <${Refusal} error=${others.error} />
    ${ask && html`<${Proof} ask=${ask} onClose=${() => setAsk(null)} />`}<//>`;
}

/** @param {{username: string}} props */
function Data({ username }) {
  const load = useAction(async () => {
    const data = await client.request("GET", "/api/me/export/");
    saveFile(`${username}.json`, JSON.stringify(data, null, 2), "application/json");
  });
  return html`<${Card} title=${text("account.data")}>
    <p class="soft">${text("account.data_text")}</p>
    <${Button} icon="download" busy=${load.busy} onClick=${() => load.run()}>${text("account.data_load")}<//>
    <${Refusal} error=${load.error} /><//>`;
}

/** The settings of notifications, loaded last. */
function Notifications() {
  const { data } = useLoad(() => import("../notify/card.js"), []);
  return data ? html`<${data.default} />` : null;
}

/** @param {{user: User, onClose: () => void}} props */
function Erasing({ user, onClose }) {
  const send = async (/** @type {{password?: string}} */ { password }) => {
    await erase(password).catch(besideField("password"));
    go("/");
    toast(text("account.erased"));
  };
  return html`<${Dialog} title=${text("account.erase_title", { name: user.username })} onClose=${onClose}>
    <p>${text("account.erase_gone")}</p><p>${text("account.erase_stays")}</p>
    <${Form} onSend=${send} onCancel=${onClose} submit=${text("account.erase_yes")} kind="danger">
      ${
        !user.is_guest &&
        html`<${Field} label=${text("account.erase_password")} name="password" type="password"
        required autofocus autocomplete="current-password" />`
      }
      <label class="check"><input type="checkbox" required /> ${text("account.erase_sure")}</label>
    <//><//>`;
}

/** @param {{user: User}} props */
function Erase({ user }) {
  const [open, setOpen] = useState(false);
  return html`<${Card} title=${text("account.erase")}>
    <p class="soft">${text("account.erase_text")}</p>
    <${Button} kind="danger" aria-haspopup="dialog" onClick=${() => setOpen(true)}>${text("account.erase_begin")}<//>
    ${open && html`<${Erasing} user=${user} onClose=${() => setOpen(false)} />`}<//>`;
}

/** @param {{path: string}} props */
export default function Account({ path }) {
  const user = useUser();
  const profile = useLoad(
    /** @returns {Promise<Rest.AccountsOwnProfile>} */
    () => client.request("GET", "/api/me/"),
    [user.email],
  );
  const devices = useLoad(
    /** @returns {Promise<Rest.AccountsDeviceSession[]>} */
    async () => (user.is_guest ? [] : everything("/api/me/sessions/")),
    [user.is_guest],
  );
  const unverified = profile.data?.pending_email ?? (profile.data?.email_verified === false && user.email);
  const verified = async () => {
    session.patch({ user: await client.request("GET", "/api/me/") });
    profile.reload();
  };
  useTitle(text("account.title"));
  return html`<div class="page wide profile">
    <${ProfileTabs} path=${path} />
    <header><${Avatar} name=${user.username} size="large" /><div><h1>${text("account.title")}</h1>
      <p class="soft">${[user.username, user.email || text("profile.guest")].join(" · ")}</p></div></header>
    <div class="halves">
      <div class="cards">${user.is_guest && html`<${Keep} />`}<${OwnAvatar} name=${user.username} /><${Name} user=${user}
        onChanged=${profile.reload} />
        ${
          // What is known later comes last, so that it moves nothing.
          profile.settled &&
          html`${unverified && html`<${Verify} email=${unverified} onVerified=${verified} />`}
        ${!user.is_guest && html`<${Merge} user=${user} />`}
        <${Data} username=${user.username} /><${Erase} user=${user} />`
        }</div>
      <div class="cards">${!user.is_guest && html`<${Devices} devices=${devices} />`}
        ${
          devices.settled &&
          profile.settled &&
          html`${!user.is_guest && html`<${Password} username=${user.username} onChanged=${devices.reload} />`}
        ${!user.is_guest && html`<${Authenticator} on=${profile.data?.mfa === true} onChanged=${profile.reload} />`}
        <${WaysIn} onChanged=${verified} />
        ${!user.is_guest && html`<${SignIns} />`}<${ConsentCard} /><${Notifications} />`
        }</div></div>
  </div>`;
}
