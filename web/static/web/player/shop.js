/** The shop: what is sold today, and buying it. */
import {
  Badge,
  Button,
  Dialog,
  Empty,
  Field,
  Loading,
  Refusal,
  Tabs,
  useAction,
  useLoad,
  useTitle,
} from "../components.js";
import { html, useState } from "../dom.js";
import { later, player, postOnce } from "../player.js";
import { balanceOf, Money } from "../purse.js";
import { client } from "../session.js";
import { useStore } from "../store.js";
import { amount, text, textOr } from "../texts.js";
import { toast } from "../toasts.js";
import { Conversions } from "./conversions.js";
import { Bonuses, Picture, ProfileTabs, sortOf, Thing } from "../things/things.js";

/** @import { OnInput, Rest } from "../types.d.ts" */

const KINDS = ["all", "gear", "egg", "food"];
const MOST_AT_ONCE = 1000;

/**
 * The dialog of a purchase: the quantity, its price, and the money left then. Sent twice, it is bought once.
 *
 * @param {{offer: Rest.ProgressionShopItem, onBought: () => void, onClose: () => void}} props
 */
function Buying({ offer, onBought, onClose }) {
  const have = balanceOf(useStore(player), offer.currency);
  const [quantity, setQuantity] = useState(1);
  const most = Math.min(offer.stock ?? MOST_AT_ONCE, MOST_AT_ONCE);
  const cost = offer.price * quantity;
  const buy = useAction(async () => {
    /** @type {Rest.ProgressionBought} */
    const { item, quantity: bought } = await postOnce("/api/shop/purchase/", { item_id: offer.id, quantity });
    toast(text("shop.bought", { count: amount(bought), name: item.name }));
    onBought();
    onClose();
  });
  const short = cost > have;
  return html`<${Dialog} title=${text("shop.buy_name", { name: offer.name })} onClose=${onClose}>
    <div class="thing-head"><${Picture} thing=${offer} /><span class="grow"><span class=${offer.rarity}>${sortOf(offer)}
      </span>
      ${offer.description && html`<span class="soft small">${offer.description}</span>`}</span></div>
    <${Bonuses} stats=${offer.stats} />
    <${Field} label=${text("shop.quantity")} name="quantity" type="number" min="1" max=${most} value=${quantity}
      onInput=${(/** @type {OnInput} */ { currentTarget: { value } }) => setQuantity(Math.max(1, Math.min(most, Math.floor(Number(value)) || 1)))} />
    <dl class="sums numbers"><div><dt>${text("shop.cost")}</dt><dd><${Money} currency=${offer.currency}>${cost}<//></dd>
      </div>
      ${
        !short &&
        html`<div><dt>${text("shop.left")}</dt><dd><${Money} currency=${offer.currency}>${have - cost}<//>
        </dd></div>`
      }</dl>
    ${short && html`<p class="refusal" role="status">${textOr(`shop.short_${offer.currency}`, text("shop.short"))}</p>`}
    <${Refusal} error=${buy.error} />
    <div class="actions end"><${Button} onClick=${onClose}>${text("dialog.cancel")}<//>
      <${Button} kind="primary" busy=${buy.busy} disabled=${short} onClick=${() => buy.run()}>${text("shop.buy")}<//>
        </div><//>`;
}

/** @param {{offer: Rest.ProgressionShopItem, onBuy: () => void}} props */
function Offer({ offer, onBuy }) {
  const gone = offer.stock === 0;
  return html`<${Thing} thing=${offer}>
    ${
      (offer.daily || offer.stock !== null) &&
      html`<p class="actions">${offer.daily && html`<${Badge} kind="accent">${text("shop.daily")}<//>`}
      ${
        offer.stock !== null &&
        html`<${Badge} kind=${gone ? "bad" : "warn"}>
        ${text(gone ? "shop.sold_out" : "shop.stock", { count: offer.stock })}<//>`
      }</p>`
    }
    <${Bonuses} stats=${offer.stats} />
    ${offer.food_xp > 0 && html`<p class="small">${text("inventory.food_xp", { xp: offer.food_xp })}</p>`}
    <div class="price foot"><${Money} currency=${offer.currency}>${offer.price}<//>
      <${Button} kind="primary" disabled=${gone} aria-label=${text("shop.buy_name", { name: offer.name })}
        onClick=${onBuy}>${text("shop.buy")}<//></div><//>`;
}

/** @param {{path: string}} props */
export default function Shop({ path }) {
  const stock = useLoad(
    /** @returns {Promise<Rest.ProgressionShopItem[]>} */ () => client.request("GET", "/api/shop/items/"),
    [],
  );
  const { data: offers, reload } = stock;
  const [kind, setKind] = useState("all");
  const [chosen, setChosen] = useState(/** @type {number | null} */ (null));
  useTitle(text("shop.title"));
  const bought = () => {
    reload();
    later();
  };
  const open = offers?.find(({ id }) => id === chosen);
  return html`<div class="page wide">
    <${ProfileTabs} path=${path} />
    <h1 class="hidden">${text("shop.title")}</h1>
    <${Tabs} name="kind" label=${text("inventory.kinds")} value=${kind} onChoose=${setKind}
      options=${KINDS.map((value) => ({ value, label: text(`kinds.${value}`) }))} />
    <${Loading} of=${stock} rows=${3} tall />
    ${offers?.length === 0 && html`<${Empty} words=${text("shop.empty")} />`}
    ${
      offers &&
      html`<ul class="things">
      ${offers
        .filter((one) => kind === "all" || one.kind === kind)
        .map(
          (offer) => html`<${Offer} key=${offer.id}
      offer=${offer} onBuy=${() => setChosen(offer.id)} />`,
        )}</ul>`
    }
    <${Conversions} />
    ${open && html`<${Buying} key=${open.id} offer=${open} onBought=${bought} onClose=${() => setChosen(null)} />`}
  </div>`;
}
