/** The player's pets: those that fight along, eggs to hatch, and all others to feed. */
import { LOCALE } from "../page.js";
import { Badge, Button, Dialog, Empty, Loading, Meter, Refusal, useAction, useLoad, useTitle } from "../components.js";
import { html, useState } from "../dom.js";
import { Icon } from "../icons.js";
import { later, postOnce } from "../player.js";
import { client } from "../session.js";
import { amount, text, words } from "../texts.js";
import { toast } from "../toasts.js";
import { Bonuses, everything, ProfileTabs, RARITIES, Picture, Thing, toShop } from "../things/things.js";

/**
 * @import { Rest } from "../types.d.ts"
 * @typedef {Rest.ProgressionInventoryRow} Row
 * @typedef {Rest.ProgressionPetShape} PetShape
 * @typedef {Record<string, number>} Odds by rarity
 */

const SET_SIZE = 3;
const percent = (/** @type {number} */ part) =>
  part.toLocaleString(LOCALE, { style: "percent", maximumFractionDigits: 1 });

/** @param {{egg: Row, odds: Odds, onHatched: (pet: PetShape) => void}} props */
function Egg({ egg, odds, onHatched }) {
  const hatch = useAction(async () => onHatched(await postOnce(`/api/pets/hatch/${egg.id}/`)));
  return html`<${Thing} thing=${egg} says=${text("pets.eggs_left", { count: amount(egg.quantity) })}
    error=${hatch.error}>
    <ul class="odds small numbers" aria-label=${text("pets.odds")}>
      ${RARITIES.filter((rarity) => odds[rarity]).map(
        (rarity) => html`<li key=${rarity}><span class=${rarity}>
        ${text(`rarity.${rarity}`)}</span> ${percent(odds[rarity])}</li>`,
      )}</ul>
    <${Button} kind="primary" class="foot" busy=${hatch.busy} aria-label=${text("pets.hatch_name", { name: egg.name })}
      onClick=${() => hatch.run()}>${text("pets.hatch")}<//><//>`;
}

/** @param {PetShape} pet */
const says = (pet) => text("pets.sort", { rarity: text(`rarity.${pet.rarity}`), family: words(pet.family) });

/** @param {{pet: PetShape, onFeed: () => void, onChanged: () => void}} props */
function Pet({ pet, onFeed, onChanged }) {
  const move = useAction(async () => {
    await client.request("POST", `/api/pets/${pet.equipped ? "unequip" : "equip"}/${pet.id}/`);
    onChanged();
  });
  return html`<${Thing} thing=${pet} kind="pet" says=${says(pet)} error=${move.error}>
    <div class="growth small numbers"><span>${text("stats.level", { level: pet.level })}</span>
      <${Meter} kind="xp" label=${text("pets.xp", { name: pet.name })} value=${pet.xp - pet.level_began_at_xp}
        most=${pet.xp - pet.level_began_at_xp + pet.xp_to_next} />
      <span class="soft">${pet.xp_to_next ? text("pets.to_next", { xp: amount(pet.xp_to_next) }) : text("pets.grown")}
        </span></div>
    <${Bonuses} stats=${pet.stats} />
    <div class="actions foot"><${Button} busy=${move.busy} onClick=${() => move.run()}
      aria-label=${text(pet.equipped ? "pets.rest_name" : "pets.join_name", { name: pet.name })}>
        ${text(pet.equipped ? "pets.rest" : "pets.join")}<//>
      <${Button} icon="food" disabled=${!pet.xp_to_next} onClick=${onFeed}
        aria-label=${text("pets.feed_name", { name: pet.name })}>${text("pets.feed")}<//></div><//>`;
}

/**
 * One food after the other, for as long as there is some.
 *
 * @param {{pet: PetShape, foods: Row[], onChanged: () => void, onClose: () => void}} props
 */
function Feeding({ pet, foods, onChanged, onClose }) {
  const feed = useAction(async (/** @type {Row} */ food) => {
    /** @type {PetShape} */
    const fed = await postOnce(`/api/pets/feed/${pet.id}/`, { item_id: food.id });
    if (fed.level > pet.level) toast(text("pets.grew", { name: pet.name, level: fed.level }));
    onChanged();
  });
  return html`<${Dialog} title=${text("pets.feed_name", { name: pet.name })} onClose=${onClose}>
    <p class="soft numbers" role="status">
      ${text("stats.level", { level: pet.level })} · ${
        pet.xp_to_next ? text("pets.to_next", { xp: amount(pet.xp_to_next) }) : text("pets.grown")
      }</p>
    ${!foods.length && html`<${Empty} words=${text("pets.no_food")} ...${toShop} />`}
    <ul class="people-list">${foods.map(
      (food) => html`<li class="person" key=${food.id}><${Picture} thing=${food} />
      <span class="grow"><strong>${food.name} × ${amount(food.quantity)}</strong><span class="soft small">
        ${text("inventory.food_xp", { xp: food.food_xp })}</span></span>
      <${Button} busy=${feed.busy} disabled=${!pet.xp_to_next} onClick=${() => feed.run(food)}
        aria-label=${text("pets.give_name", { name: food.name })}>${text("pets.give")}<//></li>`,
    )}</ul>
    <${Refusal} error=${feed.error} /><//>`;
}

/** @param {{pet: PetShape, onClose: () => void}} props */
function Hatched({ pet, onClose }) {
  return html`<${Dialog} title=${text("pets.hatched", { name: pet.name })} class="hatched" onClose=${onClose}>
    <div class="stack center"><${Picture} thing=${pet} kind="pet" /><p class=${pet.rarity}>${says(pet)}</p><${Bonuses}
      stats=${pet.stats} />
      <${Button} kind="primary" onClick=${onClose}>${text("game.dismiss")}<//></div><//>`;
}

/** @param {{path: string}} props */
export default function Pets({ path }) {
  const all = useLoad(async () => {
    /** @type {[PetShape[], Row[], Record<string, Odds>]} */
    const [pets, things, odds] = await Promise.all([
      everything("/api/pets/"),
      everything("/api/inventory/"),
      client.request("GET", "/api/pets/odds/"),
    ]);
    return {
      pets,
      eggs: things.filter(({ kind }) => kind === "egg"),
      foods: things.filter(({ kind }) => kind === "food"),
      odds,
    };
  }, []);
  const { data, reload } = all;
  const [hatched, setHatched] = useState(/** @type {PetShape | null} */ (null));
  const [fed, setFed] = useState(/** @type {number | null} */ (null));
  useTitle(text("pets.title"));
  const changed = () => {
    reload();
    later();
  };
  const hatch = (/** @type {PetShape} */ pet) => {
    setHatched(pet);
    reload();
  };
  const pets = data?.pets ?? [];
  const inSet = pets.filter(({ equipped }) => equipped).sort((one, other) => Number(one.place) - Number(other.place));
  const others = pets
    .filter(({ equipped }) => !equipped)
    .sort((one, other) => RARITIES.indexOf(other.rarity) - RARITIES.indexOf(one.rarity) || other.xp - one.xp);
  const draw = (/** @type {PetShape} */ pet) =>
    html`<${Pet} key=${pet.id} pet=${pet} onFeed=${() => setFed(pet.id)} onChanged=${changed} />`;
  const feeding = data?.pets.find(({ id }) => id === fed);
  return html`<div class="page wide">
    <${ProfileTabs} path=${path} />
    <h1 class="hidden">${text("pets.title")}</h1>
    <${Loading} of=${all} rows=${3} tall />
    ${
      data &&
      html`<section class="stack"><div class="head"><h2>${text("pets.set")}</h2><${Badge}>
        ${text("lobbies.count", { count: inSet.length, most: SET_SIZE })}<//></div>
        <p class="soft small">${text("pets.set_text")}</p>
        <ul class="things pet-set">${inSet.map(draw)}${Array.from(
          { length: SET_SIZE - inSet.length },
          (_, place) => html`<li key=${`free-${place}`} class="place-free">
          <${Icon} name="pet" /><span class="soft small">${text("pets.free")}</span></li>`,
        )}</ul></section>
      <section class="stack"><h2>${text("pets.eggs")}</h2>
        ${
          data.eggs.length
            ? html`<ul class="things">
              ${data.eggs.map(
                (egg) => html`<${Egg} key=${egg.id} egg=${egg} odds=${data.odds[egg.rarity]}
              onHatched=${hatch} />`,
              )}</ul>`
            : html`<${Empty} words=${text("pets.no_eggs")} ...${toShop} />`
        }</section>
      ${
        others.length > 0 &&
        html`<section class="stack"><h2>${text("pets.others")}</h2><ul class="things">${others.map(draw)}</ul>
        </section>`
      }`
    }
    ${hatched && html`<${Hatched} pet=${hatched} onClose=${() => setHatched(null)} />`}
    ${
      data &&
      feeding &&
      html`<${Feeding} pet=${feeding} foods=${data.foods} onChanged=${changed}
      onClose=${() => setFed(null)} />`
    }
  </div>`;
}
