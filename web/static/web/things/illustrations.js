/**
 * The pictures of monsters, pets, items, factions and places: one hand, flat in two tones with a line of ink, each made
 * from its key, so that it is always the same.
 */
import { html } from "../dom.js";
import { choices } from "../seed.js";

/** @import { Children } from "../types.d.ts" */

const HUES = 12;

/** @param {{kind: string, hue?: number | null, children: Children}} props */
const Drawing = ({ kind, hue = null, children }) =>
  html`<svg viewBox="0 0 64 64" aria-hidden="true" class=${`drawing ${kind} ${hue === null ? "" : `hue-${hue}`}`}>
    ${children}</svg>`;

/** The outline of a body, its lighter part, and the height of the eyes. */
const BODIES = [
  { shape: "M32 12c14 0 20 12 20 24 0 10-8 16-20 16s-20-6-20-16c0-12 6-24 20-24z", eyes: 30, top: 14 },
  { shape: "M20 16c6-6 18-6 24 0 6 7 5 30 2 36H18c-3-6-4-29 2-36z", eyes: 26, top: 14 },
  { shape: "M32 18c18 0 24 10 24 20s-10 14-24 14S8 48 8 38s6-20 24-20z", eyes: 33, top: 20 },
  { shape: "M14 54V32c0-12 8-20 18-20s18 8 18 20v22l-6-5-6 5-6-5-6 5-6-5z", eyes: 28, top: 14 },
  {
    shape: "M32 10c9 0 12 8 13 16 1 7 9 9 9 17 0 7-9 9-22 9s-22-2-22-9c0-8 8-10 9-17 1-8 4-16 13-16z",
    eyes: 26,
    top: 12,
  },
];
const HEADS = [
  null,
  (/** @type {number} */ top) =>
    `M20 ${top + 8}C12 ${top + 4} 10 ${top - 4} 13 ${top - 8}c4 5 8 7 13 9zM44 ${top + 8}c8-4 10-12 7-16-4 5-8 7-13 9z`,
  (/** @type {number} */ top) => `M18 ${top + 10}l-4-16 14 8zM46 ${top + 10}l4-16-14 8z`,
  (/** @type {number} */ top) => `M12 ${top + 2}a7 7 0 1 1 12 3zM52 ${top + 2}a7 7 0 1 0-12 3z`,
  (/** @type {number} */ top) => `M20 ${top + 6}l3-10 5 7 4-10 4 10 5-7 3 10z`,
];
const MARKINGS = [
  null,
  "M24 44c0-6 4-9 8-9s8 3 8 9-4 7-8 7-8-1-8-7z",
  "M18 38a3 3 0 1 0 .1 0zM44 40a4 4 0 1 0 .1 0zM26 46a2.500 2.500 0 1 0 .1 0z",
  "M16 36l8 3-8 3zM48 36l-8 3 8 3zM18 44l8 2-7 3zM46 44l-8 2 7 3z",
];
const MOUTHS = {
  wild: [
    html`<path class="dark" d="M23 39h18l-2 6-3-3-4 5-4-5-3 3z" />`,
    html`<path class="dark" d="M24 39c4 7 12 7 16 0z" /><path class="light" d="M27 39l2 4 2-4zM33 39l2 4 2-4z" />`,
    html`<path class="ink" d="M24 42l3-3 3 3 3-3 3 3 3-3" />`,
    html`<path class="ink" d="M25 43c4-4 10-4 14 0" /><path class="light" d="M26 41l1-4 2 3zM38 41l-1-4-2 3z" />`,
  ],
  mild: [
    html`<path class="ink" d="M27 39c2 3 8 3 10 0" />`,
    html`<path class="ink" d="M28 38l4 3 4-3" />`,
    html`<path class="dark" d="M28 38h8c0 6-8 6-8 0z" />`,
  ],
};

/**
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
const eye = (x, y, size) =>
  html`<circle class="light" cx=${x} cy=${y} r=${size} /><circle class="dark" cx=${x} cy=${y + 0.5} r=${size * 0.45} />`;
const EYES = [
  (/** @type {number} */ y) => [eye(25, y, 5), eye(39, y, 5)],
  (/** @type {number} */ y) => [eye(32, y, 7.5)],
  (/** @type {number} */ y) => [eye(22, y + 1, 4), eye(32, y - 3, 4.5), eye(42, y + 1, 4)],
  (/** @type {number} */ y) => [
    eye(25, y, 4.5),
    eye(39, y, 4.5),
    html`<path class="ink" d=${`M19 ${y - 7}l9 4M45 ${y - 7}l-9 4`} />`,
  ],
];

/** @param {{name: string, mild?: boolean}} props */
export function Creature({ name, mild = false }) {
  const pick = choices(name);
  const hue = pick.next(HUES);
  const { shape, eyes, top } = pick.of(BODIES);
  const head = pick.of(HEADS)?.(top);
  const marking = pick.of(MARKINGS);
  const look = mild ? EYES[0] : pick.of(EYES);
  return html`<${Drawing} kind="creature" hue=${hue}>
    ${head && html`<path class="shade inked" d=${head} />`}
    <path class="tone inked" d=${shape} />${marking && html`<path class="shade" d=${marking} />`}
    ${look(eyes)}${pick.of(mild ? MOUTHS.mild : MOUTHS.wild)}
  <//>`;
}

/** Of each sort of item a few forms: what is drawn in the tone, and what in the shade. @type {Record<string, [string, string][]>} */
const ITEMS = {
  weapon: [
    ["M50 8l4 2-2 12-24 24-8-8z", "M12 38l14 14-4 4-5-5-7 7-4-4 7-7-5-5z"],
    ["M30 10c12-4 22 2 24 14-8 0-14 2-18 8z", "M36 22l6 6-28 30-8-8z"],
    ["M34 8h16v16H34z M30 12h4v8h-4zM50 12h4v8h-4z", "M39 24h6v34h-6z"],
    ["M16 8c24 4 36 22 40 44l-6-4C46 30 36 18 20 14z", "M16 8l34 44-3 2-34-44z"],
    ["M32 6l8 10-8 10-8-10z", "M30 26h4v32h-4z M24 26h16v4H24z"],
  ],
  head: [
    ["M12 40c0-16 8-26 20-26s20 10 20 26v10H38V38H26v12H12z", "M30 6h4v30h-4z"],
    ["M14 52c-4-22 4-40 18-42 14 2 22 20 18 42z", "M24 52c-4-12 0-24 8-26 8 2 12 14 8 26z"],
    ["M10 46V20l11 10 11-18 11 18 11-10v26z", "M10 46h44v8H10z"],
  ],
  body: [
    ["M22 10l-14 8 4 12 6-3v28h28V27l6 3 4-12-14-8c-4 8-16 8-20 0z", "M29 20h6v35h-6z"],
    ["M24 8l-10 8-4 40h44l-4-40-10-8-8 10z", "M32 18l-6 38h12z"],
    ["M20 10h6c2 6 10 6 12 0h6l8 10-6 6v28H18V26l-6-6z", "M18 34h28v6H18z"],
  ],
  feet: [
    ["M18 8h14v28l18 8c4 2 4 10 0 10H18z", "M18 46h36v8H18z"],
    ["M14 26h16l8 10 16 4c4 2 4 12 0 12H14z", "M14 46h42v6H14z"],
  ],
  trinket: [
    ["M32 26a15 15 0 1 0 .1 0zm0 7a8 8 0 1 1-.1 0z", "M32 8l8 8-8 12-8-12z"],
    ["M32 34a12 12 0 1 0 .1 0z", "M16 6l16 28L48 6h-6L32 24 22 6z"],
    ["M20 12h24l10 14-22 28L10 26z", "M10 26h44L32 54z"],
  ],
  food: [
    [
      "M32 18c-14-8-24 2-22 16 2 14 12 22 22 16 10 6 20-2 22-16 2-14-8-24-22-16z",
      "M32 18c0-6 4-10 10-12 0 6-4 10-10 12z",
    ],
    ["M10 36c0-14 10-22 22-22s22 8 22 22v10c0 4-4 6-8 6H18c-4 0-8-2-8-6z", "M20 24l6 10M30 20l6 12M42 24l4 8"],
    ["M6 32c10-16 28-16 38 0-10 16-28 16-38 0z", "M40 32l18-12v24z"],
  ],
  egg: [
    ["M32 6c12 0 20 18 20 30a20 20 0 0 1-40 0C12 24 20 6 32 6z", "M14 30l8 5 10-7 10 7 8-5 2 10-10 6-10-7-10 7-9-6z"],
    [
      "M32 6c12 0 20 18 20 30a20 20 0 0 1-40 0C12 24 20 6 32 6z",
      "M26 20a4 4 0 1 0 .1 0zM40 24a4 4 0 1 0 .1 0zM22 36a4 4 0 1 0 .1 0zM36 38a5 5 0 1 0 .1 0z",
    ],
    ["M32 6c12 0 20 18 20 30a20 20 0 0 1-40 0C12 24 20 6 32 6z", "M13 30c12 6 26 6 38 0l1 10c-12 7-28 7-40 0z"],
    ["M32 6c12 0 20 18 20 30a20 20 0 0 1-40 0C12 24 20 6 32 6z", "M32 14l9 16-9 20-9-20z"],
  ],
  material: [
    ["M10 40l10-22 20-6 14 18-6 20H18z", "M24 18l8 18 22-6-6 20H30z"],
    ["M8 22l40-10 8 10-40 32-8-10z", "M8 22l8 10v22l-8-10z"],
    ["M14 12h36v40H14z", "M14 22h36v6H14zM14 38h36v6H14z"],
  ],
};

/** @param {{name: string, sort: string}} props */
export function Item({ name, sort }) {
  const pick = choices(name);
  const hue = pick.next(HUES);
  const [tone, shade] = pick.of(ITEMS[sort] ?? ITEMS.material);
  return html`<${Drawing} kind="item" hue=${hue}><path class="tone inked" d=${tone} /><path class="shade inked" d=${shade} /><//>`;
}

const FIELDS = [
  "M32 6v52C18 52 10 40 10 12z",
  "M10 12 32 6l22 6v18H10z",
  "M10 40 32 20l22 20c-3 9-11 15-22 18-11-3-19-9-22-18z",
  "M10 12 54 40c-4 9-12 15-22 18C16 52 10 36 10 12z",
  "M10 24h44v16c-1 3-3 5-4 7H14c-1-2-3-4-4-7z",
  "M24 8h16v46l-8 4-8-4z",
];
const CHARGES = [
  "M32 20l3 8 8-3-3 8 8 3-8 3 3 8-8-3-3 8-3-8-8 3 3-8-8-3 8-3-3-8 8 3z",
  "M18 34c5-6 9-6 14 0s9 6 14 0v6c-5 6-9 6-14 0s-9-6-14 0z",
  "M16 44l11-20 6 9 4-6 11 17z",
  "M32 18c10 8 10 20 0 28-10-8-10-20 0-28z",
  "M38 20a14 14 0 1 0 4 22 11 11 0 1 1-4-22z",
  "M32 16l12 26-12-8-12 8z",
  "M29 18h6v9h9v6h-9v13h-6V33h-9v-6h9z",
  "M20 22h24v5H20zM20 31h24v5H20zM20 40h24v5H20z",
  "M32 18c8 0 12 6 12 12-4-3-8-3-10 0v14h-4V30c-2-3-6-3-10 0 0-6 4-12 12-12z",
  "M32 17a15 15 0 1 0 .1 0zm0 7a8 8 0 1 1-.1 0z",
];

/**
 * The arms of a faction, in its colour, which `--faction` is.
 *
 * @param {{name: string}} props
 */
export function Emblem({ name }) {
  const pick = choices(name);
  return html`<${Drawing} kind="emblem"><path class="tone inked" d="M32 6l22 6c0 28-6 40-22 46C16 52 10 40 10 12z" />
    <path class="shade" d=${pick.of(FIELDS)} /><path class="light" d=${pick.of(CHARGES)} /><//>`;
}

/** @type {Record<string, [string, string]>} */
const LANDS = {
  mountain: ["M4 54 24 16l10 16 6-8 20 30z", "M24 16l7 12-7 4-5-6z"],
  forest: [
    "M16 50V42H6l10-14h-6l10-14 10 14h-6l10 14H24v8zM42 54V46H32l10-12h-6l9-12 9 12h-6l10 12H48v8z",
    "M20 14l10 14h-6l10 14H20zM45 22l9 12h-6l10 12H45z",
  ],
  water: [
    "M6 40c0-10 12-16 26-16s26 6 26 16-12 14-26 14S6 50 6 40z",
    "M14 38c4-3 8-3 12 0s8 3 12 0 8-3 12 0v4c-4 3-8 3-12 0s-8-3-12 0-8 3-12 0z",
  ],
  town: ["M8 54V30l12-10 12 10v24zM34 54V20h8v-8h6v8h8v34z", "M8 30l12-10 12 10zM16 42h8v12h-8zM34 20h22v8H34z"],
  ruin: ["M8 54V24h10v30zM24 54V34h10v20zM44 54V16h12v38z", "M6 18h14v8H6zM42 10h16v8H42z"],
  desert: ["M4 54c8-14 18-18 28-10 8-12 20-10 28 10z", "M32 44c8-12 20-10 28 10H44c-2-6-6-9-12-10z"],
  cave: ["M4 54c0-26 12-38 28-38s28 12 28 38z", "M20 54c0-12 4-18 12-18s12 6 12 18z"],
  field: ["M4 54V44c18-10 38-10 56 0v10z", "M12 46l2-12 2 12zM28 43l2-13 2 13zM44 44l2-12 2 12z"],
};
/** Words in a name that say what lies there. @type {[RegExp, string][]} */
const SAID = [
  [/mount|peak|hill|cliff|crag|summit|frost|berg/i, "mountain"],
  [/forest|wood|grove|wild|tree|wald/i, "forest"],
  [/lake|sea|river|harbou?r|port|coast|bay|island|marsh|swamp|water|see/i, "water"],
  [/town|city|market|cross|village|gate|keep|castle|citadel|hall|stadt/i, "town"],
  [/ruin|temple|tomb|tower|shrine|grave|spire/i, "ruin"],
  [/desert|dune|sand|waste|ash|ember|salt/i, "desert"],
  [/cave|mine|hollow|depth|under|deep|pit/i, "cave"],
  [/field|plain|meadow|farm|steppe|vale|valley/i, "field"],
];

/** @param {string} name */
const landOf = (name) => LANDS[SAID.find(([word]) => word.test(name))?.[1] ?? choices(name).of(Object.keys(LANDS))];

/**
 * The surroundings of a place, made from its name: for an SVG around, `size` wide. Nothing lies within `room` of
 * the middle.
 *
 * @param {{name: string, x?: number, y?: number, size: number, room: number, reach: number, count: number}} props
 */
export function Terrain({ name, x = 0, y = 0, size, room, reach, count }) {
  const pick = choices(name);
  const [tone, shade] = landOf(name);
  const start = pick.next(360);
  return html`<g class="terrain" aria-hidden="true">${Array.from({ length: count }, (_, index) => {
    const turn = ((start + (360 / count) * index + pick.next(20)) * Math.PI) / 180;
    const far = room + pick.next(100) * 0.01 * (reach - room);
    const scale = (size * (0.8 + pick.next(40) / 100)) / 64;
    const [left, top] = [x + Math.cos(turn) * far - 32 * scale, y + Math.sin(turn) * far - 32 * scale];
    return html`<g key=${index} transform=${`translate(${left} ${top}) scale(${scale})`}><path class="tone" d=${tone} />
      <path class="shade" d=${shade} /></g>`;
  })}</g>`;
}
