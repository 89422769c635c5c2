/** The player's progress: level, stats and what follows from them, achievements, the daily reward, and the money. */
import { LOCALE } from "../page.js";
import { Button, Card, IconButton, Loading, Meter, Refusal, useAction, useMore } from "../components.js";
import { html, useState } from "../dom.js";
import { Icon } from "../icons.js";
import { keepPlayer, later, player, postOnce } from "../player.js";
import { Money, useStamina } from "../purse.js";
import { client } from "../session.js";
import { useStore } from "../store.js";
import { ago, amount, text } from "../texts.js";
import { STATS } from "../things/things.js";
import { toast } from "../toasts.js";

/** @import { Loaded, Page, Rest } from "../types.d.ts" */

/** @type {(keyof Rest.ProgressionDerived)[]} */
const DERIVED = ["max_hp", "attack", "defense", "speed"];
const LEDGER_PAGE = 10;

/** @param {{label: string, kind: string, value: number, most: number, says: string}} props */
function Bar({ label, kind, value, most, says }) {
  return html`<div class="bar"><span>${label}</span><span class="soft numbers">${says}</span><${Meter} kind=${kind}
    label=${label} value=${value} most=${most} /></div>`;
}

/**
 * One stat, with what is about to be added to it while there are points to give.
 *
 * @param {{name: string, value: number, bonus: number, added: number, open: boolean, left: number, onChange: (points: number) => void}} props
 */
function Stat({ name, value, bonus, added, open, left, onChange }) {
  return html`<li><span class="grow"><strong>${text(`stat.${name}`)}</strong><span class="soft small">
    ${text(`stat_does.${name}`)}</span></span>
    ${
      open &&
      html`<${IconButton} icon="minus" label=${text("stats.less", { stat: text(`stat.${name}`) })}
      disabled=${!added} onClick=${() => onChange(added - 1)} />`
    }
    <span class="value numbers">${value + added}
      ${
        bonus !== 0 &&
        html`<span class="small ${bonus < 0 ? "down" : "up"}"
      title=${text("stats.bonus")}> ${bonus < 0 ? "−" : "+"}${Math.abs(bonus)}</span>`
      }</span>
    ${
      open &&
      html`<${IconButton} icon="add" label=${text("stats.more", { stat: text(`stat.${name}`) })}
      disabled=${!left} onClick=${() => onChange(added + 1)} />`
    }</li>`;
}

/** @param {{of: Loaded<unknown>}} props */
export function Growth({ of: asked }) {
  const one = useStore(player);
  const stamina = useStamina();
  const [added, setAdded] = useState(/** @type {Partial<Rest.ProgressionStats>} */ ({}));
  const spent = Object.values(added).reduce((sum, points) => sum + points, 0);
  const allocate = useAction(async () => {
    await keepPlayer(
      postOnce("/api/player/allocate-stats/", Object.fromEntries(Object.entries(added).filter(([, points]) => points))),
    );
    setAdded({});
  });
  if (!one) return html`<${Loading} of=${asked} rows=${2} tall />`;
  const left = one.stat_points - spent;
  const inLevel = one.xp - one.level_began_at_xp;
  return html`<div class="growth-cards">
    <${Card} title=${text("stats.level", { level: one.level })}>
      <${Bar} kind="xp" label=${text("stats.xp")} value=${inLevel} most=${inLevel + one.xp_to_next}
        says=${
          one.xp_to_next ? `${amount(inLevel)} / ${amount(inLevel + one.xp_to_next)}` : text("stats.last_level")
        } />
      <${Bar} kind="stamina" label=${text("player.stamina")} value=${stamina} most=${one.max_stamina}
        says=${`${stamina} / ${one.max_stamina}`} />
      <p class="purse-line"><${Money} currency="gold">${one.gold}<//><${Money} currency="gems">${one.gems}<//></p>
      <dl class="derived numbers">
        ${DERIVED.map(
          (name) => html`<div key=${name}><dt>${text(`derived.${name}`)}</dt><dd>
        ${amount(one.derived[name])}</dd></div>`,
        )}
        <div><dt>${text("derived.critical")}</dt><dd>
          ${one.derived.critical_chance.toLocaleString(LOCALE, { style: "percent", maximumFractionDigits: 1 })}</dd>
          </div></dl><//>
    <${Card} class="stats"><div class="head"><h2>${text("stats.title")}</h2>
        ${
          one.stat_points > 0 &&
          html`<span class="badge accent" role="status">${text("stats.points", { count: left })}</span>`
        }</div>
      <ul>${STATS.map(
        (name) => html`<${Stat} key=${name} name=${name} value=${one.stats[name]} bonus=${one.bonuses[name]}
          added=${added[name] ?? 0} open=${one.stat_points > 0} left=${left}
        onChange=${(/** @type {number} */ points) => setAdded({ ...added, [name]: points })} />`,
      )}</ul>
      ${
        spent > 0 &&
        html`<div class="actions end"><${Button} onClick=${() => setAdded({})}>${text("dialog.cancel")}<//>
        <${Button} kind="primary" icon="check" busy=${allocate.busy} onClick=${() => allocate.run()}>
          ${text("stats.allocate")}<//></div>`
      }
      <${Refusal} error=${allocate.error} /><//></div>`;
}

/** @returns {Promise<Rest.ProgressionDailyReward>} */
export const loadDaily = () => client.request("GET", "/api/player/daily-reward/");

/**
 * The gold for coming back each day.
 *
 * @param {{of: Loaded<Rest.ProgressionDailyReward>}} props
 */
export function Daily({ of: { data, reload } }) {
  const claim = useAction(async () => {
    const { gold } = await postOnce("/api/player/daily-reward/");
    toast(text("daily.claimed", { gold }));
    reload();
    later();
  });
  if (!data) return null;
  return html`<${Card} class="daily"><div class="grow"><h2>${text("daily.title")}</h2>
      <p class="soft">${text(data.claimed ? "daily.done" : "daily.waits", data)}</p></div>
    ${
      !data.claimed &&
      html`<${Button} kind="primary" icon="gold" busy=${claim.busy} onClick=${() => claim.run()}>
      ${text("daily.claim")}<//>`
    }
    <${Refusal} error=${claim.error} /><//>`;
}

/** @returns {Promise<Page<Rest.ProgressionLedgerEntry>>} */
export const loadLedger = () => client.request("GET", `/api/player/ledger/?limit=${LEDGER_PAGE}`);

/**
 * Every movement of money, newest first.
 *
 * @param {{of: Loaded<Page<Rest.ProgressionLedgerEntry>>}} props
 */
export function Ledger({ of: entries }) {
  const { data } = entries;
  const more = useMore(data, []);
  if (!data) return html`<${Loading} of=${entries} rows=${3} />`;
  return html`<ul class="list">${[...data.results, ...more.rows].map(
    (entry) => html`<li key=${entry.id} class="row entry numbers">
      <span class="grow"><strong>${entry.cause === "starting_funds" ? text("ledger.start") : entry.cause}</strong><time
        class="soft small" datetime=${entry.created_at}>${ago(entry.created_at)}</time></span>
      <span class=${entry.amount < 0 ? "down" : "up"}>${entry.amount < 0 ? "−" : "+"}<${Money}
        currency=${entry.currency}>${Math.abs(entry.amount)}<//></span>
      <span class="soft balance" title=${text("ledger.balance")}>${amount(entry.balance)}</span></li>`,
  )}</ul>
    ${more.button}`;
}

/** @returns {Promise<Rest.AchievementsProgress[]>} */
export const loadAchievements = () => client.request("GET", "/api/player/achievements/");

/**
 * The achievements, the nearest first; earned ones come last.
 *
 * @param {{of: Loaded<Rest.AchievementsProgress[]>}} props
 */
export function Achievements({ of: { data } }) {
  if (!data?.length) return null;
  const part = (/** @type {Rest.AchievementsProgress} */ one) => (one.earned_at ? -1 : one.progress / one.goal);
  return html`<section class="stack"><h2>${text("achievements.title")}</h2>
    <ul class="things">${[...data]
      .sort((one, other) => part(other) - part(one))
      .map(
        (one) => html`<li key=${one.id} class=${`card achievement ${one.earned_at ? "earned" : ""}`}>
      <div class="thing-head"><span class="picture ${one.earned_at ? "legendary" : "common"}"><${Icon} name="crown" />
        </span>
        <span class="grow"><strong>${one.name}</strong><span class="soft small">${one.description}</span></span></div>
      ${
        one.earned_at
          ? html`<p class="small up">${text("achievements.earned", { ago: ago(one.earned_at) })}</p>`
          : html`<${Bar} kind="xp" label=${text("achievements.progress")} value=${one.progress} most=${one.goal}
            says=${`${amount(one.progress)} / ${amount(one.goal)}`} />`
      }</li>`,
      )}</ul></section>`;
}
