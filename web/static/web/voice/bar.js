/** The bar of the voice channel that one is in: who is there and speaks, the microphone, push-to-talk, the way out. */
import { Avatar, IconButton, Menu, useNow } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { call } from "../call.js";
import { currentUser } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";
import {
  hold,
  isMuted,
  isOnAir,
  leave,
  setPushToTalk,
  setTalkKey,
  talkKey,
  toggleMicrophone,
  toggleQuiet,
} from "./voice.js";

/**
 * @import { Notifications } from "../../client/messages.d.ts"
 * @import { Call } from "../call.js"
 */

/** "KeyV" as "V", "ControlLeft" as it is. */
const nameOf = (/** @type {string} */ code) => code.replace(/^(?:Key|Digit)/u, "");
const TYPED_IN = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/**
 * Holds the microphone open while the key is down, unless it is typed into a field.
 *
 * @param {boolean} on
 */
function useTalkKey(on) {
  useEffect(() => {
    if (!on) return undefined;
    const down = (/** @type {KeyboardEvent} */ event) => {
      const typed = event.target instanceof Element && event.target.closest(TYPED_IN);
      if (event.code === talkKey() && !typed && !event.ctrlKey && !event.metaKey && !event.altKey) hold(true);
    };
    const up = (/** @type {KeyboardEvent} */ { code }) => code === talkKey() && hold(false);
    const away = () => hold(false);
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", away);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", away);
    };
  }, [on]);
}

/** @param {{one: Notifications.VoiceMember, now: Call}} props */
function Member({ one, now }) {
  const { username: name, user_id: userId } = one;
  const speaks = now.speaking.has(userId);
  const muted = isMuted(now, userId);
  const quiet = now.quiet.has(userId);
  const kind = `voice-member ${speaks ? "speaks" : ""} ${quiet || muted ? "silent" : ""}`;
  const says = text(muted ? "voice.is_muted" : speaks ? "voice.speaks" : "voice.is_here", { name });
  if (userId === currentUser().id)
    return html`<li class=${kind} title=${says}><${Avatar} name=${name} /><span class="hidden">${says}</span></li>`;
  return html`<li class=${kind}><button type="button" aria-pressed=${quiet} title=${says}
    aria-label=${text("voice.quiet", { name })} onClick=${() => toggleQuiet(userId)}><${Avatar} name=${name} /></button></li>`;
}

/** @param {{onClose: () => void}} props */
function KeyChoice({ onClose }) {
  useEffect(() => {
    const choose = (/** @type {KeyboardEvent} */ event) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.code !== "Escape") setTalkKey(event.code);
      onClose();
    };
    addEventListener("keydown", choose, { capture: true, once: true });
    return () => removeEventListener("keydown", choose, { capture: true });
  }, []);
  return html`<p role="status">${text("voice.press_key")}</p>`;
}

/** @param {{now: Call}} props */
function Bar({ now }) {
  const [choosing, setChoosing] = useState(false);
  useTalkKey(now.pushToTalk && !choosing);
  const muted = isMuted(now, currentUser().id);
  useNow(Object.keys(now.muted).length ? 1000 : null);
  const key = nameOf(talkKey());
  const onAir = isOnAir(now);
  const problem =
    now.microphone === "live" ? muted && text("voice.you_muted") : text(`voice.microphone_${now.microphone}`);
  return html`<aside class="voice-bar" aria-label=${text("voice.title")}>
    <div class="head"><a class="grow" href=${now.href}><strong>${text("voice.title")}</strong>
      <span class="soft small">${now.peer ? now.title : text("voice.joining")}</span></a>
      <${Menu} icon="settings" label=${text("voice.settings")} items=${[
        {
          label: text(now.pushToTalk ? "voice.open_microphone" : "voice.push_to_talk"),
          onChoose: () => setPushToTalk(!now.pushToTalk),
        },
        now.pushToTalk && { label: text("voice.choose_key", { key }), onChoose: () => setChoosing(true) },
      ]} /></div>
    ${problem && html`<p class="voice-problem" role="alert">${problem}</p>`}
    ${choosing && html`<${KeyChoice} onClose=${() => setChoosing(false)} />`}
    <div class="voice-row">
      <ul>${now.members.map((one) => html`<${Member} key=${one.peer} one=${one} now=${now} />`)}</ul>
      ${
        now.microphone === "live" &&
        !muted &&
        (now.pushToTalk
          ? html`<button type="button" class="button talk ${onAir ? "primary" : "plain"}" aria-pressed=${onAir}
              onPointerDown=${() => hold(true)} onPointerUp=${() => hold(false)} onPointerLeave=${() => hold(false)}
              onContextMenu=${(/** @type {Event} */ event) => event.preventDefault()}>
              ${text("voice.hold", { key })}</button>`
          : html`<${IconButton} icon=${now.off ? "microphone_off" : "microphone"} aria-pressed=${now.off}
              label=${text(now.off ? "voice.unmute" : "voice.mute")} onClick=${toggleMicrophone} />`)
      }
      <${IconButton} icon="hang_up" label=${text("voice.leave")} class="hang-up" onClick=${leave} /></div>
  </aside>`;
}

export default function VoiceBar() {
  const now = useStore(call);
  return now && html`<${Bar} now=${now} />`;
}
