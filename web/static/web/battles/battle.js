/** One battle: enemies to strike, those who fight along, what happens, and the loot. */
import { ApiError } from "../../client/gameplatform.js";
import { isOver, NEW_BATTLE, told } from "./state.js";
import { Chat } from "../chat.js";
import {
  Avatar,
  Badge,
  Button,
  Card,
  LinkButton,
  Loading,
  Meter,
  Refusal,
  useAction,
  useKeys,
  useLoad,
  useTitle,
} from "../components.js";
import { html, useCallback, useEffect, useElement, useLayoutEffect, useRef, useState } from "../dom.js";
import { Arriving, Line } from "../line.js";
import { PersonLink } from "../person.js";
import { later, postOnce } from "../player.js";
import { Money } from "../purse.js";
import { client, currentUser } from "../session.js";
import { useSocket } from "../socket.js";
import { amount, refusalOf, text } from "../texts.js";
import { Creature } from "../things/illustrations.js";
import { Picture } from "../things/things.js";
import { BattleFacts, Join } from "./battles.js";

/**
 * @import { Own } from "../../client/gameplatform.js"
 * @import { Battle as Socket } from "../../client/messages.d.ts"
 * @import { BattleState, Enemy as EnemyState, Entry, Fighter as FighterState } from "./state.js"
 * @import { Hearing, Ref, Rest } from "../types.d.ts"
 */

/** So long after a strike the next is ready; the server has the last word. */
const COOLDOWN_MS = 500;

/**
 * The battle behind its socket: `{battle, connection, channel, refusal, refused, ready, strike, say}`.
 *
 * @param {string} id
 */
function useBattle(id) {
  const [ready, setReady] = useState(true);
  const rest = useRef(/** @type {number | undefined} */ (undefined));
  const restFor = (/** @type {number} */ ms) => {
    clearTimeout(rest.current);
    rest.current = setTimeout(() => setReady(true), ms);
  };
  useEffect(() => () => clearTimeout(rest.current), []);

  /** @type {Hearing<Socket.Heard & Own>} */
  const hear = {
    connection({ state }) {
      if (state !== "open") setReady(true);
    },
    attack({ user_id }) {
      if (user_id === currentUser().id) restFor(COOLDOWN_MS);
    },
    error({ code, retry_after }) {
      restFor((retry_after ?? 0) * 1000);
      return code === "attack_cooldown";
    },
  };
  const {
    state: battle,
    connection,
    channel,
    refusal,
    setRefusal,
    refused,
  } = useSocket(() => client.connectToBattle(Number(id)), [id], told, NEW_BATTLE, hear);

  const strike = useCallback((/** @type {number} */ enemyId) => {
    setRefusal(null);
    setReady(false);
    channel.current.send({ type: "attack", enemy_id: enemyId });
  }, []);
  const say = useCallback((/** @type {string} */ message) => {
    setRefusal(null);
    return channel.current.send({ type: "chat", message });
  }, []);
  return { battle, connection, channel, refusal, refused, ready, strike, say };
}

/** @param {{one: EnemyState | FighterState, name: string}} props */
function Health({ one, name }) {
  return html`<span class="small numbers">${amount(one.hp)} / ${amount(one.max_hp)}</span>
    <${Meter} kind="health ${one.hp * 4 <= one.max_hp ? "low" : ""}" label=${text("battle.health_of", { name })}
      value=${one.hp} most=${one.max_hp} />
    ${Number(one.hit) > 0 && html`<span key=${one.step} class="wound numbers" aria-hidden="true">−${amount(one.hit ?? 0)}</span>`}`;
}

/** @param {{enemy: EnemyState, number: number, can: boolean, onStrike: () => void}} props */
function Enemy({ enemy, number, can, onStrike }) {
  const down = enemy.hp === 0;
  return html`<li class=${`card enemy ${down ? "beaten" : ""}`}><${Creature} name=${enemy.name} />
    <div class="grow"><strong>${enemy.name}</strong><${Health} one=${enemy} name=${enemy.name} /></div>
    ${
      down
        ? html`<${Badge} kind="good">${text("battle.defeated")}<//>`
        : html`<${Button} kind="primary" icon="battles" disabled=${!can} onClick=${onStrike}
          aria-label=${text("battle.strike_name", { name: enemy.name, number })}>
        ${text("battle.strike")}${html` <kbd>${number}</kbd>`}<//>`
    }</li>`;
}

/** @param {{one: FighterState, mine: boolean}} props */
function Fighter({ one, mine }) {
  return html`<li class=${`fighter ${one.hp === 0 ? "beaten" : ""} ${one.connected ? "" : "away"}`}><${Avatar}
    name=${one.username} />
    <div class="grow"><strong><${PersonLink} name=${one.username} />${mine && html` <span class="soft">(${text("game.you")})</span>`}</strong>
      <${Health} one=${one} name=${one.username} /></div>
    ${!one.connected && html`<${Badge}>${text("battle.gone")}<//>`}
      ${one.hp === 0 && html`<${Badge} kind="bad">${text("battle.fallen")}<//>`}
    <span class="soft small numbers" title=${text("battle.dealt")}>${amount(one.damage_dealt)}</span></li>`;
}

/** @param {{battle: BattleState}} props */
function Loot({ battle }) {
  const [loot, setLoot] = useState(/** @type {Rest.BattlesLootShape | null} */ (null));
  const claim = useAction(async () => {
    setLoot(await postOnce(`/api/battles/claim-loot/${battle.id}/`));
    later();
  });
  const claimed = loot || battle.loot_claimed;
  /** @type {Ref<HTMLElement>} */
  const buttons = useElement();
  useLayoutEffect(() => {
    // Enter takes it, unless somebody is in the middle of a sentence.
    /** @type {HTMLElement | null} */
    const first = buttons.current.querySelector("button, a");
    if (!document.activeElement?.closest("input, dialog")) first?.focus();
  }, [Boolean(claimed)]);
  return html`<${Card} class="result won"><div role="status"><h2>${text("battle.won")}</h2>
      ${!claimed && html`<p class="soft">${text("battle.loot_text")}</p>`}</div>
    ${
      loot &&
      html`<div class="loot" role="status"><p class="purse-line"><strong>${text("reward.xp", { xp: amount(loot.xp) })}
        </strong><span>+<${Money} currency="gold">${loot.gold}<//></span>
        ${loot.level_up && html`<${Badge} kind="good">${text("reward.level_up")}<//>`}</p>
      <ul class="people-list">${loot.items.map(
        (item) => html`<li class="person" key=${item.item_id}><${Picture} thing=${item} kind="material" />
        <span class="grow"><strong>${item.name} × ${amount(item.quantity)}</strong><span class="small ${item.rarity}">
          ${text(`rarity.${item.rarity}`)}</span></span></li>`,
      )}</ul></div>`
    }
    ${!loot && battle.loot_claimed && html`<p class="soft">${text("battle.loot_claimed")}</p>`}
    <div class="actions" ref=${buttons}>
      ${
        !claimed &&
        html`<${Button} kind="primary" icon="gold" busy=${claim.busy} onClick=${() => claim.run()}>
      ${text("battle.claim")}<//>`
      }
      <${LinkButton} kind=${claimed ? "primary" : "plain"} href="/battles">${text("battle.others")}<//>
      ${claimed && html`<${LinkButton} href="/profile/inventory">${text("inventory.title")}<//>`}</div>
    <${Refusal} error=${claim.error} /><//>`;
}

/** @param {{log: Entry[]}} props */
function Log({ log }) {
  /** @type {Ref<HTMLElement>} */
  const end = useElement();
  useLayoutEffect(() => {
    end.current.scrollTop = end.current.scrollHeight;
  }, [log]);
  return html`<${Card} class="chat happened" title=${text("battle.log")}><ol ref=${end} aria-live="polite" tabindex="0"
    aria-label=${text("battle.log")}>
    ${log.map(
      (entry, index) => html`<li key=${index} class=${`small ${entry.type}`}>
      ${text(`fought.${entry.type}`, entry)}
      ${entry.critical && html` <${Badge} kind="warn">${text("fought.critical")}<//>`}</li>`,
    )}
    ${!log.length && html`<li class="soft">${text("battle.quiet")}</li>`}</ol><//>`;
}

/** @type {Record<number, string>} */
const CLOSED = { 4403: "battle.not_joined", 4404: "battle.unknown", 4409: "battle.replaced" };

/** @param {{id: string}} props */
function Fight({ id }) {
  const { battle, connection, channel, refusal, refused, ready, strike, say } = useBattle(id);
  const me = battle.players.find(({ user_id }) => user_id === battle.user_id);
  const over = isOver(battle);
  const can = ready && !over && Number(me?.hp) > 0 && connection.state === "open";
  useTitle(battle.name || text("battles.title"));
  useKeys(({ key }) => {
    const enemy = battle.enemies[Number(key) - 1];
    if (enemy?.hp && can) strike(enemy.id);
  });
  if (connection.state === "closed" && connection.code !== 1000 && connection.code !== 4401)
    return html`<div class="empty" role="alert"><p>${text(CLOSED[Number(connection.code)] ?? "game.closed")}</p>
      ${
        connection.code === 4409 &&
        html`<${Button} kind="primary" onClick=${() => channel.current.open()}>${text("game.replaced_here")}<//>`
      }
      <${LinkButton} href="/battles">${text("battle.others")}<//></div>`;
  if (battle.id === null)
    return html`<${Arriving} connection=${connection} channel=${() => channel.current} rows=${2} />`;
  return html`<div class="table fight">
    <header class="head"><h1>${battle.name}</h1><${Badge} kind="accent">${text("stats.level", battle)}<//></header>
    <div class="board-frame"><ul class="enemies" aria-label=${text("battle.enemies")}>${battle.enemies.map(
      (enemy, index) => html`<${Enemy} key=${enemy.id} enemy=${enemy} number=${index + 1}
        can=${can} onStrike=${() => strike(enemy.id)} />`,
    )}</ul>
      ${refusal && html`<${Refusal}>${refusalOf(refusal)}<//>`}</div>
    <${Card} class="party-card" title=${text("battle.party")}><ul class="fighters">
      ${battle.players.map((one) => html`<${Fighter} key=${one.user_id} one=${one} mine=${one === me} />`)}</ul><//>
    <aside class="side">
      <div class="status-line"><p class=${`status ${can ? "mine" : ""}`} role="status">
        ${!over && text(me?.hp === 0 ? "battle.you_fell" : `battle.${battle.state}`)}</p>
        <${Line} connection=${connection} away="connection.waiting" /></div>
      ${battle.state === "won" && html`<${Loot} battle=${battle} />`}
      ${
        battle.state === "lost" &&
        html`<${Card} class="result lost"><h2 role="status">${text("battle.lost")}</h2><p>${text("battle.lost_text")}
        </p><div class="actions"><${LinkButton} kind="primary" href="/battles">${text("battle.others")}<//></div><//>`
      }
      <${Log} log=${battle.log} />
      <${Chat} lines=${battle.chat} me=${battle.user_id} refused=${refused} away=${connection.state !== "open"}
        onSay=${say} />
    </aside></div>`;
}

/**
 * The door of a battle: who opens its link and has no place in it yet is asked in.
 *
 * @param {{id: string}} props
 */
export default function Battle({ id }) {
  /** @returns {Promise<{joined?: object, open?: Rest.BattlesAvailableBattle | null}>} */
  const load = async () => {
    try {
      return { joined: await client.request("GET", `/api/battles/${id}/`) };
    } catch (refused) {
      if (!(refused instanceof ApiError && refused.code === "not_in_battle")) throw refused;
      /** @type {Rest.BattlesAvailableBattle[]} */
      const available = await client.request("GET", "/api/battles/available/");
      return { open: available.find((one) => String(one.id) === id) ?? null };
    }
  };
  const { data, error, reload } = useLoad(load, [id]);
  if (error || !data)
    return html`<${Loading} of=${{ error, reload }} known=${{ 404: "battle.unknown" }} rows=${2} tall />`;
  if (data.joined) return html`<${Fight} key=${id} id=${id} />`;
  const { open } = data;
  return html`<${Card} class="gate"><h1>${open?.name ?? text("battles.title")}</h1>
    ${
      open
        ? html`<${BattleFacts} battle=${open} /><${Join} battle=${open} onJoined=${reload} />`
        : html`<p>${text("battle.closed")}</p>`
    }
    <${LinkButton} kind="quiet" href="/battles">${text("battle.others")}<//><//>`;
}
