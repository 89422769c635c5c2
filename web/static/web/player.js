/** The user as a player: level, experience, money and stamina, kept as they change. */
import { client, session } from "./session.js";
import { Store } from "./store.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

/** @import { Rest } from "./types.d.ts" */
/** @typedef {Rest.ProgressionPlayerShape & {at: number}} Player */

/** The answer of `/api/player/me`, with `at`, its server time in milliseconds since 1970; null until known. */
export const player = new Store(/** @type {Player | null} */ (null));

let asked = 0;
let told = 0;

/**
 * Takes the player from an answer that is to come, unless one that was asked for later came first.
 *
 * @param {Promise<Rest.ProgressionPlayerShape>} answer
 */
export async function keepPlayer(answer) {
  const turn = (asked += 1);
  const now = await answer;
  if (turn < told) return;
  told = turn;
  player.set({ ...now, at: client.serverNow() });
}

/** Asks for the player anew. */
export const refreshPlayer = () => keepPlayer(client.request("GET", "/api/player/me"));

/** Asks for the player anew after something was spent or won, which was done even if this fails. */
export const later = () => refreshPlayer().catch(() => {});

/**
 * Return a player's stamina at the server's time `now` (milliseconds since 1970).
 *
 * @param {Player} player
 * @param {number} now
 */
export function staminaAt({ stamina, max_stamina: most, stamina_full_at: fullAt, stamina_regeneration: by, at }, now) {
  if (!fullAt) return stamina;
  /** @param {number} time */
  const stepsLeft = (time) => Math.max(0, Math.ceil((Date.parse(fullAt) - time) / (by.interval_s * 1000)));
  return stepsLeft(now) === 0
    ? most
    : Math.min(most, Math.floor(stamina + (stepsLeft(at) - stepsLeft(now)) * by.amount));
}

/** A key under which the server does a request once, however often it is sent. */
const newKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");

/** The keys of what no answer has come to, by what it is. */
/** @type {Map<string, string>} */
const unanswered = new Map();

/**
 * A POST that is done once: sent again because no answer came, it gives the first answer.
 *
 * @param {string} path
 * @param {object} [body]
 */
export async function postOnce(path, body) {
  const what = path + JSON.stringify(body);
  const key = unanswered.get(what) ?? newKey();
  unanswered.set(what, key);
  const answer = await client.request("POST", path, body, { "Idempotency-Key": key });
  unanswered.delete(what);
  return answer;
}

client.on("level_up", ({ level, stat_points: points }) => {
  toast(text("player.level_up", { level, points }));
  later();
});
client.on("achievement_earned", ({ name }) => {
  toast(text("achievements.reached", { name }));
  later();
});
client.on("game_over", ({ rewards }) => rewards?.some(({ user_id }) => user_id === session.value.user?.id) && later());
// Changes missed while the connection was away are fetched again.
client.on("connection", ({ state }, channel) => state === "open" && channel === client.notifications && later());
session.subscribe(({ status }) => {
  if (status !== "out") return;
  told = asked += 1;
  player.set(null);
});
