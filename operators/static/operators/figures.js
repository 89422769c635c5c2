/** The live figures on the admin's front page: small charts of the last ten minutes, drawn anew every few seconds. */

/**
 * @typedef {(number | null)[]} Values in order of time; null where nobody counted
 * @typedef {{every_s: number, workers: number, series: Record<string, Values>, rooms: Games[], queues: Waiting[]}} Figures
 * @typedef {{game: string, state: string, games: number}} Games
 * @typedef {{game: string, mode: string, players: number, longest_wait_s: number}} Waiting
 * @typedef {{title: string, series: string[][], digits?: number}} ChartOptions
 */

/** @type {ChartOptions[]} */
const CHARTS = [
  { title: "Sockets open", series: [["sockets", ""]] },
  {
    title: "Messages a second",
    series: [
      ["received", "in"],
      ["told", "told"],
    ],
  },
  { title: "Games going on", series: [["rooms", ""]] },
  { title: "Players in queues", series: [["waiting", ""]] },
  { title: "Longest wait in a queue, seconds", series: [["longest_wait_s", ""]] },
  { title: "Tick lag, 99th percentile, milliseconds", series: [["tick_lag_ms", ""]], digits: 1 },
  { title: "Refused messages a second", series: [["refused", ""]], digits: 1 },
  { title: "Errors a minute", series: [["errors", ""]] },
];
const STATES = ["active", "waiting_for_ready", "waiting_for_players", "created"];
const WIDTH = 240;
const HEIGHT = 84;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Return the element that the template has.
 *
 * @param {ParentNode} within
 * @param {string} selector
 */
function found(within, selector) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

const root = found(document, ".figures");
const note = found(root, ".figures-note");

/**
 * @param {string} name
 * @param {string} [className]
 * @param {string | number} [text]
 */
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = String(text);
  return made;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
function shown(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? Math.max(digits, 1) : digits });
}

/** @param {number} highest */
function ceiling(highest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(highest, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((limit) => limit >= highest) ?? highest;
}

/**
 * A line with a gap wherever nobody counted.
 *
 * @param {Values} values
 * @param {number} top
 */
function line(values, top) {
  let path = "";
  let open = false;
  values.forEach((value, index) => {
    if (value !== null) {
      const x = (index / (values.length - 1)) * WIDTH;
      path += `${open ? "L" : "M"}${x.toFixed(1)} ${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`;
    }
    open = value !== null;
  });
  return path;
}

/** @param {Values} values */
const latest = (values) => values.findLast((value) => value !== null) ?? null;

class Chart {
  /** @type {Values[]} */
  values = [];
  everyS = 0;
  top = 0;

  /** @param {ChartOptions} options */
  constructor({ title, series, digits = 0 }) {
    this.title = title;
    this.series = series;
    this.digits = digits;
    this.card = element("div", "figures-card");
    this.now = element("div", "figures-now");
    this.svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
    this.axis = element("div", "figures-axis");
    this.card.append(element("h2", "", title), this.now, this.svg, this.axis);
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.point(null));
    this.pointed = /** @type {number | null} */ (null);
  }

  /** @param {Figures} figures */
  draw(figures) {
    this.values = this.series.map(([name]) => figures.series[name]);
    this.everyS = figures.every_s;
    this.top = ceiling(Math.max(...this.values.flat().map((value) => value ?? 0), 0));
    const lines = [0, 0.5, 1].map((part) =>
      drawn("line", { class: "grid", x1: 0, x2: WIDTH, y1: HEIGHT * part, y2: HEIGHT * part }),
    );
    const paths = this.values.map((values, index) =>
      drawn("path", { class: "series", stroke: `var(--series-${index})`, d: line(values, this.top) }),
    );
    this.svg.replaceChildren(...lines, ...paths);
    this.tell();
  }

  /** @param {PointerEvent|null} event */
  point(event) {
    const box = this.svg.getBoundingClientRect();
    const last = this.values[0].length - 1;
    this.pointed = event && Math.round(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * last);
    this.tell();
  }

  /** The values in words: the latest, or those under the pointer. */
  tell() {
    const at = this.pointed;
    const values = this.values.map((each) => (at === null ? latest(each) : each[at]));
    this.now.replaceChildren(
      ...this.series.map(([, label], index) => {
        const told = element("span");
        if (label) {
          const sign = element("i");
          sign.style.background = `var(--series-${index})`;
          told.append(sign);
        }
        told.append(element("strong", "", shown(values[index], this.digits)), label);
        return told;
      }),
    );
    const last = this.values[0].length - 1;
    const ago = at === null ? 0 : (last - at) * this.everyS;
    this.axis.replaceChildren(
      element("span", "", `${Math.round((last * this.everyS) / 60)} min ago`),
      element("span", "", at === null ? `0 to ${shown(this.top)}` : `${ago} s ago`),
      element("span", "", "now"),
    );
    this.svg.querySelector(".cursor")?.remove();
    if (at !== null) {
      const x = (at / last) * WIDTH;
      this.svg.append(drawn("line", { class: "cursor", x1: x, x2: x, y1: 0, y2: HEIGHT }));
    }
    const said = this.series.map(([, label], index) => `${label} ${shown(values[index], this.digits)}`.trim());
    this.svg.setAttribute("aria-label", `${this.title}: ${said.join(", ")}`);
  }
}

/**
 * @param {string} title
 * @param {Node[]} rows
 * @param {string} empty
 */
function list(title, rows, empty) {
  const card = element("div", "figures-card");
  card.append(element("h2", "", title), ...(rows.length ? rows : [element("small", "", empty)]));
  return card;
}

/**
 * @param {string} name
 * @param {string|number} value
 * @param {Node[]} detail
 */
function row(name, value, detail) {
  const made = element("div", "figures-row");
  made.append(element("span", "", name), element("strong", "", value), ...detail);
  return made;
}

/** @param {Games[]} rooms */
function roomsByGame(rooms) {
  const byGame = Map.groupBy(rooms, (each) => each.game);
  return [...byGame].map(([game, states]) => {
    const bar = element("div", "figures-bar");
    /** @type {string[]} */
    const told = [];
    for (const { state, games } of states.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state))) {
      const part = element("span");
      part.style.flexGrow = String(games);
      part.style.background = `var(--series-${STATES.indexOf(state)})`;
      bar.append(part);
      told.push(`${games} ${state.replaceAll("_", " ")}`);
    }
    const total = states.reduce((sum, each) => sum + each.games, 0);
    return row(game, total, [bar, element("small", "", told.join(", "))]);
  });
}

/** @param {Waiting[]} waiting */
function queues(waiting) {
  return waiting.map(({ game, mode, players, longest_wait_s }) =>
    row(mode ? `${game} ${mode}` : game, players, [element("small", "", `longest wait ${shown(longest_wait_s)} s`)]),
  );
}

const charts = CHARTS.map((chart) => new Chart(chart));
found(root, ".figures-charts").append(...charts.map((chart) => chart.card));

async function refresh() {
  let everyS = 5;
  try {
    const answer = await fetch(String(root.dataset.url), { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(`the server answered ${answer.status}`);
    /** @type {Figures} */
    const figures = await answer.json();
    everyS = figures.every_s;
    for (const chart of charts) chart.draw(figures);
    found(root, ".figures-lists").replaceChildren(
      list("Games by kind and state", roomsByGame(figures.rooms), "None goes on."),
      list("Queues", queues(figures.queues), "Nobody waits."),
    );
    note.textContent = `${figures.workers} ${figures.workers === 1 ? "worker" : "workers"}; the last ten minutes.`;
    note.classList.remove("is-stale");
  } catch (problem) {
    note.textContent = `These figures are old: ${problem instanceof Error ? problem.message : problem}.`;
    note.classList.add("is-stale");
  }
  setTimeout(refresh, everyS * 1000);
}

refresh();
