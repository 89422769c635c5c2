/** A trade: what both offer, said anew with every change, and agreed to twice. */
import { Badge, Button, IconButton, useLoad } from "../components.js";
import { html, useEffect, useElement, useLayoutEffect, useRef, useState } from "../dom.js";
import { Money } from "../purse.js";
import { amount, text } from "../texts.js";
import { everything, Picture } from "../things/things.js";
import { player } from "../player.js";
import { client } from "../session.js";
import { useStore } from "../store.js";
import { ask, close, offer, refusals } from "./live.js";
import { Refused } from "./parts.js";

/**
 * @import { World } from "../../client/messages.d.ts"
 * @import { Trade as TradeState } from "./state.js"
 * @import { Offer as Offering } from "./live.js"
 * @import { Children, OnInput, Ref, Rest } from "../types.d.ts"
 */

/** So long a changed offer is to be looked at before it can be agreed to. */
const LOOK_MS = 1500;

/** @param {{offer: World.OfferInfo, title: string, children?: Children}} props */
function Offer({ offer: { gold, currencies, items, confirmed }, title, children }) {
  return html`<section class="offer-of ${confirmed ? "agreed" : ""}" aria-label=${title}><div class="head"><h3>${title}
    </h3>
      <${Badge} kind=${confirmed ? "good" : ""}>${text(confirmed ? "world.confirmed" : "world.not_confirmed")}<//></div>
    ${
      children ??
      html`<p class="purse-line"><${Money} currency="gold">${gold}<//>${Object.entries(currencies).map(
        ([name, much]) => html`<${Money} key=${name} currency=${name}>${much}<//>`,
      )}</p><ul class="people-list">${items.map(
        (item) => html`<li key=${item.id} class="person"><${Picture} thing=${item} kind="material" />
      <span class="grow"><strong>${amount(item.quantity)} × ${item.name}</strong><span class="small ${item.rarity}">
        ${text(`rarity.${item.rarity}`)}</span></span></li>`,
      )}</ul>
      ${!items.length && html`<p class="soft small">${text("world.no_items")}</p>`}`
    }</section>`;
}

/**
 * An offered sum of a currency. The field shows the offer: a refused amount is reset.
 *
 * @param {{label: string, most: number | undefined, offered: number, can: boolean, refusal: unknown, onChange: (sum: number) => void}} props
 */
function Sum({ label, most, offered, can, refusal, onChange }) {
  const [sum, setSum] = useState(/** @type {number | string} */ (offered));
  useEffect(() => setSum(offered), [offered, refusal]);
  return html`<label class="field"><span>${label}</span><input type="number" inputmode="numeric" min="0"
    max=${most} step="1" value=${sum} disabled=${!can}
      onInput=${(/** @type {OnInput} */ { currentTarget }) => setSum(currentTarget.value)}
        onChange=${(/** @type {OnInput} */ { currentTarget }) => onChange(Math.max(0, Math.floor(Number(currentTarget.value))))} />
        </label>`;
}

/** @param {{trade: TradeState, mine: World.OfferInfo, can: boolean}} props */
function Own({ trade, mine, can }) {
  const purse = useStore(player);
  const refusal = useStore(refusals)[`trade:${trade.id}`];
  const { data: others } = useLoad(
    /** @returns {Promise<Rest.ProgressionCurrencyShape[]>} */ () => client.request("GET", "/api/player/currencies/"),
    [],
  );
  const { data: things } = useLoad(
    /** @returns {Promise<Rest.ProgressionInventoryRow[]>} */ () => everything("/api/inventory/"),
    [],
  );
  // The last offer sent, whose answer may not have come.
  const wanted = useRef(/** @type {Offering} */ (mine));
  useEffect(() => {
    if (refusal || !can) wanted.current = mine;
  }, [refusal, can]);
  const change = (/** @type {Partial<Offering>} */ fields) =>
    offer(trade.id, (wanted.current = { ...wanted.current, ...fields }));
  const count = (/** @type {number} */ id, /** @type {Offering} */ { items } = mine) =>
    items.find((one) => one.id === id)?.quantity ?? 0;
  const put = (/** @type {number} */ id, /** @type {number} */ more) => {
    const quantity = count(id, wanted.current) + more;
    change({
      items: [...wanted.current.items.filter((one) => one.id !== id), ...(quantity > 0 ? [{ id, quantity }] : [])],
    });
  };
  const free = (things ?? []).filter(({ equipped }) => !equipped);
  const putMoney = (/** @type {string} */ name, /** @type {number} */ sum) => {
    const { [name]: _, ...rest } = wanted.current.currencies;
    change({ currencies: sum ? { ...rest, [name]: sum } : rest });
  };
  return html`<${Sum} label=${text("world.gold")} most=${purse?.gold} offered=${mine.gold} can=${can} refusal=${refusal}
      onChange=${(/** @type {number} */ gold) => change({ gold })} />
    ${others
      ?.filter(({ tradeable }) => tradeable)
      .map(
        ({ name, title, balance }) => html`<${Sum} key=${name} label=${title} most=${balance}
      offered=${mine.currencies[name] ?? 0} can=${can} refusal=${refusal}
      onChange=${(/** @type {number} */ sum) => putMoney(name, sum)} />`,
      )}
    <ul class="people-list goods">${free.map(
      (thing) => html`<li key=${thing.id} class="person"><${Picture} thing=${thing} />
      <span class="grow"><strong>${thing.name}</strong><span class="soft small">
        ${text("world.offered", { count: amount(count(thing.id)), most: amount(thing.quantity) })}</span></span>
      <${IconButton} icon="minus" label=${text("world.less", thing)} disabled=${!can || !count(thing.id)}
        onClick=${() => put(thing.id, -1)} />
      <${IconButton} icon="add" label=${text("world.more", thing)} disabled=${!can || count(thing.id) >= thing.quantity}
        onClick=${() => put(thing.id, 1)} /></li>`,
    )}</ul>
    ${things && !free.length && html`<p class="soft small">${text("world.nothing_to_give")}</p>`}`;
}

/**
 * Both offers of an open trade; what has just changed cannot be agreed to at once.
 *
 * @param {{trade: TradeState, me: number, can: boolean}} props
 */
function Offers({ trade, me, can }) {
  const [looked, setLooked] = useState(/** @type {number | null} */ (null));
  const [first] = useState(trade.version);
  useEffect(() => {
    const timer = setTimeout(() => setLooked(trade.version), LOOK_MS);
    return () => clearTimeout(timer);
  }, [trade.version]);
  const mine = trade.offers.find(({ user_id }) => user_id === me);
  const theirs = trade.offers.find(({ user_id }) => user_id !== me);
  if (!mine || !theirs) return null;
  const fresh = looked !== trade.version;
  const status = mine.confirmed
    ? text("world.waits_for", { name: trade.other.character_name })
    : fresh && trade.version !== first
      ? text("world.just_changed")
      : theirs.confirmed
        ? text("world.they_confirmed", { name: trade.other.character_name })
        : text("world.both_confirm");
  return html`<div class="offers"><${Offer} offer=${mine} title=${text("world.you_give")}><${Own} trade=${trade}
    mine=${mine} can=${can} /><//>
      <${Offer} offer=${theirs} title=${text("world.you_get")} /></div>
    <p class="soft small" role="status">${status}</p>
    <div class="actions"><${Button} kind="primary" icon="check" disabled=${!can || fresh || mine.confirmed}
        onClick=${() => ask(`trade:${trade.id}`, { type: "trade_complete", trade_id: trade.id, version: trade.version })}>
          ${text("world.confirm")}<//>
      <${Decline} trade=${trade} words="dialog.cancel" can=${can} /></div>`;
}

/** @param {{trade: TradeState, words: string, can: boolean}} props */
function Decline({ trade, words, can }) {
  return html`<${Button} disabled=${!can}
    onClick=${() => ask(`trade:${trade.id}`, { type: "trade_decline", trade_id: trade.id })}>${text(words)}<//>`;
}

/** @param {{trade: TradeState, can: boolean}} props */
function Asked({ trade, can }) {
  const { character_name: name } = trade.other;
  return html`<p>${text(trade.byMe ? "world.trade_waits" : "world.trade_wants", { name })}</p>
    <div class="actions">
      ${
        !trade.byMe &&
        html`<${Button} kind="primary" icon="check" disabled=${!can}
      onClick=${() => ask(`trade:${trade.id}`, { type: "trade_accept", trade_id: trade.id })}>${text("friends.accept")}
      <//>`
      }
      <${Decline} trade=${trade} words=${trade.byMe ? "dialog.cancel" : "friends.decline"} can=${can} /></div>`;
}

/** @param {{trade: TradeState, me: number}} props */
function Over({ trade, me }) {
  const done = trade.state === "done";
  const theirs = trade.offers?.find(({ user_id }) => user_id !== me);
  return html`<p role="status">
    ${text(done ? "world.trade_done" : `world.trade_${trade.reason}`, { name: trade.other.character_name })}</p>
    ${done && theirs && html`<${Offer} offer=${theirs} title=${text("world.you_got")} />`}
    <div class="actions"><${Button} kind="primary" onClick=${() => close("trade_closed", { trade_id: trade.id })}>
      ${text("game.dismiss")}<//></div>`;
}

const STATES = { asked: Asked, open: Offers, done: Over, ended: Over };

/** @param {{trade: TradeState, me: number, can: boolean}} props */
export function Trade({ trade, me, can }) {
  /** @type {Ref<HTMLElement>} */
  const title = useElement();
  useLayoutEffect(() => {
    // The user who is asked may be writing.
    if (trade.state === "open" || trade.byMe) title.current.focus();
  }, [trade.state === "open"]);
  const State = STATES[trade.state];
  return html`<section class="card window trade"
    aria-label=${text("world.trade_with", { name: trade.other.character_name })}
    aria-live=${trade.state === "asked" ? "polite" : undefined}>
    <h2 ref=${title} tabindex="-1">${text("world.trade_with", { name: trade.other.character_name })}</h2>
    <${State} trade=${trade} me=${me} can=${can} /><${Refused} at=${`trade:${trade.id}`} /></section>`;
}
