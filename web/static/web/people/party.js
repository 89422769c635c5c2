/** The party: who is in it, ready or not, what its leader may do, and what is said. */
import { Badge, Button, Card, IconButton, Menu, Person, Refusal, useAction } from "../components.js";
import { html, useLayoutEffect, useElement } from "../dom.js";
import { inParty, isLeader, party, partyTalk, sayToParty } from "../social.js";
import { currentUser } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";
import { VoiceEntry } from "../voice_entry.js";

/** @import { Action, On, Ref, Rest } from "../types.d.ts" */

/** @param {{one: Rest.PartiesPartyMemberInfo, group: Rest.PartiesPartyInfo, act: Action<[act: string, fields?: object]>}} props */
function Member({ one, group, act }) {
  const leads = one.user_id === group.leader_id;
  const me = currentUser().id;
  return html`<${Person} name=${one.username} says=${text(leads ? "party.leader" : "party.member")}>
    ${one.ready && html`<${Badge} kind="good">${text("party.ready")}<//>`}
    ${
      isLeader(group) &&
      one.user_id !== me &&
      html`<${Menu} label=${text("party.actions", { name: one.username })}
      items=${[{ label: text("party.kick"), danger: true, onChoose: () => act.run("kick", { user_id: one.user_id }) }]} />`
    }<//>`;
}

function Talk() {
  const lines = useStore(partyTalk);
  /** @type {Ref<HTMLElement>} */
  const list = useElement();
  const say = useAction(async (/** @type {HTMLInputElement} */ field) => {
    const { value } = field;
    await sayToParty(value);
    // Text written meanwhile stays.
    if (field.value === value) field.value = "";
  });
  useLayoutEffect(() => {
    list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  const send = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    const content = event.currentTarget.elements.namedItem("content");
    if (content instanceof HTMLInputElement && content.value.trim()) say.run(content);
  };
  return html`<div class="party-talk">
    <div ref=${list} role="log" tabindex="0" aria-label=${text("party.talk")}>
      ${lines.map((line) => html`<p key=${line.seq}><strong>${line.sender_name}</strong> ${line.content}</p>`)}</div>
    <${Refusal} error=${say.error} />
    <form onSubmit=${send}>
      <input name="content" aria-label=${text("party.say")} placeholder=${text("party.say")} maxlength="500"
        autocomplete="off" enterkeyhint="send" />
      <${IconButton} type="submit" icon="send" label=${text("talk.send")} disabled=${say.busy} /></form></div>`;
}

export function Party() {
  const group = useStore(party);
  const act = useAction(inParty);
  if (!group)
    return html`<${Card} class="party"><h2 class="small-title">${text("party.title")}</h2>
      <p class="soft small">${text("party.none")}</p>
      <${Button} icon="add" busy=${act.busy} onClick=${() => act.run("create")}>${text("party.create")}<//>
      <${Refusal} error=${act.error} /><//>`;
  const mine = group.members.find(({ user_id }) => user_id === currentUser().id);
  const leader = isLeader(group);
  return html`<${Card} class="party"><div class="head"><h2 class="small-title">${text("party.title")}</h2>
      <span class="soft small numbers">${text("lobbies.count", { count: group.members.length, most: group.max_size })}
        </span>
      <span class="spring"></span>
      <${VoiceEntry} kind="party" of=${group.id} channel=${`party_${group.id}`} title=${text("party.title")}
        href="/friends" small />
      <${Menu} label=${text("party.menu")} items=${[
        { label: text("party.leave"), onChoose: () => act.run("leave") },
        leader && { label: text("party.disband"), danger: true, onChoose: () => act.run("disband") },
      ]} /></div>
    <ul class="people-list" aria-live="polite">
      ${group.members.map((one) => html`<${Member} key=${one.user_id} one=${one} group=${group} act=${act} />`)}</ul>
    <${Button} kind=${mine?.ready ? "plain" : "primary"} icon="check" busy=${act.busy}
      onClick=${() => act.run("ready", { ready: !mine?.ready })}>
      ${text(mine?.ready ? "party.not_ready" : "party.get_ready")}<//>
    <p class="soft small">${text(leader ? "party.leader_queues" : "party.member_waits")}</p>
    <${Refusal} error=${act.error} />
    ${group.members.length > 1 && html`<${Talk} />`}<//>`;
}
