/** Items and pets, as every screen shows them: pictures in the colour of their rarity, and their bonuses. */
import { LinkTabs, Refusal } from "./components.js";
import { html } from "./dom.js";
import { Icon } from "./icons.js";
import { get } from "./session.js";
import { text } from "./texts.js";

export const STATS = ["strength", "agility", "intellect", "vitality", "luck"];
export const SLOTS = ["weapon", "head", "body", "feet", "trinket"];
export const RARITIES = ["common", "uncommon", "rare", "epic", "legendary"];

/** All rows of a list, page by page. */
export async function everything(path) {
  const rows = [];
  for (let next = `${path}?limit=200`, page; next; next = page.next) {
    page = await get(next);
    rows.push(...page.results);
  }
  return rows;
}

/** The picture of an item (by its slot or kind) or, as `kind` says, of a pet. */
export function Picture({ thing, kind = thing.slot ?? thing.kind }) {
  return html`<span class="picture ${thing.rarity}"><${Icon} name=${kind} /></span>`;
}

/** "Rare weapon". */
export const sortOf = ({ rarity, slot, kind }) =>
  text("thing.sort", { rarity: text(`rarity.${rarity}`), sort: text(`thing.${slot ?? kind}`) });

const signed = (number) => (number < 0 ? `−${-number}` : `+${number}`);

/** An item's bonuses; with `instead` (the stats of the item that it would replace) also the difference. */
export function Bonuses({ stats, instead = null }) {
  const told = STATS.filter((stat) => stats[stat] || instead?.[stat]);
  if (!told.length) return null;
  return html`<ul class="bonuses numbers">${told.map((stat) => {
    const change = instead && stats[stat] - instead[stat];
    return html`<li key=${stat}>${signed(stats[stat])} ${text(`stat.${stat}`)}
      ${Boolean(change) && html` <span class=${change < 0 ? "down" : "up"}>(${signed(change)})</span>`}</li>`;
  })}</ul>`;
}

/** A card for something owned or sold: its picture, name and sort, then what follows. */
export function Thing({ thing, kind, says = sortOf(thing), error, children }) {
  return html`<li class="card thing-card"><div class="thing-head"><${Picture} thing=${thing} kind=${kind} />
    <span class="grow"><strong>${thing.name}</strong><span class="small ${thing.rarity}">${says}</span></span></div>
    ${children}<${Refusal} error=${error} /></li>`;
}

/** The ways between the places of oneself. */
export function ProfileTabs({ path }) {
  return html`<${LinkTabs} label=${text("profile.places")} path=${path} options=${[
    ["/profile", "profile.title"],
    ["/profile/inventory", "inventory.title"],
    ["/profile/pets", "pets.title"],
    ["/profile/shop", "shop.title"],
    ["/profile/account", "account.title"],
  ].map(([href, key]) => ({ href, label: text(key) }))} />`;
}
