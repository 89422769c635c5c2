"""The cost to the database of each call that a game client makes in its first five minutes."""

import contextlib
from collections.abc import Callable

import pytest
from django.db import connection

from bench import basket
from gameplatform.testing.processes import ServerProcess, manage
from tests.statements import all_statements


async def test_no_call_takes_more_statements_and_round_trips_than_it_may(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    taken = {}
    with live_server_process(EXTRA_APPS="bench") as server:
        manage(server.environment, "seed_demo")
        users = basket.Basket(server.base_url, 6)
        await users.open()
        for name, call in basket.CALLS.items():
            requests = await call.make(users)
            before = await basket.costs(server.base_url, call)
            await users.ask(requests, at_once=1)
            after = await basket.costs(server.base_url, call)
            # Rounded down: one of them may refresh what the worker keeps for some seconds.
            taken[name] = tuple((new - old) // len(requests) for new, old in zip(after, before, strict=True))

    # A route that is measured under another name would take none.
    assert not [name for name, call in basket.CALLS.items() if call.kind != "read" and not all(taken[name])]
    most = {name: call.most for name, call in basket.CALLS.items()}
    more = {
        name: (costs, most[name])
        for name, costs in taken.items()
        if any(cost > bound for cost, bound in zip(costs, most[name], strict=True))
    }
    assert more == {}


def test_each_exception_is_of_a_call_and_allows_more_than_the_rule() -> None:
    for name, (most, reason) in basket.EXCEPTIONS.items():
        kind = basket.CALLS[name].kind
        assert most.statements > basket.STATEMENTS[kind] or most.round_trips > basket.ROUND_TRIPS[kind]
        assert reason


@pytest.mark.django_db
def test_every_statement_compiles_and_depends_on_no_clock() -> None:
    found = all_statements()

    assert len(found) > 100
    refused = []
    for each in found:
        try:
            each._of(connection)
        except TypeError:
            refused.append(each._function.__qualname__)
    assert refused == []
