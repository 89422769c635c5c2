"""Trial: people on four servers talk in one lobby, nearly as quickly as they may.

Promised: all hear all of it in one order, and its numbers rise by one without a gap.

As a test: ``test_all_in_a_room_hear_what_is_said_in_one_order`` in
realtime/tests/test_rooms.py.
"""

import asyncio

from trials.figures import Figure, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.lobbies import Member, check_order, enter_lobby
from trials.people import crowd, visitors
from trials.trial import Query, Trial


async def run(ground: Ground, history: History, *, servers: int, members: int, messages: int) -> None:
    started = ground.start(servers)
    async with visitors() as http:
        people = await crowd(members, http, started)
        talkers = await enter_lobby(ground, history, people, started)

        async def talk(member: Member) -> None:
            for number in range(messages):
                await member.say(f"{member.person.name} says {number}")
                await asyncio.sleep(1)  # the limit is three in two seconds; leave room for jitter

        await asyncio.gather(*(talk(member) for member in talkers))
        await asyncio.sleep(3)
        for member in talkers:
            await member.line.close()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    refused = [operation for operation in operations if operation.name == "error"]
    return [*check_order(operations, query), none_of("messages refused", refused)]


TRIAL = Trial(
    "ordering",
    run,
    check,
    long={"servers": 4, "members": 40, "messages": 60},
    quick={"servers": 2, "members": 6, "messages": 3},
    fault="numbers_of_each_worker",
)
