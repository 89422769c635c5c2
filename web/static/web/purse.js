/** The player's means at a glance: level, gold, gems, and stamina that fills by the clock. */
import { Meter, useNow } from "./components.js";
import { html } from "./dom.js";
import { Icon } from "./icons.js";
import { player, staminaAt } from "./player.js";
import { client } from "./session.js";
import { useStore } from "./store.js";
import { amount, text, textOr, words } from "./texts.js";

/** @import { Children, Rest } from "./types.d.ts" */

/** The stamina there is now, counted up as it comes back. */
export function useStamina() {
  const one = useStore(player);
  const filling = one?.stamina_full_at && Date.parse(one.stamina_full_at) > client.serverNow();
  useNow(filling ? 1000 : null);
  return one && staminaAt(one, client.serverNow());
}

/**
 * The player's balance in a currency, also in one that an app declares.
 *
 * @param {Rest.ProgressionPlayerShape | null} one
 * @param {string} currency
 */
export function balanceOf(one, currency) {
  if (!one) return 0;
  return currency === "gold" || currency === "gems" ? one[currency] : (one.currencies[currency] ?? 0);
}

/** @param {{currency: string, children?: number}} props */
export function Money({ currency, children }) {
  const known = currency === "gold" || currency === "gems";
  return html`<span class="money ${currency} numbers">${known && html`<${Icon} name=${currency} />`}${amount(
    children ?? 0,
  )}<span class=${known ? "hidden" : "soft small"}> ${textOr(`money.${currency}`, words(currency))}</span></span>`;
}

export function Purse() {
  const one = useStore(player);
  const stamina = useStamina();
  // Its place is kept until it is known.
  if (!one) return html`<span class="purse"></span>`;
  return html`<a class="purse" href="/profile">
    <span class="numbers"><span class="soft small">${text("player.level")}</span> <strong>${one.level}</strong></span>
    <${Money} currency="gold">${one.gold}<//><${Money} currency="gems">${one.gems}<//>
    <span class="breath numbers"><${Icon} name="stamina" /><${Meter} kind="stamina" label=${text("player.stamina")}
      value=${stamina} most=${one.max_stamina} />${stamina}</span>
  </a>`;
}
