/** Somebody's ratings: a card for each game, with the course of the rating as a line. */
import { Card, Loading, Tabs, useLoad } from "../components.js";
import { html, useState } from "../dom.js";
import { GameArt } from "../art.js";
import { client } from "../session.js";
import { day, text } from "../texts.js";

/** @import { Loaded, Rest } from "../types.d.ts" */

const WIDTH = 600;
const HEIGHT = 160;
const MARGIN = 8;

/** @param {number} userId */
export const useRatings = (userId) =>
  useLoad(
    /** @returns {Promise<Rest.GamePlayerRating[]>} */
    () => client.request("GET", `/api/users/${userId}/ratings/`),
    [userId],
  );

/**
 * The course of a rating, from the oldest game to the latest.
 *
 * @param {{rating: Rest.GamePlayerRating}} props
 */
function Chart({ rating }) {
  const points = rating.history;
  const values = points.map((point) => point.rating);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const x = (/** @type {number} */ index) => MARGIN + (index / Math.max(1, points.length - 1)) * (WIDTH - 2 * MARGIN);
  const y = (/** @type {number} */ value) =>
    HEIGHT - MARGIN - ((value - low) / Math.max(1, high - low)) * (HEIGHT - 2 * MARGIN);
  const line = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const last = points.length - 1;
  return html`<figure class="rating-chart">
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" preserveAspectRatio="none"
      aria-label=${text("ratings.chart", { game: rating.title, low, high })}>
      <polygon class="area" points=${`${x(0)},${HEIGHT} ${line} ${x(last)},${HEIGHT}`} />
      <polyline class="course" points=${line} vector-effect="non-scaling-stroke" />
    </svg>
    <figcaption class="soft small numbers"><span>${day(points[0].at)}</span><span>${text("ratings.range", { low, high })}</span>
      <span>${day(points[last].at)}</span></figcaption>
  </figure>`;
}

/** @param {{of: Loaded<Rest.GamePlayerRating[]>}} props */
export function Ratings({ of: asked }) {
  const [chosen, setChosen] = useState("");
  const { data } = asked;
  if (!data) return html`<${Loading} of=${asked} rows=${2} />`;
  if (!data.length)
    return html`<${Card} title=${text("ratings.title")}><p class="soft">${text("ratings.none")}</p><//>`;
  const shown = data.find(({ game }) => game === chosen) ?? data[0];
  return html`<${Card} title=${text("ratings.title")} class="ratings">
    <${Tabs} name="rating-of" label=${text("ratings.title")} value=${shown.game} onChoose=${setChosen}
      options=${data.map(({ game, title }) => ({ value: game, label: title }))} />
    <div class="rating-head"><span class="thumb"><${GameArt} name=${shown.game} /></span>
      <strong class="rating numbers">${shown.rating}</strong>
      <span class="soft">${text("ratings.record", shown)}</span></div>
    ${
      shown.history.length > 1
        ? html`<${Chart} key=${shown.game} rating=${shown} />`
        : html`<p class="soft small">${text("ratings.few")}</p>`
    }
  <//>`;
}
