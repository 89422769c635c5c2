/** Items and pets, as every screen shows them: pictures in the colour of their rarity, and their bonuses. */
import { hasSection } from "../page.js";
import { LinkTabs, Refusal } from "../components.js";
import { html } from "../dom.js";
import { Creature, Item } from "./illustrations.js";
import { get } from "../session.js";
import { text, textOr, words } from "../texts.js";

/** @import { Attributes, Children, Failed, Page, Rest, ThingLike } from "../types.d.ts" */

/** @type {(keyof Rest.ProgressionStats)[]} */
export const STATS = ["strength", "agility", "intellect", "vitality", "luck"];
/** @type {string[]} */
export const SLOTS = ["weapon", "head", "body", "feet", "trinket"];
/** @type {string[]} */
export const RARITIES = ["common", "uncommon", "rare", "epic", "legendary"];

/**
 * All rows of a list, page by page.
 *
 * @template Row
 * @param {string} path
 * @returns {Promise<Row[]>}
 */
export async function everything(path) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {string | null} */
  let next = `${path}?limit=200`;
  while (next) {
    /** @type {Page<Row>} */
    const page = await get(next);
    rows.push(...page.results);
    next = page.next;
  }
  return rows;
}

/**
 * The picture of an item, in a form of its slot or kind, or, as `kind` says, of a pet.
 *
 * @param {{thing: ThingLike, kind?: string | null}} props
 */
export function Picture({ thing, kind = thing.slot ?? thing.kind }) {
  return html`<span class="picture ${thing.rarity}">${
    kind === "pet"
      ? html`<${Creature} name=${thing.name} mild />`
      : html`<${Item} name=${thing.name} sort=${kind ?? ""} />`
  }</span>`;
}

/**
 * "Rare weapon".
 *
 * @param {Omit<ThingLike, "name">} thing
 */
export const sortOf = ({ rarity, slot, kind }) =>
  text("thing.sort", { rarity: text(`rarity.${rarity}`), sort: textOr(`thing.${slot ?? kind}`, words(slot ?? kind)) });

/** @param {number} number */
const signed = (number) => (number < 0 ? `−${-number}` : `+${number}`);

/**
 * An item's bonuses; with `instead` (the stats of the item that it would replace) also the difference.
 *
 * @param {{stats: Rest.ProgressionStats, instead?: Rest.ProgressionStats | null}} props
 */
export function Bonuses({ stats, instead = null }) {
  const told = STATS.filter((stat) => stats[stat] || instead?.[stat]);
  if (!told.length) return null;
  return html`<ul class="bonuses numbers">${told.map((stat) => {
    const change = instead ? stats[stat] - instead[stat] : 0;
    return html`<li key=${stat}>${signed(stats[stat])} ${text(`stat.${stat}`)}
      ${Boolean(change) && html` <span class=${change < 0 ? "down" : "up"}>(${signed(change)})</span>`}</li>`;
  })}</ul>`;
}

/**
 * A card for something owned or sold: its picture, name and sort, then what follows.
 *
 * @param {{thing: ThingLike, kind?: string, says?: string, error?: Failed | null, children?: Children}} props
 */
export function Thing({ thing, kind, says = sortOf(thing), error, children }) {
  return html`<li class="card thing-card"><div class="thing-head"><${Picture} thing=${thing} kind=${kind} />
    <span class="grow"><strong>${thing.name}</strong><span class="small ${thing.rarity}">${says}</span></span></div>
    ${children}<${Refusal} error=${error} /></li>`;
}

/** The way to the shop, for `Empty`, where there is a shop. */
export const toShop = hasSection("shop") ? { href: "/profile/shop", action: text("shop.go") } : {};

/**
 * The ways between the places of oneself.
 *
 * @param {{path: string}} props
 */
export function ProfileTabs({ path }) {
  const places = [
    ["/profile", "profile.title"],
    ["/profile/inventory", "inventory.title"],
    hasSection("pets") && ["/profile/pets", "pets.title"],
    hasSection("shop") && ["/profile/shop", "shop.title"],
    ["/profile/account", "account.title"],
  ].filter((one) => one !== false);
  return html`<${LinkTabs} label=${text("profile.places")} path=${path}
    options=${places.map(([href, key]) => ({ href, label: text(key) }))} />`;
}
