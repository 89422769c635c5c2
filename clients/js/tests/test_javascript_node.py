"""The JavaScript client in Node, against a real server."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests import node

CLIENT = Path(__file__).resolve().parent.parent


def run(program: str, folder: Path, server_url: str) -> str:
    """Run a program that imports the module; return its output."""
    (folder / "gameplatform.js").write_bytes((CLIENT / "gameplatform.js").read_bytes())
    (folder / "package.json").write_bytes((CLIENT / "package.json").read_bytes())
    (folder / "program.mjs").write_text(program)
    ended = run_node("program.mjs", folder=folder, server_url=server_url)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout


def run_node(
    *arguments: str, folder: Path, server_url: str, timeout: int = 120
) -> subprocess.CompletedProcess[str]:
    """Run Node in this folder with the address of a server in ``SERVER_URL``; ``timeout`` is in seconds."""
    return subprocess.run(
        [node.executable(), *arguments],
        cwd=folder,
        env={"SERVER_URL": server_url},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_the_quick_start_plays_a_game_to_its_end(demo_server: Any, tmp_path: Path) -> None:
    programs = re.findall(r"```js\n(.*?)```", (CLIENT / "README.md").read_text(), re.DOTALL)
    assert re.match(r"Game over: (win|draw)", run(programs[0], tmp_path, demo_server.base_url))


def test_the_example_of_prediction_plays_pong(demo_server: Any) -> None:
    ended = run_node("examples/pong.js", "1", folder=CLIENT, server_url=demo_server.base_url)
    assert ended.returncode == 0, ended.stderr
    told = re.fullmatch(
        r"(0:1|1:0) after (\d+) pictures\nThe paddle was shown at most (\d+) units ahead .*\n", ended.stdout
    )
    assert told is not None, ended.stdout
    assert int(told[2]) > 60
    # It is ahead by what it moves until the server answers: on a machine that stalls, by all of its way.
    assert 0 < int(told[3]) <= 450 - 90


RESTS = """
import { GameClient } from "./gameplatform.js";
import { Clock, Prediction } from "./netcode.js";
import { SyncedView } from "./sync.js";

const client = new GameClient(process.env.SERVER_URL);
client.setTokens(await client.request("POST", "/api/auth/guest/", {}));
const { id } = await client.request("POST", "/api/games/", { game: "pong", bots: [1], target: 21 });
const game = client.connectToGame(id, { sync: new SyncedView() });
const clock = new Clock({ tickRate: 60 });
// Half as fast as on the server: only what the server tells can make this right.
const step = (y, direction, seconds) => y + direction * 210 * seconds;
let own = null;
let there = 0;
game.on("game_state", ({ state, view }) => {
  if (state !== "active") return client.sendReady();
  there = view.paddles[view.you.side];
  own ??= new Prediction({ state: there, input: 0, step, tickRate: 60 });
});
game.on("game_tick", ({ tick, view }) => {
  clock.ticked(tick, performance.now());
  there = view.paddles[view.you.side];
  own?.correct(tick, there, game.ack);
});
async function until(isSo) {
  for (;;) {
    const now = clock.predicted(performance.now());
    if (own && now !== null && isSo(own.advance(now))) return;
    await new Promise((resolve) => setTimeout(resolve, 1000 / 60));
  }
}
const steer = (direction) => game.steer({ direction, n: own.steer(direction) });
await until(() => true);
const start = there;
steer(1);
await until(() => there - start > 60);
steer(0);
await until(() => game.ack === own.n);
let still = 0;
await until((shown) => {
  still = Math.abs(shown - there) < 0.2 ? still + 1 : 0;
  return still > 30;
});
console.log("at rest");
client.disconnect();
"""


def test_a_prediction_that_was_wrong_comes_to_rest_where_the_server_has_it(demo_server: Any) -> None:
    ended = run_node(
        "--input-type=module",
        "--eval",
        RESTS,
        folder=CLIENT,
        server_url=demo_server.base_url,
        timeout=60,
    )
    assert (ended.stdout, ended.stderr) == ("at rest\n", "")


ELSEWHERE = """
import { GameClient } from "./gameplatform.js";

const client = new GameClient(process.env.SERVER_URL);
const { access, refresh } = await client.request("POST", "/api/auth/guest/", {});
client.setTokens({ access, refresh });
const [battle] = await client.request("GET", "/api/battles/available/");
await client.request("POST", `/api/battles/join/${battle.id}/`);
const channel = client.connectToBattle(battle.id);
const struck = new Promise((resolve) => channel.on("attack", resolve));
channel.on("connected", ({ enemies }) => channel.send({ type: "attack", enemy_id: enemies[0].id }));
console.log((await struck).damage > 0);
const world = client.connectToWorld();
console.log((await new Promise((resolve) => world.on("world_state", resolve))).locations.length > 0);
client.disconnect();
"""


def test_battles_and_the_world_are_reached_by_their_sockets(demo_server: Any, tmp_path: Path) -> None:
    assert run(ELSEWHERE, tmp_path, demo_server.base_url) == "true\ntrue\n"


SAVES = """
import { GameClient } from "./gameplatform.js";

const client = new GameClient(process.env.SERVER_URL);
client.setTokens(await client.request("POST", "/api/auth/guest/", {}));
console.log(await client.load("slot-1"));
const { version } = await client.save("slot-1", { level: 3 }, { version: "" });
await client.save("slot-1", { level: 4 }, { version });
console.log(await client.save("slot-1", { level: 9 }, { version }).catch((error) => error.code));
console.log((await client.load("slot-1")).value.level);
console.log((await client.leaderboard("pong", { aroundMe: true, limit: 3 })).length <= 3);
console.log(await client.call("no/such").catch((error) => error.status));
"""


def test_a_game_is_saved_and_loaded(demo_server: Any, tmp_path: Path) -> None:
    assert run(SAVES, tmp_path, demo_server.base_url) == "null\nstale_version\n4\ntrue\n404\n"


QUEUE = """
import { GameClient } from "./gameplatform.js";

// Its sockets take their time, as on the way from far away.
async function slow(url, request) {
  if (url.includes("ticket")) await new Promise((resolve) => setTimeout(resolve, 500));
  return fetch(url, request);
}

const found = [];
for (const options of [{}, { fetch: slow }]) {
  const client = new GameClient(process.env.SERVER_URL, null, options);
  const { access, refresh } = await client.request("POST", "/api/auth/guest/", {});
  client.setTokens({ access, refresh });
  client.connectToNotifications();
  found.push(new Promise((resolve) => client.on("match_found", resolve)).finally(() => client.disconnect()));
  await client.joinQueue("tictactoe");
}
const [one, other] = await Promise.all(found);
console.log(one.game_id === other.game_id);
"""


def test_a_match_that_is_made_at_once_is_told_though_the_socket_is_slow(
    demo_server: Any, tmp_path: Path
) -> None:
    assert run(QUEUE, tmp_path, demo_server.base_url) == "true\n"


PUBLIC = """
import * as module from "./gameplatform.js";

const channel = new module.GameClient("http://localhost").connectToWorld();
const names = (made) => [
  ...Object.getOwnPropertyNames(made),
  ...Object.getOwnPropertyNames(Object.getPrototypeOf(made)),
];
const client = new module.GameClient("http://localhost");
console.log(JSON.stringify({ GameClient: names(client), Channel: names(channel) }));
channel.close();
"""
INSIDE = {
    "constructor",
    "WebSocket",
    "fetch",
    "nextId",
    "learnTime",
    "note",
    "expectFrames",
    "protocols",
    "read",
    "begin",
}


def test_all_that_is_public_has_its_types(tmp_path: Path) -> None:
    declared = (CLIENT / "gameplatform.d.ts").read_text()
    for name, members in json.loads(run(PUBLIC, tmp_path, "http://localhost")).items():
        body = re.search(rf"class {name}\b[^{{]*{{(.*?)^}}", declared, re.DOTALL | re.MULTILINE)
        assert body
        typed = set(re.findall(r"^  (?:readonly )?(\w+)[(:<]", body[1], re.MULTILINE))
        assert typed - {"constructor"} == set(members) - INSIDE


GUESTS = """
import { GameClient } from "./gameplatform.js";

const clients = [1, 2].map(() => new GameClient(process.env.SERVER_URL));
const games = await Promise.all(clients.map((client) => client.playAsGuest("tictactoe")));
const ended = games.map((game) => new Promise((resolve) => game.watch(({ view, turn, me, result }) => {
  if (result) resolve(result.reason);
  else if (turn === me) game.move({ cell: view.board.flat().indexOf(null) });
})));
console.log((await Promise.all(ended)).join(), games[0].id === games[1].id, games[0].me !== games[1].me);
for (const client of clients) client.disconnect();
"""


def test_two_guests_play_each_other_in_a_few_lines(demo_server: Any, tmp_path: Path) -> None:
    assert run(GUESTS, tmp_path, demo_server.base_url) == "win,win true true\n"


WRONG = """
import { GameClient } from "./gameplatform.js";

const client = new GameClient(process.env.SERVER_URL);
await client.playAsGuest("no_such_game").catch(({ code }) => console.log(code));
client.disconnect();
"""


def test_a_guest_who_cannot_play_learns_why(demo_server: Any, tmp_path: Path) -> None:
    assert run(WRONG, tmp_path, demo_server.base_url) == "unknown_game\n"


WAYS_IN = """
import { GameClient } from "./gameplatform.js";

const client = new GameClient(process.env.SERVER_URL);
const device = { device_id: "a-device-that-keeps-this-id" };
const { id } = await client.signIn("device", device);
console.log(id === (await client.signIn("device", { ...device, create: false })).id);
console.log((await client.signIn("login", { username: "user_1", password: "testpass123" })).username);
const refused = (error) => error.code;
const code = { email: "user_1@example.org", code: "000000" };
console.log(await client.signIn("code/confirm", code).catch(refused));
console.log(await client.signIn("provider/nobody", { id_token: "x" }).catch(refused));
console.log(await client.signIn("mfa", { challenge: "unknown", code: "000000" }).catch(refused));
console.log(client.signedIn);
"""


def test_a_program_signs_in_in_every_way(demo_server: Any, tmp_path: Path) -> None:
    told = run(WAYS_IN, tmp_path, demo_server.base_url).splitlines()
    assert told == ["true", "user_1", "invalid_credentials", "not_found", "code_invalid", "false"]


LINKS = """
import { GameClient } from "./gameplatform.js";

const client = new GameClient(process.env.SERVER_URL);
const account = { username: "ada_links", email: "ada_links@example.org", password: "correct-horse-battery" };
await client.signIn("register", account);
const ways = async () => console.log((await client.links()).map(({ kind }) => kind).sort().join());
await client.link("device", { device_id: "another-device-that-keeps-its-id" });
await ways();
await client.prove({ password: account.password });
await client.unlink("device");
await ways();
console.log(await client.unlink("password").catch((error) => error.code));
const other = new GameClient(process.env.SERVER_URL);
const device = { device_id: "another-device-that-keeps-its-id", create: false };
console.log(await other.signIn("device", device).catch((error) => error.code));
"""


def test_a_program_links_and_unlinks_a_way_to_sign_in(demo_server: Any, tmp_path: Path) -> None:
    told = run(LINKS, tmp_path, demo_server.base_url).splitlines()
    assert told == ["device,password", "password", "last_way_in", "unknown_device"]
