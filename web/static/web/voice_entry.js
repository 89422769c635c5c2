/** The way into a voice channel: who is in it, and the button to join. */
import { Button, IconButton } from "./components.js";
import { html, useEffect, useState } from "./dom.js";
import { call } from "./call.js";
import { hasSection } from "./page.js";
import { client } from "./session.js";
import { useStore } from "./store.js";
import { text } from "./texts.js";

/**
 * @import { Notifications } from "../client/messages.d.ts"
 * @import { Call } from "./call.js"
 */

/**
 * `kind` and `of` are those of `voice_join`; `channel` is its name, `title` and `href` tell in the bar where one talks. A
 * `small` one is an icon alone.
 *
 * @param {{kind: string, of: number | string, channel: string, title: string, href: string, small?: boolean}} props
 */
function Entry({ kind, of, channel, title, href, small }) {
  const [there, setThere] = useState(/** @type {Notifications.VoiceMember[]} */ ([]));
  const [busy, setBusy] = useState(false);
  const now = useStore(call);
  useEffect(() => {
    const watch = () => client.notifications?.send({ type: "voice_watch", kind, of });
    const stops = [
      client.on("connection", ({ state }, from) => state === "open" && from === client.notifications && watch()),
      client.on("voice_members", (message) => message.channel === channel && setThere(message.members)),
    ];
    if (client.notifications?.state === "open") watch();
    return () => {
      for (const stop of stops) stop();
      if (call.value?.channel !== channel) client.notifications?.sendNow({ type: "voice_unwatch", channel });
    };
  }, [channel]);
  if (now?.channel === channel) return null;
  const join = async () => {
    setBusy(true);
    try {
      const voice = await import("./voice/voice.js");
      await voice.join({ kind, of, channel, title, href });
    } finally {
      setBusy(false);
    }
  };
  const names = there.map(({ username }) => username).join(", ");
  const label = names ? text("voice.join_with", { names }) : text("voice.join");
  if (small)
    return html`<span class="voice-entry"><${IconButton} icon="microphone" label=${label} disabled=${busy} onClick=${join} />
      ${there.length > 0 && html`<span class="count" aria-hidden="true">${there.length}</span>`}</span>`;
  return html`<${Button} icon="microphone" busy=${busy} onClick=${join} aria-label=${label} title=${label}>
    ${text("voice.title")}${there.length > 0 && ` · ${there.length}`}<//>`;
}

/** The entry, where this server has voice. */
export const VoiceEntry = (/** @type {Parameters<typeof Entry>[0]} */ props) =>
  hasSection("voice") && html`<${Entry} key=${props.channel} ...${props} />`;

/**
 * Goes on talking in the next channel, if one talks in the one before.
 *
 * @param {string} before
 * @param {Pick<Call, "of" | "channel" | "href">} next
 */
export async function takeAlong(before, next) {
  const now = call.value;
  if (now?.channel !== before) return;
  const voice = await import("./voice/voice.js");
  await voice.join({ kind: now.kind, title: now.title, ...next });
}
