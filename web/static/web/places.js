import { hasSection } from "./page.js";

/**
 * Every place of the page. A new one is one file in `screens/` and one line here (and its URL in `web/urls.py`).
 *
 * `path` may have fields; `load` brings the module whose default export draws it, with the fields, `path` and
 * `query` as properties.
 * `rail` puts it in the navigation; `open` lets in who is not signed in; `full` leaves no room beside it for the people
 * pane; who is
 * not signed in is told of an invitation to the game that the place `invites` to. There is no place of a `section` that
 * this deployment leaves out.
 */
const ALL = [
  { path: "/", rail: null, open: true, load: () => import("./play/home.js") },
  { path: "/play", rail: "play", load: () => import("./play/play.js") },
  { path: "/games/:id", rail: null, full: true, invites: true, load: () => import("./play/game.js") },
  { path: "/watch", rail: "watch", load: () => import("./play/watch.js") },
  { path: "/replay/:id", rail: null, full: true, load: () => import("./play/replay.js") },
  { path: "/lobbies", section: "lobbies", rail: "lobbies", load: () => import("./people/lobbies.js") },
  { path: "/lobbies/:id", section: "lobbies", rail: null, full: true, load: () => import("./people/lobby_room.js") },
  { path: "/friends", rail: "friends", full: true, load: () => import("./people/friends.js") },
  { path: "/friends/:id", rail: null, full: true, load: () => import("./people/friends.js") },
  { path: "/people", rail: null, load: () => import("./people/search.js") },
  { path: "/people/:name", rail: null, load: () => import("./people/profile.js") },
  { path: "/battles", section: "battles", rail: "battles", load: () => import("./battles/battles.js") },
  { path: "/battles/:id", section: "battles", rail: null, full: true, load: () => import("./battles/battle.js") },
  { path: "/world", section: "world", rail: "world", full: true, load: () => import("./world/world.js") },
  { path: "/leaderboard", rail: "leaderboard", load: () => import("./play/leaderboard.js") },
  { path: "/leaderboard/:game", rail: null, load: () => import("./play/leaderboard.js") },
  { path: "/profile", rail: "profile", load: () => import("./player/profile.js") },
  { path: "/profile/inventory", rail: null, load: () => import("./player/inventory.js") },
  { path: "/profile/pets", section: "pets", rail: null, load: () => import("./player/pets.js") },
  { path: "/profile/shop", section: "shop", rail: null, load: () => import("./player/shop.js") },
  { path: "/profile/account", rail: null, load: () => import("./player/account.js") },
  { path: "/signin", rail: null, open: true, load: () => import("./ways/signin.js") },
  { path: "/register", rail: null, open: true, load: () => import("./ways/signin.js") },
  { path: "/forgotten", rail: null, open: true, load: () => import("./ways/forgotten.js") },
  { path: "/reset", rail: null, open: true, load: () => import("./ways/forgotten.js") },
  { path: "/code", rail: null, open: true, load: () => import("./ways/ways.js") },
  { path: "/signed-in", rail: null, open: true, load: () => import("./ways/ways.js") },
  { path: "/verify", rail: null, open: true, load: () => import("./ways/verify.js") },
];

export const PLACES = ALL.filter(({ section }) => !section || hasSection(section));
