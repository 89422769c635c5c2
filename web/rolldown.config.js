/** The bundles that collectstatic makes: the frame, one file for each folder of screens, and each board. */
import { relative } from "node:path";

/** The bundle of a module in `web/`: its folder's, or the frame's with what every screen needs; each board has its own. */
function bundle(id) {
  const [area, folder, inside] = relative(process.cwd(), id).split("/");
  if (area !== "web" || folder === "games" || folder === "board.js") return null;
  return inside && folder !== "vendor" ? folder : "frame";
}

export default {
  // By name, as served under /static/. Pages of games' authors import the client, and their boards "web/board".
  input: {
    "web/main": "web/main.js",
    "web/board": "web/board.js",
    "client/gameplatform": "client/gameplatform.js",
    "client/netcode": "client/netcode.js",
    "client/sync": "client/sync.js",
  },
  preserveEntrySignatures: "allow-extension",
  output: {
    minify: true,
    entryFileNames: "[name].js",
    // A page from before an upgrade must not get another version's exports.
    chunkFileNames: "web/chunks/[name]-[hash].js",
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: "folder", name: bundle }] },
  },
};
