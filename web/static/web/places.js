/**
 * Every place of the page. A new one is one file in `screens/` and one line here (and its URL in `web/urls.py`).
 *
 * `path` may have fields; `load` brings the module whose default export draws it, with the fields, `path` and
 * `query` as properties.
 * `rail` puts it in the navigation; `open` lets in who is not signed in; `full` leaves no room beside it for the people pane.
 */
export const PLACES = [
  { path: "/", rail: null, open: true, load: () => import("./screens/home.js") },
  { path: "/play", rail: "play", load: () => import("./screens/play.js") },
  { path: "/games/:id", rail: null, full: true, load: () => import("./screens/game.js") },
  { path: "/watch", rail: "watch", load: () => import("./screens/watch.js") },
  { path: "/replay/:id", rail: null, load: () => import("./screens/replay.js") },
  { path: "/lobbies", rail: "lobbies", load: () => import("./screens/lobbies.js") },
  { path: "/lobbies/:id", rail: null, full: true, load: () => import("./screens/lobby_room.js") },
  { path: "/friends", rail: "friends", full: true, load: () => import("./screens/friends.js") },
  { path: "/friends/:id", rail: null, full: true, load: () => import("./screens/friends.js") },
  { path: "/battles", rail: "battles", load: () => import("./screens/battles.js") },
  { path: "/battles/:id", rail: null, full: true, load: () => import("./screens/battle.js") },
  { path: "/world", rail: "world", full: true, load: () => import("./screens/world.js") },
  { path: "/leaderboard", rail: "leaderboard", load: () => import("./screens/leaderboard.js") },
  { path: "/leaderboard/:game", rail: null, load: () => import("./screens/leaderboard.js") },
  { path: "/profile", rail: "profile", load: () => import("./screens/profile.js") },
  { path: "/profile/inventory", rail: null, load: () => import("./screens/inventory.js") },
  { path: "/profile/pets", rail: null, load: () => import("./screens/pets.js") },
  { path: "/profile/shop", rail: null, load: () => import("./screens/shop.js") },
  { path: "/signin", rail: null, open: true, load: () => import("./screens/signin.js") },
  { path: "/register", rail: null, open: true, load: () => import("./screens/signin.js") },
];
