/** The shared world: who one is, the map, the place where one stands, and all that happens there. */
import { Button, Card, Failure, Skeleton, Tabs, useTitle } from "../components.js";
import { html, useEffect, useRef, useState } from "../dom.js";
import { Emblem } from "../things/illustrations.js";
import { Arriving, Line } from "../line.js";
import { client, currentUser, reason, useUser } from "../session.js";
import { useStore } from "../store.js";
import { ago, amount, text } from "../texts.js";
import { Characters } from "./characters.js";
import { Fight } from "./fight.js";
import { catchUp, connection as worldConnection, enter, leave, world as worldStore } from "./live.js";
import { WorldMap } from "./map.js";
import { colours, placeName, Side } from "./parts.js";
import { Place } from "./place.js";
import { Talk } from "./talk.js";
import { Trade } from "./trade.js";

/**
 * @import { World as Socket } from "../../client/messages.d.ts"
 * @import { Happening, Shard, WorldState } from "./state.js"
 * @import { Shown } from "./parts.js"
 * @import { Channel } from "./talk.js"
 * @import { Connection } from "../types.d.ts"
 */

/**
 * The number of shards that each faction holds.
 *
 * @param {{factions: Socket.FactionInfo[], shards: Shard[] | null}} props
 */
function Shares({ factions, shards: known }) {
  // Its room is kept until they are known.
  const shards = known ?? [];
  const held = (/** @type {string | null} */ name) => shards.filter(({ faction }) => faction === name).length;
  return html`<ul class=${`shares ${known ? "" : "to-come"}`} aria-label=${text("world.shares")}>
    ${factions.map(
      ({ id, name }) => html`<li key=${id}><${Side} name=${name} /> <strong class="numbers">
    ${amount(held(name))}</strong></li>`,
    )}
    <li class="soft numbers free">${text("world.free", { count: held(null) })}</li></ul>`;
}

/** @param {{world: Shown, connection: Connection, onChange: () => void}} props */
function Banner({ world, connection, onChange }) {
  const { reality, epoch, you, factions, shards } = world;
  return html`<header class="card world-banner" style=${colours(reality)}>
    ${reality && html`<${Emblem} name=${reality} />`}
    <div class="grow"><h1>${text(reality ? "world.reality" : "world.no_reality", { faction: reality })}</h1>
      <p class="soft small numbers">${text("world.epoch", { epoch: amount(epoch) })}</p></div>
    <${Shares} factions=${factions} shards=${shards} />
    <${Line} connection=${connection} away="connection.waiting" />
    <${Button} kind="quiet" icon="profile" onClick=${onChange}
      aria-label=${text("world.change_name", { name: you.character_name })}><${Side} name=${you.faction}>
      ${you.character_name}<//><//></header>`;
}

/**
 * Describe an event of the world in a sentence.
 *
 * @param {Happening} event
 */
const sentence = (event) => text(`world.event_${event.type}`, { ...event, place: placeName(event.location_id) });

/** @param {Pick<WorldState, "events" | "missing">} props */
function Chronicle({ events, missing }) {
  return html`<${Card} class="chronicle" title=${text("world.events")}>
    ${
      missing
        ? html`<${Failure} words=${reason(missing)} onRetry=${catchUp} />`
        : events
          ? html`<ol aria-live="polite" tabindex="0" aria-label=${text("world.events")}>${events.map(
              (event) => html`<li key=${`${event.type} ${event.at}`} class="small">
        <span>${sentence(event)}</span> <time class="soft">${ago(new Date(event.at).toISOString())}</time></li>`,
            )}
        ${!events.length && html`<li class="soft">${text("world.no_events")}</li>`}</ol>`
          : html`<${Skeleton} rows=${2} />`
    }<//>`;
}

const PARTS = ["here", "map", "talk"];

/** @param {{world: WorldState, connection: Connection}} props */
function World({ world, connection }) {
  const [choosing, setChoosing] = useState(false);
  const [part, setPart] = useState("here");
  const [talk, setTalk] = useState(
    /** @type {{channel: Channel, partner: number | null}} */ ({ channel: "area", partner: null }),
  );
  const me = currentUser().id;
  const can = connection.state === "open";
  const seen = useRef(0);
  if (part === "talk") seen.current = world.heard;
  const unheard = world.heard - seen.current;
  const { combat, trades } = world;
  // A fight or a trade that begins is shown at once.
  useEffect(() => {
    if (combat || trades.length) setPart("here");
  }, [combat?.combat_id, trades.length]);
  if (choosing || !world.you)
    return html`<${Characters} factions=${world.factions} onPlay=${() => setChoosing(false)}
      onBack=${world.you && (() => setChoosing(false))} />`;
  const whisper = (/** @type {number} */ partner) => {
    setTalk({ channel: "whisper", partner });
    setPart("talk");
  };
  const shown = (/** @type {string} */ one) => (one === part ? "part chosen" : "part");
  return html`<div class="world">
    <${Banner} world=${world} connection=${connection} onChange=${() => setChoosing(true)} />
    <${Tabs} name="part" label=${text("world.parts")} value=${part} onChoose=${setPart} options=${PARTS.map(
      (value) => ({
        value,
        label: text(`world.part_${value}`) + (value === "talk" && unheard ? ` · ${unheard}` : ""),
      }),
    )} />
    <div class=${`${shown("map")} of-map`}><${WorldMap} world=${world} can=${can} /><${Chronicle} ...${world} /></div>
    <div class=${`${shown("here")} of-here`}>
      ${combat && html`<${Fight} world=${world} can=${can} />`}
      ${trades.map((trade) => html`<${Trade} key=${trade.id} trade=${trade} me=${me} can=${can} />`)}
      <${Place} world=${world} can=${can} onWhisper=${whisper} /></div>
    <div class=${`${shown("talk")} of-talk`}><${Talk} world=${world} can=${can} ...${talk} onTurn=${setTalk} /></div>
      </div>`;
}

export default function Shared() {
  const world = useStore(worldStore);
  const connection = useStore(worldConnection);
  const user = useUser();
  useTitle(text("world.title"));
  useEffect(() => {
    enter();
    return leave;
  }, [user.id]);
  if (connection.state === "closed" && connection.code && connection.code !== 1000 && connection.code !== 4401)
    return html`<div class="empty" role="alert"><p>${text(connection.code === 4409 ? "world.replaced" : "world.closed")}
      </p>
      <${Button} kind="primary" onClick=${enter}>${text("game.replaced_here")}<//></div>`;
  if (!world.known) return html`<${Arriving} connection=${connection} channel=${() => client.world} rows=${3} />`;
  return html`<${World} world=${world} connection=${connection} />`;
}
