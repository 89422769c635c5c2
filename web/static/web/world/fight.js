/** A fight: how both stand, what one can do, what has happened, and how it ended. */
import { hasSection } from "../page.js";
import { Avatar, Badge, Button, LinkButton, Meter, useKeys, useNow } from "../components.js";
import { html, useLayoutEffect, useElement } from "../dom.js";
import { client } from "../session.js";
import { amount, text } from "../texts.js";
import { ask, close } from "./live.js";
import { placeName, Refused, Side } from "./parts.js";

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Character, Combat, Fighter as FighterState, WorldState } from "./state.js"
 * @import { Shown } from "./parts.js"
 * @import { Ref } from "../types.d.ts"
 * @typedef {Shown & {combat: Combat}} Fighting
 * @typedef {Omit<World.Sent["combat_action"], "type" | "combat_id">} Act
 * @typedef {{key: string, label: string, says: string, icon: string, wait: number, cooldown?: number, title?: string, message: Act}} Deed
 */

/** @param {{one: FighterState, mine: boolean}} props */
function Fighter({ one, mine }) {
  return html`<li class="fighter ${one.health ? "" : "beaten"}"><${Avatar} name=${one.character_name} />
    <div class="grow"><span><strong>${one.character_name}</strong>
      ${mine && html` <span class="soft">(${text("game.you")})</span>`} <span class="small"><${Side}
      name=${one.faction} /></span></span>
      <span class="small numbers">${amount(one.health)} / ${amount(one.max_health)}</span>
      <${Meter} kind="health ${one.health * 4 <= one.max_health ? "low" : ""}"
        label=${text("battle.health_of", { name: one.character_name })} value=${one.health} most=${one.max_health} />
      ${Number(one.hit) > 0 && html`<span key=${one.step} class="wound numbers" aria-hidden="true">−${amount(one.hit ?? 0)}</span>`}
        </div></li>`;
}

/**
 * Describe an entry of the log in words.
 *
 * @param {Combat["log"][number]} entry
 * @param {(id: number) => string|undefined} name
 * @param {Record<string, string>} titles
 */
function line(entry, name, titles) {
  if (entry.type === "damage")
    return text(entry.ability ? "world.did_spell" : "world.did_attack", {
      ...entry,
      by: name(entry.by),
      ability: titles[String(entry.ability)],
    });
  return text("world.did_heal", {
    by: name(entry.by),
    amount: entry.amount,
    what: entry.item ?? titles[String(entry.ability)],
  });
}

/** @param {{combat: Combat, abilities: World.AbilityInfo[]}} props */
function Log({ combat, abilities }) {
  /** @type {Ref<HTMLElement>} */
  const list = useElement();
  useLayoutEffect(() => {
    list.current.scrollTop = list.current.scrollHeight;
  }, [combat.log.length]);
  const name = (/** @type {number} */ id) => combat.fighters.find((one) => one.character_id === id)?.character_name;
  const titles = Object.fromEntries(abilities.map((one) => [one.name, one.title]));
  return html`<ol ref=${list} class="small" aria-live="polite" tabindex="0" aria-label=${text("battle.log")}>
    ${combat.log.map(
      (entry) => html`<li key=${entry.step}>${line(entry, name, titles)}
      ${entry.critical && html` <${Badge} kind="warn">${text("fought.critical")}<//>`}</li>`,
    )}
    ${!combat.log.length && html`<li class="soft">${text("battle.quiet")}</li>`}</ol>`;
}

/**
 * Return the possible actions: `{key, label, says, icon, wait, message}`; `wait` is in seconds.
 *
 * @param {Pick<Shown, "abilities" | "remedies" | "you">} world
 * @param {number | undefined} opponent
 * @returns {Deed[]}
 */
function deeds({ abilities, remedies, you }, opponent) {
  const mine = { target_id: you.character_id };
  const spells = abilities
    .filter(({ level }) => level <= you.level)
    .map((one) => ({
      key: one.name,
      label: one.title,
      says: text("world.costs", { cost: one.stamina_cost }),
      icon: one.kind === "heal" ? "add" : "stamina",
      wait: one.ready_at ? (Date.parse(one.ready_at) - client.serverNow()) / 1000 : 0,
      cooldown: one.cooldown_ms / 1000,
      title: one.description,
      message: {
        action_type: /** @type {const} */ ("spell"),
        ability_name: one.name,
        ...(one.kind === "heal" ? mine : { target_id: opponent }),
      },
    }));
  const items = remedies.map((one) => ({
    key: `item ${one.id}`,
    label: one.name,
    says: text("world.remedy", one),
    icon: "food",
    wait: 0,
    message: { action_type: /** @type {const} */ ("item"), item_id: one.id, ...mine },
  }));
  return [
    {
      key: "attack",
      label: text("battle.strike"),
      says: "",
      icon: "battles",
      wait: 0,
      message: { action_type: "attack", target_id: opponent },
    },
    ...spells,
    ...items,
  ];
}

/** @param {{world: Shown, can: boolean, combat: Combat, opponent?: number}} props */
function Deeds({ world, can, combat, opponent }) {
  const cooling = world.abilities.some(({ ready_at }) => ready_at && Date.parse(ready_at) > client.serverNow());
  useNow(cooling ? 200 : null);
  const all = deeds(world, opponent);
  const act = (/** @type {Deed} */ { message }) =>
    ask("combat", { type: "combat_action", combat_id: combat.combat_id, ...message });
  useKeys(({ key }) => {
    const deed = all[Number(key) - 1];
    if (deed && deed.wait <= 0 && can) act(deed);
  });
  return html`<div class="deeds">${all.map(
    (deed, index) => html`<${Button} key=${deed.key} kind=${index ? "plain" : "primary"} icon=${deed.icon} class="deed"
      title=${deed.title}
      disabled=${!can || deed.wait > 0} onClick=${() => act(deed)}>${deed.label}
        ${html` <span class="small numbers">
        ${deed.wait > 0 ? text("world.wait", { seconds: Math.ceil(deed.wait) }) : deed.says}</span>`}
      ${index < 9 && html` <kbd>${index + 1}</kbd>`}
        ${
          deed.wait > 0 &&
          html`<span class="cooling"
        style=${{ width: `${Math.min(1, deed.wait / (deed.cooldown ?? deed.wait)) * 100}%` }}></span>`
        }<//>`,
  )}</div>`;
}

/** @param {{world: Shown, can: boolean}} props */
function Flight({ world, can }) {
  const paths = world.locations.find(({ id }) => id === world.you.location_id)?.paths ?? [];
  return html`<div class="flight"><span class="soft small">${text("world.flee")}</span>
    ${paths.map(
      (id) => html`<${Button} key=${id} kind="quiet" disabled=${!can}
      onClick=${() => ask("combat", { type: "move", to_location_id: id })}
      aria-label=${text("world.flee_to", { name: placeName(id) })}>${placeName(id)}<//>`,
    )}</div>`;
}

/** @param {{end: NonNullable<Combat["end"]>, you: Character}} props */
function End({ end, you }) {
  const { winner_id, reason, xp } = end;
  const won = winner_id === you.character_id;
  const side = won ? "won" : "lost";
  return html`<div class="result ${side}" role="status">
    ${reason === "defeated" && html`<h3>${text(`battle.${side}`)}</h3>`}
    <p>${text(`world.${side}_${reason}`, { place: placeName(you.location_id) })}</p>
      ${xp > 0 && won && html`<p><strong>${text("reward.xp", { xp: amount(xp) })}</strong></p>`}
    <div class="actions"><${Button} kind="primary" onClick=${() => close("combat_closed")}>${text("game.dismiss")}<//>
      ${!won && hasSection("shop") && html`<${LinkButton} kind="quiet" href="/profile/shop">${text("shop.go")}<//>`}</div></div>`;
}

/** @param {{world: Fighting, can: boolean}} props */
export function Fight({ world, can }) {
  const { combat, you } = world;
  /** @type {Ref<HTMLElement>} */
  const title = useElement();
  useLayoutEffect(() => title.current.focus(), [combat.combat_id]);
  const mine = combat.fighters.find((one) => one.character_id === you.character_id);
  const opponent = combat.fighters.find((one) => one !== mine);
  return html`<section class="card window duel chat" aria-label=${text("world.fight")}>
    <h2 ref=${title} tabindex="-1">${text("world.fight_with", { name: opponent?.character_name })}</h2>
    <ul class="fighters">
      ${[opponent, mine].map(
        (one) => one && html`<${Fighter} key=${one.character_id} one=${one} mine=${one === mine} />`,
      )}</ul>
    ${
      combat.end
        ? html`<${End} end=${combat.end} you=${you} />`
        : html`<${Deeds} world=${world} can=${can} combat=${combat} opponent=${opponent?.character_id} /><${Refused}
      at="combat" />`
    }
    <${Log} combat=${combat} abilities=${world.abilities} />
    ${!combat.end && html`<${Flight} world=${world} can=${can} />`}</section>`;
}
