/** The queue: joining, one's place in it, leaving, and going to the game that comes of it. */
import { queues } from "./catalog.js";
import { isLeader, party } from "./social.js";
import { go } from "./router.js";
import { client, session } from "./session.js";
import { Store } from "./store.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

/** @import { Rest } from "./types.d.ts" */

const ASK_EVERY_MS = 2_000;
const GAMES_TRIED = 3;
/** The levels of those who play until others come. */
const BOTS_AT_ONCE = [1, 1, 2, 2, 3];

/** `{game, mode, position, size, since}` while queued (`since`: milliseconds since 1970), else null. */
export const queue = new Store(
  /** @type {{game: string, mode: string, position?: number, size?: number, since: number} | null} */ (null),
);
/** `{id, game, mode, until, accepted}` while a match waits to be accepted (`until`: as `since`), else null. */
export const proposal = new Store(
  /** @type {{id: number, game: string, mode: string, until: number, accepted: boolean} | null} */ (null),
);
/** @type {number | undefined} */
let timer;

function stop() {
  clearInterval(timer);
  timer = undefined;
  queue.set(null);
  proposal.set(null);
}

/**
 * A match to be accepted, as the server tells of it.
 *
 * @param {{proposal_id: number, expires_at: string, accepted?: boolean}} match
 * @param {{game: string, mode: string}} queue
 */
function propose({ proposal_id, expires_at, accepted = false }, { game, mode }) {
  const until = Date.parse(expires_at);
  proposal.set({ id: proposal_id, game, mode, until, accepted });
}

/** @param {Rest.MatchmakingStanding} answer */
function settle(answer) {
  if (answer.status === "matched") {
    stop();
    go(`/games/${answer.game_id}`);
  } else if (answer.status === "queued") {
    const { game = "", mode = "" } = answer;
    const since = queue.value?.game === game ? queue.value.since : Date.now();
    queue.set({ game, mode, position: answer.position, size: answer.queue_size, since });
    if (answer.proposal) propose(answer.proposal, { game, mode });
    else proposal.set(null);
  } else stop();
}

function follow() {
  clearInterval(timer);
  const asking = (timer = setInterval(() => {
    // A lost answer changes nothing: the next one tells. One that was asked for in a queue that was left since is of no
    // concern.
    client.queueStatus().then(
      (answer) => asking === timer && settle(answer),
      () => {},
    );
  }, ASK_EVERY_MS));
}

/**
 * Joins a queue of the game: the first, unless told which.
 *
 * @param {string} game
 * @param {{mode?: string | null, asks?: Record<string, unknown>}} [options]
 */
export async function joinQueue(game, { mode = null, asks = {} } = {}) {
  mode ??= (await queues()).find((one) => one.game === game)?.mode ?? "";
  if (queue.value && (queue.value.game !== game || queue.value.mode !== mode)) await leaveQueue();
  // A party queues as one, and its leader picks the game.
  const led = isLeader(party.value) ? party.value : null;
  const together = led && led.members.length > 1 ? { party_id: led.id } : {};
  settle(await client.joinQueue(game, { ...asks, mode, ...together }));
  if (queue.value) follow();
}

export async function leaveQueue() {
  await client.leaveQueue();
  stop();
}

export async function acceptMatch() {
  const id = proposal.value?.id;
  if (id === undefined) return;
  const answer = await client.accept(id);
  // Others may have ended it while the answer was under way.
  if (proposal.value?.id === id) settle(answer);
}

export async function declineMatch() {
  if (proposal.value) await client.decline(proposal.value.id);
  stop();
}

/** After a reload: a place in the queue is still ours. A match made earlier is only one of our running games. */
export async function resumeQueue() {
  if (queue.value) return;
  const answer = await client.queueStatus();
  if (answer.status !== "queued") return;
  settle(answer);
  follow();
}

/**
 * A game against the computer: nobody has to wait for it.
 *
 * @param {string} game
 * @param {number} level
 * @param {Record<string, unknown>} [options] those of the game
 */
export async function playComputer(game, level, options = {}) {
  if (queue.value) await leaveQueue();
  const made = await client.request("POST", "/api/games/", { game, opponent: "bot", level, options });
  go(`/games/${made.id}`);
}

/**
 * A free seat in a running game, or else a new game with bots, which others may join.
 *
 * @param {string} game
 */
export async function playAtOnce(game) {
  if (queue.value) await leaveQueue();
  const { results } = await client.request("GET", `/api/games/?game=${game}&state=active`);
  for (const { id } of results.slice(0, GAMES_TRIED)) {
    try {
      await client.request("POST", `/api/games/${id}/join/`);
      go(`/games/${id}`);
      return;
    } catch (error) {
      // It is full, or over by now.
      if (/** @type {any} */ (error).status !== 409) throw error;
    }
  }
  const made = await client.request("POST", "/api/games/", { game, bots: BOTS_AT_ONCE });
  go(`/games/${made.id}`);
}

/**
 * A game that starts when somebody opens its link.
 *
 * @param {string} game
 * @param {Record<string, unknown>} [options] those of the game
 */
export async function playFriend(game, options = {}) {
  if (queue.value) await leaveQueue();
  const made = await client.request("POST", "/api/games/", { game, private: true, options });
  go(`/games/${made.id}`);
}

// Of several windows the one that is looked at takes the seat.
client.on("match_found", ({ game_id }) => {
  if (!queue.value && document.visibilityState !== "visible") return;
  stop();
  go(`/games/${game_id}`);
});

// A party's leader joins and leaves for all of them.
client.on("queue_joined", () => resumeQueue().catch(() => {}));
client.on("queue_left", stop);
client.on("queue_expired", stop);

client.on("match_proposed", (told) => propose(told, told));

// Others left the match before it began, or did not accept it: the old place is ours again.
client.on("match_cancelled", async ({ requeued, game_id }) => {
  proposal.set(null);
  if (!requeued) {
    if (!game_id) stop();
    return;
  }
  await resumeQueue().catch(() => {});
  if (document.visibilityState !== "visible") return;
  toast(text("queue.again"));
  go("/play");
});

session.subscribe(({ status }) => {
  if (status === "out") stop();
});
