/** Battles against enemies: those to join, and those that are over. */
import {
  Badge,
  Button,
  Card,
  Empty,
  LinkButton,
  Loading,
  Meter,
  Refusal,
  useAction,
  useLoad,
  useTitle,
} from "../components.js";
import { html } from "../dom.js";
import { Creature } from "../things/illustrations.js";
import { later, postOnce } from "../player.js";
import { useStamina } from "../purse.js";
import { go } from "../router.js";
import { client } from "../session.js";
import { ago, amount, text } from "../texts.js";

/** @import { Page, Rest } from "../types.d.ts" */

const LOOK_EVERY_MS = 10_000;

/**
 * "2 × Goblin scout, Goblin shaman"
 *
 * @param {Rest.BattlesEnemyState[]} enemies
 */
function lineup(enemies) {
  const counts = new Map();
  for (const { name } of enemies) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name)).join(", ");
}

/**
 * The way into a battle: `onJoined` follows, else going there.
 *
 * @param {{battle: Rest.BattlesAvailableBattle, onJoined?: () => void}} props
 */
export function Join({ battle, onJoined = () => go(`/battles/${battle.id}`) }) {
  const stamina = useStamina();
  const join = useAction(async () => {
    await postOnce(`/api/battles/join/${battle.id}/`);
    later();
    onJoined();
  });
  if (battle.joined)
    return html`<${LinkButton} kind="primary" icon="battles" href=${`/battles/${battle.id}`}
      aria-label=${text("battles.resume_name", battle)}>${text("play.resume")}<//>`;
  const tired = stamina !== null && stamina < battle.stamina_cost;
  return html`<${Button} kind="primary" icon="battles" busy=${join.busy} disabled=${tired}
    aria-label=${text("battles.join_name", battle)}
      onClick=${() => join.run()}>${text("battles.join")}<//>
    ${tired && html`<p class="refusal small" role="status">${text("battles.tired")}</p>`}<${Refusal}
      error=${join.error} />`;
}

/** @param {{battle: Rest.BattlesAvailableBattle}} props */
export function BattleFacts({ battle }) {
  return html`<p class="facts small soft numbers"><${Badge} kind="accent">${text("stats.level", battle)}<//>
    <span>${text("battles.players", { count: battle.players, most: battle.max_players })}</span>
    <span>${text("battles.cost", { cost: battle.stamina_cost })}</span></p>`;
}

/** @param {{battle: Rest.BattlesAvailableBattle}} props */
function Open({ battle }) {
  const [hp, most] = /** @type {const} */ (["hp", "max_hp"]).map((field) =>
    battle.enemies.reduce((sum, one) => sum + one[field], 0),
  );
  return html`<${Card} class="battle-card"><div class="thing-head"><${Creature} name=${battle.enemies[0]?.name ?? ""} />
      <div class="grow"><h2>${battle.name}</h2><p class="soft small">${lineup(battle.enemies)}</p></div></div>
    <${BattleFacts} battle=${battle} />
    <${Meter} kind="health" label=${text("battles.health_left")} value=${hp} most=${most} />
    <${Join} battle=${battle} /><//>`;
}

function Past() {
  const past = useLoad(
    /** @returns {Promise<Page<Rest.BattlesPastBattle>>} */
    () => client.request("GET", "/api/battles/history/?limit=20"),
    [],
  );
  const { data } = past;
  if (!data) return html`<${Loading} of=${past} rows=${2} />`;
  if (!data.results.length) return html`<p class="soft">${text("battles.no_history")}</p>`;
  return html`<ul class="list">${data.results.map(
    (one) => html`<li key=${one.id}><a class="row" href=${`/battles/${one.id}`}>
    <span class="grow"><strong>${one.name}</strong><span class="soft small numbers">
      ${ago(one.finished_at)} · ${text("battles.damage", { damage: amount(one.damage_dealt) })}</span></span>
    ${
      one.loot &&
      html`<span class="soft small numbers">
      ${text("reward.xp", { xp: one.loot.xp })} · ${text("reward.gold", { gold: one.loot.gold })}</span>`
    }
    ${one.state === "won" && !one.loot_claimed && html`<${Badge} kind="warn">${text("battles.loot_waits")}<//>`}
    <${Badge} kind=${one.state === "won" ? "good" : "bad"}>${text(`battles.${one.state}`)}<//></a></li>`,
  )}</ul>`;
}

export default function Battles() {
  const open = useLoad(
    /** @returns {Promise<Rest.BattlesAvailableBattle[]>} */
    () => client.request("GET", "/api/battles/available/"),
    [],
    LOOK_EVERY_MS,
  );
  const { data } = open;
  useTitle(text("battles.title"));
  return html`<div class="page wide"><header><h1>${text("battles.title")}</h1></header>
    <${Loading} of=${open} rows=${3} tall />
    ${data?.length === 0 && html`<${Empty} words=${text("battles.empty")} href="/play" action=${text("error.home")} />`}
    ${
      data &&
      html`<div class="battles">${data.map((battle) => html`<${Open} key=${battle.id} battle=${battle} />`)}
      </div>`
    }
    ${data && html`<section class="stack"><h2>${text("battles.history")}</h2><${Past} /></section>`}</div>`;
}
