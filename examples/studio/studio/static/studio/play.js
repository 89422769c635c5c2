/** A page for Studio, at /static/studio/index.html: a guest against a bot. */
import { GameClient } from "/static/client/gameplatform.js";

const total = document.querySelector("#total");
const moves = document.querySelector("#moves");

const answer = await fetch("/api/auth/guest", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
const { access, refresh, user } = await answer.json();
const client = new GameClient(location.origin, { access, refresh });

function show({ view, turn }) {
  const mine = turn === user.id;
  total.textContent = `${view.total} of 10. ${mine ? "Your turn." : "Wait ..."}`;
  for (const button of moves.children) button.disabled = !mine;
}

for (const number of [1, 2, 3]) {
  const button = document.createElement("button");
  button.textContent = `+ ${number}`;
  button.addEventListener("click", () => client.sendMove({ number }));
  moves.append(button);
}

client.on("game_state", (state) => {
  if (state.state === "waiting_for_ready") client.sendReady();
  show(state);
});
client.on("player_move", show);
client.on("error", ({ message }) => (total.textContent = message));
client.on("game_over", ({ winner_ids }) => (total.textContent = winner_ids.includes(user.id) ? "You win." : "The bot wins."));

const game = await client.request("POST", "/api/games/", { game: "studio", opponent: "bot", level: 2 });
client.connectToGame(game.id);
