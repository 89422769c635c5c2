"""Trial: many people join, leave and join the queue again, over several servers.

Promised: nobody is in two matches, nobody plays himself, nobody is lost: who asked to play is matched or
still waiting, who left and was told so is neither.

As a test: ``test_200_joins_at_once_over_two_workers_give_exactly_100_matches`` in
matchmaking/tests/test_races.py.
"""

import asyncio
import contextlib
import random
import time

from trials.figures import Figure, at_least, none_of
from trials.games import ManyModes
from trials.ground import Ground
from trials.history import History, Operation, Unknown
from trials.people import WITHIN_S, Person, crowd, some_at_a_time, visitors
from trials.trial import Query, Trial

# With fewer queues everybody is matched at once, and nobody could leave while waiting.
CROWDED = "SELECT queue_id FROM matchmaking_ticket GROUP BY queue_id HAVING count(*) > 1"


async def run(ground: Ground, history: History, *, servers: int, people: int, queues: int) -> None:
    started = ground.start(servers)
    async with visitors() as http:
        everybody = await crowd(people, http, started)

        async def queue(person: Person) -> None:
            wanted = {"game": ManyModes.name, "mode": random.choice(ManyModes.modes[:queues])}
            status = await _ask(history, person, "join", "/game/join/", wanted)
            while random.random() < (0.6 if status == "queued" else 0.2):
                await asyncio.sleep(random.uniform(0, 0.02))
                await _ask(history, person, "leave", "/game/leave/", {})
                if random.random() < 0.3:
                    return
                status = await _ask(history, person, "join", "/game/join/", wanted)

        await some_at_a_time((queue(person) for person in everybody), 48)
        # The periodic matcher widens the windows until everybody is matched.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while ground.query(CROWDED):  # noqa: ASYNC110
                    await asyncio.sleep(0.25)


async def _ask(history: History, person: Person, name: str, path: str, body: dict[str, str]) -> str:
    """Retry until answered or timed out: both requests are idempotent. Returns the reported status."""
    status = ""
    deadline = time.monotonic() + WITHIN_S
    while not status and time.monotonic() < deadline:
        with history.operation(person.name, name, user=person.id) as operation:
            try:
                answer = await person.ask("POST", path, body)
            except Unknown:
                await asyncio.sleep(0.1)
                raise
            status = answer["status"]
            operation.told |= {"status": status, "game_id": answer.get("game_id")}
    return status


def check(operations: list[Operation], query: Query) -> list[Figure]:
    last: dict[int, Operation] = {}
    told: dict[int, set[str]] = {}
    unanswered = set()
    for operation in operations:
        if operation.name not in ("join", "leave"):
            continue
        user = operation.asked["user"]
        unanswered.add(user)
        if operation.outcome == "ok":
            unanswered.remove(user)
            last[user] = operation
            if operation.told["game_id"]:
                told.setdefault(user, set()).add(operation.told["game_id"])
    seats: dict[int, set[str]] = {}
    players: dict[str, list[int]] = {}
    for game, user in query("SELECT game_id, user_id FROM game_seat WHERE queue IS NOT NULL"):
        seats.setdefault(user, set()).add(str(game))
        players.setdefault(str(game), []).append(user)
    waiting = {user for (user,) in query("SELECT user_id FROM matchmaking_member")}
    wanting = {user for user, operation in last.items() if operation.name == "join"}
    gone = {user for user, operation in last.items() if operation.told["status"] == "left"}
    return [
        at_least("people matched", len(seats), len(last) // 2),
        at_least("people who left while they waited", len(gone), 1),
        none_of("people whose last question was not answered", unanswered),
        none_of("people in two matches", (games for games in seats.values() if len(games) > 1)),
        none_of("matches not of two different people", (p for p in players.values() if len(set(p)) != 2)),
        none_of("people who asked to play and are lost", wanting - seats.keys() - waiting),
        none_of(
            "people who left and were matched", (user for user in gone if user in seats or user in waiting)
        ),
        none_of(
            "people told of a match they are not in", (u for u, g in told.items() if g - seats.get(u, set()))
        ),
        none_of("queues with two people left over", query(CROWDED)),
    ]


TRIAL = Trial(
    "queueing",
    run,
    check,
    long={"servers": 4, "people": 2000, "queues": 16},
    quick={"servers": 2, "people": 100, "queues": 12},
    fault="told_before_they_have_left",
)
