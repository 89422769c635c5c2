/** The chat of the world, by channel, and the field to write in. */
import { IconButton, Refusal, Tabs, useAction, useGivenBack } from "../components.js";
import { html, useElement, useLayoutEffect, useRef, useState } from "../dom.js";
import { party, partyTalk, sayToParty } from "../social.js";
import { currentUser } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";
import { ask, refusals } from "./live.js";
import { Refused } from "./parts.js";

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Line as ChatLine, Tab } from "./state.js"
 * @import { Shown } from "./parts.js"
 * @import { OnInput, OnSelect, Ref, Rest } from "../types.d.ts"
 * @typedef {Tab | "party"} Channel
 * @typedef {Record<Channel, (ChatLine | Rest.PartiesPartyChat)[]>} Lines
 */

/** @type {Channel[]} */
const CHANNELS = ["area", "world", "faction", "party", "whisper"];

/** @type {Record<Tab, (content: string, toUserId: number) => World.Sent[keyof World.Sent]>} */
const MESSAGES = {
  area: (content) => ({ type: "chat", channel: "area", content }),
  world: (content) => ({ type: "chat", channel: "world", content }),
  faction: (content) => ({ type: "faction_chat", content }),
  whisper: (content, toUserId) => ({ type: "whisper", to_user_id: toUserId, content }),
};

/**
 * Count the lines of each channel that came while another was open.
 *
 * @param {Lines} lines
 * @param {Channel} open
 */
function useUnread(lines, open) {
  /** @type {Ref<Partial<Record<Channel, ChatLine>>>} */
  const seen = useRef(Object.fromEntries(CHANNELS.map((channel) => [channel, lines[channel].at(-1)])));
  seen.current[open] = lines[open].at(-1);
  return (/** @type {Channel} */ channel) =>
    lines[channel].length - 1 - lines[channel].lastIndexOf(/** @type {ChatLine} */ (seen.current[channel]));
}

/** @param {{line: ChatLine, me: number, names: Record<string, string>}} props */
function Line({ line, me, names }) {
  const mine = line.sender_id === me;
  if (line.channel === "announcement")
    return html`<li class="announced"><strong>${text("world.announced")}</strong> ${line.content}</li>`;
  const by = mine && line.to_user_id ? text("world.to_name", { name: names[line.to_user_id] ?? "" }) : line.sender_name;
  return html`<li class=${mine ? "mine" : ""}><strong>${by}</strong> ${line.content}</li>`;
}

/**
 * `channel` and `partner` (the user whispered to, or null) are what is open; `onTurn({channel, partner})` opens
 * something else.
 *
 * @param {{world: Shown, can: boolean, channel: Channel, partner: number | null, onTurn: (turn: {channel: Channel, partner: number | null}) => void}} props
 */
export function Talk({ world, can, channel, partner, onTurn }) {
  const group = useStore(party);
  /** @type {Lines} */
  const lines = { ...world.talk, party: useStore(partyTalk) };
  const unread = useUnread(lines, channel);
  const me = currentUser().id;
  const [draft, setDraft] = useState("");
  /** @type {Ref<HTMLElement>} */
  const list = useElement();
  const refusal = useStore(refusals).talk;
  const toParty = useAction(async (/** @type {string} */ content) => {
    await sayToParty(content);
    // Text written meanwhile stays.
    setDraft((now) => (now.trim() === content ? "" : now));
  });
  const ids = new Set([
    ...world.members.map(({ user_id }) => user_id),
    ...lines.whisper.map(({ sender_id }) => sender_id),
    partner,
  ]);
  const partners = [...ids].flatMap((id) => (id && id !== me ? [id] : []));
  const to = partner ?? partners[0];
  useLayoutEffect(() => {
    list.current.scrollTop = list.current.scrollHeight;
  }, [channel, lines[channel].length]);
  // A refused line goes back to where it was written, unless another is being written there.
  const sent = useGivenBack(refusal?.ref, (content) => setDraft((now) => now || content));
  const say = (/** @type {Event} */ event) => {
    event.preventDefault();
    const content = draft.trim();
    // While the line is away it stays where it is written.
    if (!content || !can) return;
    if (channel === "party") return void toParty.run(content);
    sent(ask("talk", MESSAGES[channel](content, to)), content);
    return setDraft("");
  };
  const mute = channel === "whisper" ? !to : channel === "party" && !group;
  const label =
    channel === "whisper" && to
      ? text("world.whisper_to", { name: world.names[to] ?? "" })
      : text(`world.say_${channel}`);
  const tab = (/** @type {Channel} */ value) => {
    const count = unread(value);
    return { value, label: text(`world.channel_${value}`) + (count > 0 ? ` · ${count}` : "") };
  };
  return html`<section class="card chat world-talk" aria-label=${text("world.talk")}>
    <${Tabs} name="channel" label=${text("world.channels")} value=${channel}
      onChoose=${(/** @type {Channel} */ value) => onTurn({ channel: value, partner })} options=${CHANNELS.map(tab)} />
    <ol ref=${list} aria-live="polite" tabindex="0" aria-label=${text(`world.channel_${channel}`)}>
      ${lines[channel].map((line, index) => html`<${Line} key=${index} line=${line} me=${me} names=${world.names} />`)}
      ${!lines[channel].length && html`<li class="soft">${text(mute ? `world.mute_${channel}` : "world.quiet")}</li>`}
        </ol>
    ${
      channel === "whisper" &&
      partners.length > 0 &&
      html`<select aria-label=${text("world.to")} value=${to}
        onChange=${(/** @type {OnSelect} */ { currentTarget }) => onTurn({ channel, partner: Number(currentTarget.value) })}>
      ${partners.map((id) => html`<option key=${id} value=${id} selected=${id === to}>${world.names[id]}</option>`)}
        </select>`
    }
    <${Refused} at="talk" /><${Refusal} error=${toParty.error} />
    <form onSubmit=${say}><input aria-label=${label} placeholder=${label} maxlength="500" autocomplete="off"
      enterkeyhint="send" disabled=${mute}
        value=${draft} onInput=${(/** @type {OnInput} */ { currentTarget }) => setDraft(currentTarget.value)} />
      <${IconButton} type="submit" icon="send" label=${text("talk.send")} disabled=${mute} /></form></section>`;
}
