"""Trial: every socket gets everything but what it expects, derived from the messages that it declares.

Promised: each frame is answered or the socket closed with a code; no exception goes unhandled, nothing stays
behind, and a decent client on the same server is still answered.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import psutil
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from trials.figures import Figure, at_least, at_most, exactly, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import WITHIN_S, Person, crowd, figures_of, visitors
from trials.trial import Query, Trial

LETTERS = 'ab\0\u202e\U0001f4a5"\\{}[]:,e0-'
# Frames sent before their answers are awaited.
TOGETHER = 10
NUMBERS = (0, -1, 1.5, 2**31, 2**53, 2**63, -(2**63) - 1, 10**40)
TEXTS = ("", "x", "0", "\0", "\U0001f4a5" * 300, "x" * 20_000, "1e999", "../..", "%00", "' OR 1=1 --")
VALUES: tuple[Any, ...] = (None, True, [], [[[]]], {}, {"a": {"a": {}}}, *NUMBERS, *TEXTS)
HALF_JSON = (
    '{"type":',
    "[",
    "nul",
    '"',
    "{}",
    "[]",
    "null",
    "1e999",
    "NaN",
    '{"type":null}',
    '{"type":"ping"',
)
NESTED = "[" * 5000 + "]" * 5000


def _descriptors(ground: Ground, process: psutil.Process) -> int:
    """Return the server's open descriptors, without database connections, whose pool varies with load."""
    return int(process.num_fds() - ground.connections())


async def run(ground: Ground, history: History, *, frames: int) -> None:
    [server] = ground.start(1, SOCKET_MAX_RATE="1000000")
    async with visitors() as http:
        first, second = await crowd(2, http, [server])
        document = (await http.get(f"{server.base_url}/api/asyncapi.json")).json()
        places = await _places(ground, first, second)
        sockets = [
            (
                re.sub(r"{(\w+)}", lambda match: places.get(match[1], "1"), channel["address"]),
                _commands(document, name),
            )
            for name, channel in document["channels"].items()
        ]
        process = psutil.Process(server.pids[0])
        await _attack(history, first, sockets[0], 50)
        before = _descriptors(ground, process)
        each = frames // len(sockets) + 1
        await asyncio.gather(*(_attack(history, first, socket, each) for socket in sockets))
        with history.operation("decent", "profile"):
            await second.ask("GET", "/api/me/")
        await asyncio.sleep(1)
        history.seen("server", "descriptors", more=_descriptors(ground, process) - before)
        history.seen("server", "logged", lines=[line[:300] for line in _complaints(server.log())])
        history.seen("server", "alive", open=(await figures_of(server, http))["realtime_sockets_open"])


async def _places(ground: Ground, first: Person, second: Person) -> dict[str, str]:
    """Return a value for each parameter in a socket's path."""
    ground.query("UPDATE accounts_user SET is_premium = true WHERE id = %s", first.id)
    lobby = await first.ask(
        "POST", "/api/lobbies/", {"name": "agora", "is_public": True, "max_participants": 5}
    )
    game = await first.ask("POST", "/api/games/", {"game": "tictactoe"})
    await second.ask("POST", f"/api/games/{game['id']}/join/", {})
    asked = await first.ask("POST", "/api/friends/requests/", {"user_id": second.id})
    await second.ask("POST", f"/api/friends/requests/{asked['id']}/accept/", {})
    places = {"lobby_id": lobby["id"], "name": "agora", "game_id": game["id"], "friend_id": second.id}
    ground.manage("seed_demo")
    for battle in await first.ask("GET", "/api/battles/available"):
        await first.ask("POST", f"/api/battles/join/{battle['id']}", {})
        places["battle_id"] = battle["id"]
        break
    return {name: str(value) for name, value in places.items()}


def _commands(document: dict[str, Any], channel: str) -> list[tuple[str, list[str]]]:
    """Return the types of the socket's declared commands, with the names of their fields."""
    taken = []
    for operation in document["operations"].values():
        if operation["action"] == "receive" and operation["channel"]["$ref"].endswith(f"/{channel}"):
            for message in operation["messages"]:
                key = message["$ref"].rpartition("/")[2]
                fields = document["channels"][channel]["messages"][key]["payload"]["properties"]
                taken.append((fields["type"]["const"], list(fields)))
    return taken


def _junk(commands: list[tuple[str, list[str]]]) -> Iterator[str | bytes]:
    while True:
        dice = random.random()
        if dice < 0.75 and commands:
            kind, fields = random.choice(commands)
            message = {field: random.choice(VALUES) for field in fields if random.random() < 0.8}
            message["type"] = kind if random.random() < 0.95 else random.choice(VALUES)
            if random.random() < 0.2:
                message[random.choice(("__class__", "id", "ref", "seq", "user_id", "\0"))] = random.choice(
                    VALUES
                )
            yield json.dumps(message)
        elif dice < 0.9:
            yield random.choice(HALF_JSON)
        elif dice < 0.995:
            yield "".join(random.choices(LETTERS, k=random.randrange(40)))
        else:
            yield random.choice((b"\0\xff", b"{}", NESTED, "x" * 70_000, "💥" * 10_000))


async def _attack(history: History, person: Person, socket: tuple[str, list[Any]], frames: int) -> None:
    """Send ``frames`` frames, reopening the socket whenever it is closed."""
    path, commands = socket
    junk = _junk(commands)
    sent = answered = 0
    codes: dict[str, int] = {}
    while sent < frames:
        async with connect(
            f"{person.servers[0].ws_url}{path}",
            additional_headers={"Authorization": f"Bearer {person.token}"},
            ping_interval=None,
            close_timeout=2,
            compression=None,
            proxy=None,
        ) as line:
            caught_up = asyncio.Event()

            async def read(line: Any = line, caught_up: asyncio.Event = caught_up) -> None:
                nonlocal answered
                try:
                    async for frame in line:
                        answered += 1
                        if '"type":"pong"' in frame:
                            caught_up.set()
                finally:
                    caught_up.set()

            reading = asyncio.create_task(read())
            try:
                while sent < frames and not reading.done():
                    sent += 1
                    await line.send(next(junk))
                    if sent % TOGETHER == 0:
                        caught_up.clear()
                        if reading.done():
                            break
                        await line.send('{"type":"ping"}')
                        await asyncio.wait_for(caught_up.wait(), WITHIN_S)
            except ConnectionClosed:
                pass
            await line.close()
            await asyncio.gather(reading, return_exceptions=True)
        code = str(line.close_code)
        codes[code] = codes.get(code, 0) + 1
        if len(codes) == 1 and codes.get("4404", 0) + codes.get("4403", 0) > 20:
            break
    history.seen("attacker", "attacked", path=path, sent=sent, answered=answered, codes=codes)


def _complaints(log: str) -> list[str]:
    return [line for line in log.splitlines() if '"exception":' in line or "Traceback" in line]


def check(operations: list[Operation], query: Query) -> list[Figure]:
    attacks = [operation.asked for operation in operations if operation.name == "attacked"]
    codes = {code for attack in attacks for code in attack["codes"]}
    seen = {operation.name: operation.asked for operation in operations}
    return [
        at_least("frames sent", sum(attack["sent"] for attack in attacks), 100),
        at_least("frames answered", sum(attack["answered"] for attack in attacks), 50),
        none_of("sockets that nothing could be tried on", (a for a in attacks if not a["answered"])),
        none_of("close codes that are not declared", codes - DECLARED),
        none_of("exceptions in the log", seen["logged"]["lines"]),
        exactly("sockets that stayed open", seen["alive"]["open"], 0),
        at_most("descriptors more than before", seen["descriptors"]["more"], 8),
        none_of(
            "decent clients not answered",
            (o for o in operations if o.name == "profile" and o.outcome != "ok"),
        ),
    ]


DECLARED = {"1000", "1007", "1009", "1013", "4400", "4403", "4409", "4413", "4429"}
TRIAL = Trial(
    "malformed",
    run,
    check,
    long={"frames": 100_000},
    quick={"frames": 3000},
    fault="bad_messages_raise",
)
