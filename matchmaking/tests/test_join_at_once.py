"""Joining on the event loop: the same answers as the view, which handles the other requests."""

from typing import Any, cast

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.http import HttpResponse

from accounts.authentication import SessionTokenAuthentication
from game.author.refusals import UnknownGame
from matchmaking.api import Join
from matchmaking.refusals import AlreadyQueued
from matchmaking.tests.conftest import Waiter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def join() -> Any:
    """``await join(ada, game="pong")``: the event loop's answer, or None if the view has to answer."""

    async def join(who: Waiter, **body: Any) -> HttpResponse | None:
        # A request makes the session known to this process.
        await sync_to_async(who.status)()
        return await at_once(who, msgspec.json.encode(body))

    return join


async def at_once(who: Waiter, body: Any) -> Any:
    identity = SessionTokenAuthentication.identify_at_once(
        cast(Any, who.client)._credentials["HTTP_AUTHORIZATION"]
    )
    answering = cast(Any, Join.post).at_once(identity, body)
    return None if answering is None else await answering


async def test_the_answers_are_those_of_the_view(ada: Waiter, bob: Waiter, join: Any) -> None:
    waits = await join(ada, game="tictactoe", mode="blitz")
    plays = await join(bob, game="tictactoe", mode="blitz")
    again = await sync_to_async(bob.join)(mode="blitz")

    assert waits.status_code == 200
    standing = {"status": "queued", "game": "tictactoe", "mode": "blitz", "position": 1, "queue_size": 1}
    assert msgspec.json.decode(waits.content) == {**standing, "waited_s": pytest.approx(0, abs=60)}
    assert plays.status_code == again.status_code == 201
    assert plays.content == again.content
    assert plays["Content-Type"] == again["Content-Type"]


async def test_without_a_name_the_game_is_pong(ada: Waiter, join: Any) -> None:
    assert msgspec.json.decode((await join(ada)).content)["game"] == "pong"


async def test_the_view_looks_closer_at_what_is_not_plain(ada: Waiter, join: Any) -> None:
    wanted: list[dict[str, Any]] = [
        {"party_id": 1},
        {"game": 5},
        {"game": " pong"},
        {"game": "x" * 41},
        {"mode": "-"},
        {"mode": "a\n"},
    ]
    for body in wanted:
        assert await join(ada, **body) is None
    for raw in (b"", b"[]", b"{"):
        assert await at_once(ada, raw) is None


async def test_refusals_are_those_of_the_view(
    ada: Waiter, join: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await join(ada, game="pong")

    with pytest.raises(AlreadyQueued):
        await join(ada, game="tictactoe")
    with pytest.raises(UnknownGame):
        await join(ada, game="no_such_game")
