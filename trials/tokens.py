"""Trial: one refresh token is used by many at the same moment, on two servers.

Promised: one of them gets new tokens; all others are refused, and because a token was used twice, the session
ends for the one who got them too.

As a test: ``test_of_fifty_uses_of_one_refresh_token_one_wins`` in
accounts/tests/test_races.py.
"""

import asyncio

from trials.figures import Figure, at_least, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import crowd, visitors
from trials.trial import Query, Trial


async def run(ground: Ground, history: History, *, sessions: int, uses: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        for person in await crowd(sessions, http, servers):
            session, refresh, person.token = person.name, person.refresh, ""

            async def use(number: int, person=person, refresh=refresh) -> None:
                with history.operation(f"thief-{number}", "refresh", session=person.name) as operation:
                    body = {"refresh": refresh}
                    made = await person.ask("POST", "/api/token/refresh/", body, server=servers[number % 2])
                    operation.told["access"] = made["access"][-12:]
                    person.token = made["access"]

            await asyncio.gather(*(use(number) for number in range(uses)))
            # A session may be known to a server for a second.
            await asyncio.sleep(1.1)
            with history.operation("owner", "profile", session=session):
                await person.ask("GET", "/api/me/")


def check(operations: list[Operation], query: Query) -> list[Figure]:
    won: dict[str, int] = {}
    for operation in operations:
        if operation.name == "refresh":
            won.setdefault(operation.asked["session"], 0)
            won[operation.asked["session"]] += operation.outcome == "ok"
    unclear = [o for o in operations if o.name == "refresh" and o.outcome == "unknown"]
    alive = [o for o in operations if o.name == "profile" and o.outcome == "ok"]
    return [
        at_least("tokens used by many", len(won), 1),
        none_of("tokens that did not buy exactly one pair", (count for count in won.values() if count != 1)),
        none_of("uses neither taken nor refused", unclear),
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
