/** The choice of a character: the user's own, and a new one. */
import { Badge, Button, Card, Dialog, Field, Form, Loading, Menu, Refusal, useAction, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { Emblem } from "../things/illustrations.js";
import { postOnce } from "../player.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { colours, placeName, Side } from "./parts.js";

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Fields, Rest } from "../types.d.ts"
 * @typedef {Rest.WorldOwnCharacter} Own
 */

const MOST = 8;

/** @param {{character: Own, onDone: () => void, onClose: () => void}} props */
function Deletion({ character, onDone, onClose }) {
  const act = useAction(async () => {
    await client.request("DELETE", `/api/characters/${character.id}/`);
    onClose();
    onDone();
  });
  return html`<${Dialog} title=${text("world.delete_title", character)} onClose=${onClose}>
    <p>${text("world.delete_text")}</p><${Refusal} error=${act.error} />
    <div class="actions end"><${Button} onClick=${onClose}>${text("dialog.cancel")}<//>
      <${Button} kind="danger" busy=${act.busy} onClick=${() => act.run()}>${text("world.delete")}<//></div><//>`;
}

/** @param {{character: Own, onPlay: (character: Own) => Promise<void>, onDelete: () => void}} props */
function Character({ character, onPlay, onDelete }) {
  const play = useAction(() => onPlay(character));
  return html`<li class="card character" style=${colours(character.faction)}>
    <div class="head"><${Emblem} name=${character.faction} /><strong>${character.name}</strong><span class="spring"></span>
      <${Menu} label=${text("world.character_actions", character)}
        items=${[{ label: text("world.delete"), danger: true, onChoose: onDelete }]} /></div>
    <p class="small"><${Side} name=${character.faction} /> <span class="soft">
      ${text("world.level_at", { level: character.level, place: placeName(character.location_id) })}</span></p>
    <${Button} kind=${character.selected ? "primary" : "plain"} icon="world" busy=${play.busy}
      onClick=${() => play.run()} aria-label=${text("world.play_name", character)}>${text("world.play")}<//>
    <${Refusal} error=${play.error} /></li>`;
}

/** @param {{factions: World.FactionInfo[], onMade: (character: Own) => Promise<void>}} props */
function Creation({ factions, onMade }) {
  const [chosen, setChosen] = useState(factions[0]?.name);
  const make = async (/** @type {Fields} */ { name, faction }) =>
    onMade(await postOnce("/api/characters/", { name: name.trim(), faction }));
  return html`<${Card} class="creation" title=${text("world.new_title")}>
    <${Form} onSend=${make} submit=${text("world.create")} icon="add">
      <${Field} label=${text("register.username")} name="name" required minlength="3" maxlength="24"
        autocomplete="off" />
      <fieldset class="choice"><legend>${text("world.faction")}</legend>
        ${factions.map(
          (one) => html`<label key=${one.id} class="faction-choice" style=${colours(one.name)}>
          <input type="radio" name="faction" value=${one.name} checked=${one.name === chosen}
            onChange=${() => setChosen(one.name)} />
          <${Emblem} name=${one.name} />
          <span><strong>${one.name}</strong><span class="soft small">${one.description}</span></span></label>`,
        )}</fieldset>
    <//><//>`;
}

/**
 * `onPlay` is called once a character is chosen; `onBack` is there if one is in play already.
 *
 * @param {{factions: World.FactionInfo[], onPlay: () => void, onBack?: (() => void) | null}} props
 */
export function Characters({ factions, onPlay, onBack }) {
  const own = useLoad(/** @returns {Promise<Own[]>} */ () => client.request("GET", "/api/characters/"), []);
  const { data: characters, reload } = own;
  const [doomed, setDoomed] = useState(/** @type {Own | null} */ (null));
  const play = async (/** @type {Own} */ { id }) => {
    await client.request("POST", "/api/characters/select/", { character_id: id });
    onPlay();
  };
  if (!characters) return html`<${Loading} of=${own} rows=${2} tall />`;
  return html`<div class="page characters">
    <header><h1>${text(characters.length ? "world.choose" : "world.first")}</h1>
      ${characters.length > 0 && html`<${Badge}>${text("lobbies.count", { count: characters.length, most: MOST })}<//>`}
        <span class="spring"></span>
      ${onBack && html`<${Button} kind="quiet" icon="back" onClick=${onBack}>${text("world.back")}<//>`}</header>
    ${
      characters.length > 0 &&
      html`<ul class="battles">
      ${characters.map(
        (one) => html`<${Character} key=${one.id} character=${one} onPlay=${play}
      onDelete=${() => setDoomed(one)} />`,
      )}</ul>`
    }
    ${characters.length < MOST && html`<${Creation} factions=${factions} onMade=${play} />`}
    ${doomed && html`<${Deletion} character=${doomed} onClose=${() => setDoomed(null)} onDone=${reload} />`}</div>`;
}
