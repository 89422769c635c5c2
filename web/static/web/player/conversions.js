/** The conversions of currencies and items that apps and operators offer, below the shop's offers. */
import { Button, Refusal, useAction, useLoad } from "../components.js";
import { html } from "../dom.js";
import { later, postOnce } from "../player.js";
import { Money } from "../purse.js";
import { client } from "../session.js";
import { amount, text, textOr, words } from "../texts.js";
import { toast } from "../toasts.js";

/** @import { Rest } from "../types.d.ts" */
/** @typedef {Rest.ProgressionConversionShape} Offered */

/** @param {{of: Record<string, number>}} props by currency, or the slug of an item */
const Sums = ({ of }) =>
  Object.entries(of).map(([name, count]) => html`<${Money} key=${name} currency=${name}>${count}<//> `);

/** @param {Offered["drops"][number]} drop */
function chance({ of, least, most, probability }) {
  const count = least === most ? amount(most) : `${amount(least)}–${amount(most)}`;
  const what = of ? `${count} ${textOr(`money.${of}`, words(of))}` : text("conversions.nothing");
  return text("conversions.chance", { what, percent: amount(Math.round(probability * 1000) / 10) });
}

/** @param {Rest.ProgressionConvertedShape} got */
function said({ gold, gems, currencies, items }) {
  const money = Object.entries({ gold, gems, ...currencies }).filter(([, count]) => count > 0);
  const given = [
    ...money.map(([name, count]) => `${amount(count)} ${textOr(`money.${name}`, words(name))}`),
    ...items.map(({ name, quantity }) => `${amount(quantity)} × ${name}`),
  ];
  return given.length ? text("conversions.got", { what: given.join(", ") }) : text("conversions.done");
}

/** @param {{one: Offered, onDone: () => void}} props */
function Conversion({ one, onDone }) {
  const title = textOr(`conversion.${one.name}`, one.title || words(one.name));
  const convert = useAction(async () => {
    toast(said(await postOnce(`/api/shop/conversions/${one.name}/`, {})));
    onDone();
  });
  const facts = [
    one.drops.length > 0 && one.drops.map(chance).join(" · "),
    one.left_today !== null && text("conversions.left", { count: one.left_today }),
  ].filter(Boolean);
  return html`<li class="row"><span class="grow"><strong>${title}</strong>
      <span class="small"><${Sums} of=${one.takes} />${Object.keys(one.gives).length > 0 && html`→ <${Sums} of=${one.gives} />`}</span>
      ${facts.map((fact) => html`<span key=${fact} class="soft small">${fact}</span>`)}
      <${Refusal} error=${convert.error} /></span>
    <${Button} busy=${convert.busy} disabled=${one.left_today === 0} onClick=${() => convert.run()}
      aria-label=${text("conversions.convert_name", { name: title })}>${text("conversions.convert")}<//></li>`;
}

export function Conversions() {
  const offered = useLoad(
    /** @returns {Promise<Offered[]>} */ () => client.request("GET", "/api/shop/conversions/"),
    [],
  );
  const done = () => {
    offered.reload();
    later();
  };
  if (!offered.data?.length) return null;
  return html`<section class="stack conversions"><h2>${text("conversions.title")}</h2>
    <ul class="list">${offered.data.map((one) => html`<${Conversion} key=${one.name} one=${one} onDone=${done} />`)}</ul>
  </section>`;
}
