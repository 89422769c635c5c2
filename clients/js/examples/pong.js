/**
 * Plays pong against the computer: the own paddle is shown at once, and the ball a moment late. For Node 22+:
 *
 *     SERVER_URL=http://localhost:8000 node pong.js 3
 */
import { GameClient } from "../gameplatform.js";
import { Clock, Interpolation, mixed, Prediction } from "../netcode.js";
import { SyncedView } from "../sync.js";

const TICK_RATE = 60;
/** Units a second, as in the rules of the server. */
const SPEED = 420;
const DEAD_ZONE = 12;
const PICTURE_MS = 1000 / 60;
const { argv, env } = /** @type {any} */ (globalThis).process;
const points = Number(argv[2] ?? 3);

const client = new GameClient(env.SERVER_URL);
client.setTokens(await client.request("POST", "/api/auth/guest/", {}));
const { id } = await client.request("POST", "/api/games/", { game: "pong", bots: [1], target: points });
const game = client.connectToGame(id, { sync: new SyncedView() });
/** @type {Promise<{scores: Record<string, number>}>} */
const over = new Promise((resolve) => game.on("game_over", resolve));

const clock = new Clock({ tickRate: TICK_RATE });
/** @type {Interpolation<any>} */
const film = new Interpolation({ mix: mixed });
/** @type {Prediction<number, number> | null} */
let own = null;
let shown = 0;
let pictures = 0;
let farthest = 0;

game.on("game_state", (/** @type {any} */ { state, view }) => {
  if (state !== "active") return client.sendReady();
  if (own) return undefined;
  const { height, paddle_height: paddle } = view;
  const step = (/** @type {number} */ y, /** @type {number} */ direction, /** @type {number} */ seconds) =>
    Math.min(Math.max(y + direction * SPEED * seconds, paddle / 2), height - paddle / 2);
  shown = view.paddles[view.you.side];
  own = new Prediction({ state: shown, input: 0, step, tickRate: TICK_RATE });
  return undefined;
});
game.on("game_tick", (/** @type {any} */ { tick, view }) => {
  clock.ticked(tick, performance.now());
  film.add(tick, view);
  const there = view.paddles[view.you.side];
  farthest = Math.max(farthest, Math.abs(shown - there));
  own?.correct(tick, there, game.ack);
});

/** Shows a picture, and steers towards the ball in it. */
function draw() {
  const now = performance.now();
  const predicted = clock.predicted(now);
  const view = film.at(clock.shown(now) ?? 0);
  if (!own || predicted === null || !view) return;
  const away = view.ball.y - shown;
  const direction = Math.abs(away) < DEAD_ZONE ? 0 : Math.sign(away);
  if (direction !== own.input) game.steer({ direction, n: own.steer(direction) });
  shown = own.advance(predicted);
  pictures += 1;
}

const timer = setInterval(draw, PICTURE_MS);
const { scores } = await over;
clearInterval(timer);
const mine = String(game.me);
const theirs = Object.keys(scores).find((id) => id !== mine) ?? "";
console.log(`${scores[mine]}:${scores[theirs]} after ${pictures} pictures`);
console.log(`The paddle was shown at most ${Math.round(farthest)} units ahead of the server's`);
client.disconnect();
