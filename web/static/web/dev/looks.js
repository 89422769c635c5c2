/** Every component in every state, for whoever designs or changes them. */
import { GameArt } from "../art.js";
import { HUES, SHAPES } from "../avatars.js";
import {
  Avatar,
  Badge,
  Button,
  Card,
  CopyField,
  Dialog,
  Empty,
  Failure,
  Field,
  Form,
  IconButton,
  LinkButton,
  LinkTabs,
  Loading,
  Menu,
  Meter,
  Missing,
  Person,
  Refusal,
  Skeleton,
  Tabs,
} from "../components.js";
import { html, render, useState } from "../dom.js";
import { Icon, NAMES } from "../icons.js";
import { NEW_ROOM } from "../play/room.js";
import { Seat } from "../play/seat.js";
import { MoveList, Transport } from "../play/steps.js";
import { Money } from "../purse.js";
import { Creature, Emblem, Item, Terrain } from "../things/illustrations.js";
import { Picture, RARITIES, SLOTS } from "../things/things.js";

/** @import { Children, Scene } from "../types.d.ts" */

const KINDS = ["primary", "plain", "quiet", "danger"];
const GAMES = ["tictactoe", "connect_four", "draughts", "chess", "hearts", "battleship", "pong", "arena", "other"];
const MONSTERS = ["Rat", "Cave spider", "Goblin scout", "Goblin shaman", "Wolf", "Ogre", "Wraith", "Slime", "Dragon"];
const PETS = ["Ember fox", "Moss turtle", "Cloud cat", "Tiny owl"];
const FACTIONS = ["Aurora", "Umbra", "Verdant", "Iron"];
const PLACES = [
  "Mount Ash",
  "Old Forest",
  "Mirror Lake",
  "Market Town",
  "Ruined Temple",
  "Salt Desert",
  "Deep Cave",
  "Long Field",
];

/** @param {{title: string, children?: Children}} props */
const Part = ({ title, children }) =>
  html`<section class="look" aria-label=${title}><h2>${title}</h2><div class="samples">${children}</div></section>`;

/** @type {Scene[]} */
const SCENES = [
  { seq: 0, view: null, input: null },
  ...[1, 2, 3].map((seq) => {
    const input = { type: "player_move", user_id: seq, movement: /** @type {any} */ ({ cell: seq }) };
    return { seq, view: null, input: /** @type {Scene["input"]} */ (input) };
  }),
];

function Moves() {
  const [at, setAt] = useState(2);
  const way = { at, last: SCENES.length - 1, to: setAt };
  return html`<${Card} class="steps"><${Transport} ...${way} /><${MoveList} scenes=${SCENES} ...${way}
    notation=${["1. e4", "e5", "2. Nf3"]} nameOf=${() => ""} /><//>
    <${Card} class="steps"><${MoveList} scenes=${SCENES} ...${way} notation=${null} nameOf=${() => "Ada"} /><//>`;
}

function Seats() {
  const players = [
    { id: 1, username: "ada", side: "white", rating: 1510, score: 0, connected: true },
    { id: 2, username: "a-very-long-name-of-somebody", side: "black", rating: null, score: 0, connected: false },
  ];
  const now = new Date().toISOString();
  const room = {
    ...NEW_ROOM,
    players,
    turn: 1,
    you: { user_id: 1 },
    gone: { 2: { username: "bob", until: Date.now() + 30_000 } },
    clock: /** @type {any} */ ({ left_ms: { 1: 12_000, 2: 180_000 }, running: [1], at: now }),
    result: { ratings: [{ user_id: 1, before: 1500, after: 1510 }] },
  };
  return players.map(
    (seat) => html`<${Seat} key=${seat.id} room=${room} seat=${seat} board=${{ MARKS: ["R", "Y"] }} />`,
  );
}

function Choices() {
  const [tab, setTab] = useState("one");
  const [open, setOpen] = useState(false);
  const options = [
    { value: "one", label: "One" },
    { value: "two", label: "Two" },
  ];
  const items = [
    { label: "Invite", onChoose: () => {} },
    { label: "Remove", danger: true, onChoose: () => {} },
  ];
  return html`<${Tabs} label="Tabs" name="tabs" options=${options} value=${tab} onChoose=${setTab} />
    <${LinkTabs} label="Links" path="/dev/looks" options=${[
      { href: "/dev/looks", label: "Here" },
      { href: "/play", label: "There" },
    ]} />
    <${Menu} label="Menu" items=${items} />
    <${Button} onClick=${() => setOpen(true)}>Open a dialog<//>
    ${open && html`<${Dialog} title="A dialog" onClose=${() => setOpen(false)}><p>Esc and a click beside it close it.</p><//>`}`;
}

/** @returns {never} */
const refuse = () => {
  throw Object.assign(new Error("Refused."), { errors: { name: ["This name is taken."] } });
};

function Looks() {
  return html`<h1>Looks</h1>
    <${Part} title="Buttons">${KINDS.map(
      (kind) => html`<${Button} key=${kind} kind=${kind} icon="play">${kind}<//>
        <${Button} kind=${kind} disabled>${kind}, disabled<//><${Button} kind=${kind} busy>${kind}, busy<//>`,
    )}
      <${Button} kind="primary" class="large">large<//><${LinkButton} href="/play">A link<//>
      <${IconButton} icon="close" label="Close" /><${IconButton} icon="close" label="Close, disabled" disabled /><//>
    <${Part} title="Choices"><${Choices} /><//>
    <${Part} title="Fields"><${Form} onSend=${refuse} submit="Send" onCancel=${() => {}}>
      <${Field} label="Name" name="name" initial="ada" /><${Field} label="Disabled" name="off" disabled />
      <${Field} label="Choice" name="choice" initial="b" options=${[
        { value: "a", label: "A" },
        { value: "b", label: "B" },
      ]} /><//>
      <${CopyField} label="To copy" value="https://example.org/games/1" /><${Refusal}>It was refused, and this is why.<//><//>
    <${Part} title="Badges, meters, money">${["", "good", "bad", "warn", "accent"].map(
      (kind) => html`<${Badge} key=${kind} kind=${kind}>${kind || "plain"}<//>`,
    )}
      ${[0, 20, 60, 100].map((value) => html`<${Meter} key=${value} label="Health" kind="health" value=${value} most=${100} />`)}
      <${Money} currency="gold">${1250}<//><${Money} currency="gems">${12}<//><//>
    <${Part} title="States"><${Skeleton} rows=${2} /><${Skeleton} rows=${1} tall />
      <${Empty} words="Nothing here yet." href="/play" action="Play" /><${Missing} words="There is no such game." />
      <${Failure} words="The server can't be reached." onRetry=${() => {}} />
      <${Failure} kept words="What you see may be old." onRetry=${() => {}} />
      <${Loading} of=${{ data: null, error: null, reload: () => {} }} /><//>
    <${Part} title="Avatars">${Array.from(
      { length: HUES },
      (_, hue) => html`<${Avatar} key=${hue} name="Ada" look=${{ hue, shape: hue % SHAPES }} />`,
    )}<${Avatar} name="Ada" size="large" />${["online", "away", "busy", "playing", "offline"].map(
      (presence) => html`<${Avatar} key=${presence} name="Ada" presence=${presence} />`,
    )}
      <ul class="list"><${Person} name="ada" presence="online" says="Playing chess" /></ul><//>
    <${Part} title="Seats"><${Seats} /><//>
    <${Part} title="Moves"><${Moves} /><//>
    <${Part} title="Icons">${NAMES.map((name) => html`<span key=${name} class="named"><${Icon} name=${name} />${name}</span>`)}<//>
    <${Part} title="Games">${GAMES.map((name) => html`<span key=${name} class="thumb"><${GameArt} name=${name} /></span>`)}<//>
    <${Part} title="Monsters">${MONSTERS.map((name) => html`<span key=${name} class="named"><${Creature} name=${name} />${name}</span>`)}<//>
    <${Part} title="Pets">${PETS.map((name) => html`<span key=${name} class="named"><${Creature} name=${name} mild />${name}</span>`)}<//>
    <${Part} title="Items">${[...SLOTS, "food", "egg", "material"].map((sort) =>
      ["first", "second", "third"].map((name) => html`<${Item} key=${sort + name} name=${sort + name} sort=${sort} />`),
    )}${RARITIES.map((rarity) => html`<${Picture} key=${rarity} thing=${{ name: rarity, rarity, slot: "weapon" }} />`)}<//>
    <${Part} title="Factions">${FACTIONS.map((name) => html`<span key=${name} class="named accent"><${Emblem} name=${name} />${name}</span>`)}<//>
    <${Part} title="Places">${PLACES.map(
      (name) => html`<span key=${name} class="named accent"><svg viewBox="-16 -16 32 32" width="96" height="96">
        <${Terrain} name=${name} size=${9} room=${4} reach=${12} count=${6} /></svg>${name}</span>`,
    )}<//>`;
}

render(html`<${Looks} />`, /** @type {HTMLElement} */ (document.getElementById("looks")));
