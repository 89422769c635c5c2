"""The end of a game as friends see it, and hooks after it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from core import outbox
from core.database import in_database
from friends import services as friends
from game.events import GameFinished
from game.models import Game
from game.tests.conftest import begin
from gameplatform.asgi import application
from gameplatform.extend import after
from gameplatform.testing.people import Person
from realtime import hooks
from realtime.testing import Player


async def test_friends_see_who_plays_from_the_start_of_a_game_to_its_end(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, cyd: Person
) -> None:
    asked = await in_database(friends.request, user_id=cyd.id, to_user_id=ada.id)
    await in_database(friends.accept, user_id=ada.id, request_id=asked.pk)
    at_cyds = await Player(application, "/ws/friends/status/", token=cyd.token).enter()
    await at_cyds.hear("presence_state")

    async def adas(status: Any) -> dict[str, Any]:
        while (frame := await at_cyds.hear_until("presence"))["status"] != status:
            pass
        return frame

    game = await new_game()
    a, b = await begin(game, ada, bob)

    assert (await adas("playing"))["game_id"] == str(game.pk)
    await b.send(type="game_action", action="resign")
    await a.hear("game_action")
    assert "game_id" not in await adas("online")


async def test_a_hook_that_fails_leaves_the_game_finished(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(hooks, "_hooks", defaultdict(list))
    failed: asyncio.Queue[UUID] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    @after(GameFinished)
    def fail(event: GameFinished, id: UUID) -> None:
        loop.call_soon_threadsafe(failed.put_nowait, event.game_id)
        raise ZeroDivisionError

    game = await new_game()
    a, b = await begin(game, ada, bob)
    await b.send(type="game_action", action="resign")
    await a.hear("game_action")
    await a.hear("game_over")
    await in_database(outbox.call_due)

    assert await failed.get() == game.pk
    await game.arefresh_from_db()
    assert game.state in Game.OVER
