"""Trial: one refresh token is used by many at the same moment, on two servers.

Promised: all of them get the same new tokens, for an answer may have been lost. Used once more ten seconds
later, the old one ends the session for everybody.

As a test: ``test_fifty_uses_of_one_refresh_token_at_once_get_one_pair`` in
accounts/tests/test_races.py.
"""

import asyncio

from trials.figures import Figure, at_least, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Person, crowd, visitors
from trials.trial import Query, Trial

REPEATED_FOR_S = 10


async def run(ground: Ground, history: History, *, sessions: int, uses: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        people = await crowd(sessions, http, servers)

        async def use(number: int, person: Person, name: str) -> None:
            with history.operation(f"thief-{number}", name, session=person.name) as operation:
                body = {"refresh": person.refresh}
                made = await person.ask("POST", "/api/token/refresh/", body, server=servers[number % 2])
                operation.told["pair"] = made["access"][-12:] + made["refresh"][-12:]
                person.token = made["access"]

        for person in people:
            person.token = ""
            await asyncio.gather(*(use(number, person, "refresh") for number in range(uses)))
        await asyncio.sleep(REPEATED_FOR_S + 1)
        for person in people:
            await use(0, person, "refresh late")
        # Servers cache a session for up to a second.
        await asyncio.sleep(1.1)
        for person in people:
            with history.operation("owner", "profile", session=person.name):
                await person.ask("GET", "/api/me/")


def check(operations: list[Operation], query: Query) -> list[Figure]:
    uses = [operation for operation in operations if operation.name == "refresh"]
    pairs: dict[str, set[str]] = {}
    for operation in uses:
        pairs.setdefault(operation.asked["session"], set()).add(operation.told.get("pair", ""))
    late = [o for o in operations if o.name == "refresh late" and o.outcome == "ok"]
    alive = [o for o in operations if o.name == "profile" and o.outcome == "ok"]
    return [
        at_least("tokens used by many", len(pairs), 1),
        none_of("uses that were refused", (o for o in uses if o.outcome != "ok")),
        none_of(
            "tokens that did not buy exactly one pair", (many for many in pairs.values() if len(many) != 1)
        ),
        none_of("tokens that bought a pair ten seconds later", late),
        none_of("sessions that outlived it", alive),
    ]


TRIAL = Trial(
    "tokens",
    run,
    check,
    long={"sessions": 20, "uses": 50},
    quick={"sessions": 2, "uses": 20},
    fault="refresh_looks_then_writes",
)
