/** The player's inventory: gear to wear, by click or by drag, and everything else. */
import { hasSection } from "../page.js";
import {
  Button,
  Dialog,
  Empty,
  LinkButton,
  Loading,
  Refusal,
  Tabs,
  useAction,
  useLoad,
  useTitle,
} from "../components.js";
import { html, useState } from "../dom.js";
import { Icon } from "../icons.js";
import { later } from "../player.js";
import { client } from "../session.js";
import { amount, text, textOr, words } from "../texts.js";
import { Bonuses, everything, Picture, ProfileTabs, RARITIES, SLOTS, sortOf, toShop } from "../things/things.js";

/**
 * @import { Children, Rest } from "../types.d.ts"
 * @typedef {Rest.ProgressionInventoryRow} Row
 * @typedef {{wear: (thing: Row) => Promise<void>, takeOff: (thing: Row) => Promise<void>}} Change
 */

const KINDS = ["all", "gear", "egg", "food", "material"];
/**
 * Where what is done with a thing is done, if not here.
 *
 * @type {Record<string, string>}
 */
const ELSEWHERE = { egg: "inventory.hatch", food: "inventory.feed" };

/**
 * Best first, then by name.
 *
 * @param {Row} one
 * @param {Row} other
 */
const byWorth = (one, other) =>
  RARITIES.indexOf(other.rarity) - RARITIES.indexOf(one.rarity) || one.name.localeCompare(other.name);

/**
 * One thing among the others; a button that can also be dragged, which browsers do not allow real ones.
 *
 * @param {{thing: Row, onOpen: () => void, onDrag: (thing: Row | null) => void}} props
 */
function Tile({ thing, onOpen, onDrag }) {
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onOpen();
  };
  return html`<div role="button" tabindex="0" class="tile" draggable=${Boolean(thing.slot)} onClick=${onOpen}
    onKeyDown=${press}
      onDragStart=${() => onDrag(thing)} onDragEnd=${() => onDrag(null)}>
    <${Picture} thing=${thing} /><span class="name">${thing.name}</span>
    <span class="hidden">${sortOf(thing)} ${thing.equipped && text("inventory.worn")}</span>
    ${thing.quantity > 1 && html`<span class="count">${amount(thing.quantity)}</span>`}
    ${thing.equipped && html`<span class="worn"><${Icon} name="check" /></span>`}
  </div>`;
}

/** @param {{thing: Row, worn?: Row | null, change: Change, onClose: () => void}} props */
function Details({ thing, worn, change, onClose }) {
  const act = useAction(async () => {
    await (thing.equipped ? change.takeOff(thing) : change.wear(thing));
    onClose();
  });
  return html`<${Dialog} title=${thing.name} onClose=${onClose}>
    <div class="thing-head"><${Picture} thing=${thing} /><span class="grow"><span class=${thing.rarity}>${sortOf(thing)}
      </span>
      ${
        thing.quantity > 1 &&
        html`<span class="soft small">${text("inventory.quantity", { count: amount(thing.quantity) })}</span>`
      }</span>
        </div>
    ${thing.description && html`<p>${thing.description}</p>`}
    <${Bonuses} stats=${thing.stats} instead=${thing.slot && !thing.equipped ? (worn?.stats ?? null) : null} />
    ${thing.food_xp > 0 && html`<p>${text("inventory.food_xp", { xp: thing.food_xp })}</p>`}
    ${worn && !thing.equipped && html`<p class="soft small">${text("inventory.instead", { name: worn.name })}</p>`}
    ${
      thing.slot &&
      html`<${Button} kind=${thing.equipped ? "plain" : "primary"} busy=${act.busy} onClick=${() => act.run()}>
      ${text(thing.equipped ? "inventory.take_off" : "inventory.wear")}<//>`
    }
    ${
      ELSEWHERE[thing.kind] &&
      hasSection("pets") &&
      html`<${LinkButton} kind="primary" icon="pet" href="/profile/pets">${text(ELSEWHERE[thing.kind])}<//>`
    }
    <${Refusal} error=${act.error} /><//>`;
}

/** @param {{slot: string, thing?: Row, dragged: Row | null, onDrop: (thing: Row) => void, children?: Children}} props */
function Slot({ slot, thing, dragged, onDrop, children }) {
  const fits = dragged?.slot === slot && !dragged.equipped;
  return html`<li class=${`slot ${fits ? "fits" : ""}`} onDragOver=${(/** @type {Event} */ event) => fits && event.preventDefault()}
    onDrop=${() => fits && onDrop(dragged)}>
    <span class="soft small">${textOr(`thing.${slot}`, words(slot))}</span>
    ${
      thing
        ? children
        : html`<span class="tile none"><${Icon} name=${slot} /><span class="soft small">
      ${text("inventory.nothing")}</span></span>`
    }</li>`;
}

/** @param {{path: string}} props */
export default function Inventory({ path }) {
  const all = useLoad(/** @returns {Promise<Row[]>} */ () => everything("/api/inventory/"), []);
  const { data: things, reload } = all;
  const [kind, setKind] = useState("all");
  const [chosen, setChosen] = useState(/** @type {number | null} */ (null));
  const [dragged, setDragged] = useState(/** @type {Row | null} */ (null));
  const changed = () => {
    reload();
    later();
  };
  /** @type {Change} */
  const change = {
    wear: ({ id }) => client.request("POST", `/api/inventory/equip/${id}/`).then(changed),
    takeOff: ({ slot }) => client.request("POST", `/api/inventory/unequip/${slot}/`).then(changed),
  };
  const drop = useAction((/** @type {keyof Change} */ act, /** @type {Row} */ thing) => change[act](thing));
  useTitle(text("inventory.title"));
  const worn = (/** @type {string} */ slot) => things?.find((one) => one.equipped && one.slot === slot);
  const tile = (/** @type {Row} */ thing) =>
    html`<${Tile} key=${thing.id} thing=${thing} onOpen=${() => setChosen(thing.id)} onDrag=${setDragged} />`;
  const open = things?.find(({ id }) => id === chosen);
  const shown = (things ?? []).filter((one) => kind === "all" || one.kind === kind).sort(byWorth);
  return html`<div class="page wide">
    <${ProfileTabs} path=${path} />
    <h1 class="hidden">${text("inventory.title")}</h1>
    <${Loading} of=${all} rows=${3} tall />
    ${
      things &&
      html`<div class="inventory">
      <section class="card"><h2>${text("inventory.worn_title")}</h2><ul class="slots">
        ${[...new Set([...SLOTS, ...things.flatMap(({ slot }) => slot ?? [])])].map(
          (slot) => html`<${Slot} key=${slot} slot=${slot} thing=${worn(slot)} dragged=${dragged}
            onDrop=${(/** @type {Row} */ thing) => drop.run("wear", thing)}>
          ${[worn(slot)].map((one) => one && tile(one))}<//>`,
        )}</ul><${Refusal} error=${drop.error} /></section>
      <section class="stack" aria-label=${text("inventory.all")}
        onDragOver=${(/** @type {Event} */ event) => dragged?.equipped && event.preventDefault()}
          onDrop=${() => dragged?.equipped && drop.run("takeOff", dragged)}>
        <${Tabs} name="kind" label=${text("inventory.kinds")} value=${kind} onChoose=${setKind}
          options=${KINDS.map((value) => ({ value, label: text(`kinds.${value}`) }))} />
        ${
          shown.length
            ? html`<div class="tiles">${shown.map(tile)}</div>`
            : html`<${Empty} words=${text("inventory.empty")} ...${toShop} />`
        }
      </section></div>`
    }
    ${
      open &&
      html`<${Details} thing=${open} worn=${open.slot && worn(open.slot)} change=${change}
      onClose=${() => setChosen(null)} />`
    }
  </div>`;
}
