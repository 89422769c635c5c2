/** Messages are typed from the server's declarations. `make lint` checks it; nothing runs this. */
import { GameClient } from "../gameplatform.js";

const client = new GameClient("http://localhost");

client.on("player_move", ({ user_id, seq }) => user_id + seq);
client.on("player_move", (message) => message.movement);
client.on("match_found", ({ game_id }, channel) => channel.name + game_id.toUpperCase());
client.on("connection", ({ state }) => state === "waiting");
client.connectToBattle(1).on("attack", ({ user_id }) => user_id);
client.connectToGame("id").on("player_move", (message) => message.movement);
client.connectToGame("id").watch(({ players, result }) => [players[0].username, result?.winner_ids.length]);
client.connectToLobby("den").send({ type: "typing_start" });

// @ts-expect-error There is no such message.
client.on("player_moved", () => {});
// @ts-expect-error It has no such field.
client.on("player_move", ({ player }) => player);
// @ts-expect-error It has no such field.
client.on("player_move", (message) => message.nonsense);
// @ts-expect-error Nor has it by the game's own channel.
client.connectToGame("id").on("player_move", (message) => message.nonsense);
// @ts-expect-error What was moved is for the game's rules to say.
client.on("player_move", ({ movement }) => movement.cell);
// @ts-expect-error A game may not be over.
client.connectToGame("id").watch(({ result }) => result.winner_ids);
// @ts-expect-error There may be no game.
client.game.move({ cell: 1 });
// @ts-expect-error A move is an object.
client.sendMove(4);
// @ts-expect-error A battle does not tell of moves.
client.connectToBattle(1).on("player_move", () => {});
// @ts-expect-error A lobby takes no attacks.
client.connectToLobby("den").send({ type: "attack", enemy_id: 1 });

const chess = await client.playAsGuest("chess");
chess.move({ uci: chess.legal[0].uci });
chess.watch(({ view }) => [view.fen.length, view.moves.length, view.you?.side.length, view.turn]);
const unknown = await client.playAsGuest("a_game_of_another_server");
unknown.watch(({ view }) => view.anything);
unknown.move({ cell: 1 });

// @ts-expect-error A view of chess has no such field.
chess.watch(({ view }) => view.nonsense);
// @ts-expect-error Nor has chess such a movement.
chess.move({ cell: 1 });
