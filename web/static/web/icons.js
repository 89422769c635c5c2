/**
 * The icons: one small set, drawn with the text's colour. They say nothing by themselves; their button has the name.
 */
import { html } from "./dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  watch: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  leaderboard: "M5 20v-6M12 20V5M19 20v-10",
  profile: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c4.5 5 4.5 12 0 17M12 3.5c-4.5 5-4.5 12 0 17",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  out: "M10 4H5v16h5M14.5 8l4 4-4 4M18.5 12H9",
  robot: "M12 3.5V7M5 7.5h14v11H5zM9.5 12v2M14.5 12v2M2.5 11.5v3M21.5 11.5v3",
  friend:
    "M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.2-1.2",
  flag: "M6 21V4h11l-2 4 2 4H6",
  equal: "M6 9.5h12M6 14.5h12",
  chat: "M4 5.5h16v11H11l-4.5 4v-4H4z",
  send: "M4 12 20 4l-4 16-4.5-6.5z",
  close: "M6 6l12 12M18 6 6 18",
  sound: "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4 4 0 0 1 0 6M18.5 6.5a7.5 7.5 0 0 1 0 11",
  silent: "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9.5l5 5M21 9.5l-5 5",
  search: "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.8 15.8 20.5 20.5",
  first: "M6 6v12M18 6l-8 6 8 6z",
  previous: "M16 6l-8 6 8 6z",
  next: "M8 6l8 6-8 6z",
  last: "M18 6v12M6 6l8 6-8 6z",
  pause: "M8.5 6v12M15.5 6v12",
  turn: "M4.5 12a7.5 7.5 0 1 1 2.2 5.3M4.5 17.5V12H10",
  lobbies: "M4 4.5h12v9H9.5L6 16.5v-3H4zM19 9h1v8.5h-2v3l-3.5-3H11",
  friends:
    "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 19.5c.6-3.3 3-5 6.5-5s5.9 1.7 6.5 5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 15c2 .8 3.1 2.3 3.5 4.5",
  bell: "M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10zM10 19.5a2 2 0 0 0 4 0",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  smile: "M12 3a9 9 0 100 18 9 9 0 000-18M8.5 14.5c1 1.3 2.2 2 3.5 2s2.5-.7 3.5-2M9 9.5v.01M15 9.5v.01",
  back: "M15 5l-7 7 7 7",
  add: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  gold: "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM12 8.5v7M9.8 10.2c.8-1 3.6-1 4.2.3.6 1.8-4 1.4-4 3.1 0 1.3 3 1.6 4.2.3",
  gems: "M7 5h10l4 5.5L12 20 3 10.5zM3 10.5h18M9 10.5 12 19.5l3-9L12 5z",
  stamina: "M13 3 5.5 13.5H11L10 21l8-11h-5.5z",
  battles: "M4 4l10.5 10.5M4 4h3l9 9M20 4 9.5 14.5M20 4h-3l-4 4M6 13l5 5M18 13l-5 5M8 16l-4 4M16 16l4 4",
  world: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c-5 5-5 12 0 17M12 3.5c5 5 5 12 0 17",
  weapon: "M19.5 4.5 9 15M19.5 4.5h-4L7.5 12.5M19.5 4.5v4l-8 8M6 12l6 6M8.5 15.5 4.5 19.5",
  head: "M4.5 14a7.5 7.5 0 0 1 15 0v3.5h-15zM4.5 13.5h15M12 6.5v7",
  body: "M8 4 4 7v4h2.5v9h11v-9H20V7l-4-3c-1 2-7 2-8 0z",
  feet: "M8 4h5v9l6 2.5c1 .5 1 3.5 0 3.5H8zM8 15.5h5",
  trinket: "M6 4l6 7 6-7M12 11a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z",
  pet: "M12 12.5c-3 0-5.5 2.5-5.5 5 0 2 2 2.5 5.5 2.5s5.5-.5 5.5-2.5c0-2.5-2.5-5-5.5-5zM5 9.5v1.5M9.5 5.5V8M14.5 5.5V8M19 9.5v1.5",
  settings: "M4 8h9M17 8h3M15 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM4 16h3M11 16h9M9 14a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  screen: "M4 5h16v11H4zM12 16v4M8 20h8",
  phone: "M7.5 3h9v18h-9zM11 18h2",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  microphone: "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  microphone_off:
    "M9 9.5v2a3 3 0 0 0 5 2.2M15 11V6.5a3 3 0 0 0-5.8-1M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5a6.5 6.5 0 0 1-.8 3.1M12 18v3M4 4l16 16",
  hang_up: "M3.5 14.5c0-6 17-6 17 0v1.5l-4.5-.5v-3c-2.5-.8-5.5-.8-8 0v3l-4.5.5z",
  crown: "M4 8l4 4 4-7 4 7 4-4-1.5 10h-13z",
};

export const NAMES = Object.keys(PATHS);

/** @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}
