"""The end of a game as friends see it, and hooks after it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from core import outbox
from core.database import in_database
from core.models import OutboxEntry
from friends import services as friends
from game.events import GameFinished
from game.models import Game
from game.tests.conftest import begin
from gameplatform.asgi import application
from gameplatform.extend import after, reacts_to
from gameplatform.testing.people import Person
from matchmaking import services as matchmaking
from realtime import hooks, reactions
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


@pytest.mark.parametrize("ends_by_itself", [False, True])
async def test_a_reaction_of_an_extra_app_that_fails_leaves_the_game_finished_and_is_repeated(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    ends_by_itself: bool,
) -> None:
    """``ends_by_itself``: the reaction breaks its transaction by an error of the database, too."""
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(reactions, "_reactions", reactions._reactions.copy())
    reactions._reactions[GameFinished] = [*reactions._reactions[GameFinished]]
    faults = [ZeroDivisionError()]

    @reacts_to(GameFinished)
    def note(event: GameFinished) -> None:
        User.objects.filter(pk=event.user_ids[0]).update(first_name="Champion")
        if faults:
            if ends_by_itself:
                User.objects.create(pk=event.user_ids[0], username="twice")
            raise faults.pop()

    game = await new_game()
    a, b = await begin(game, ada, bob)
    await b.send(type="game_action", action="resign")
    await a.hear("game_action")
    await a.hear("game_over")

    await game.arefresh_from_db()
    assert game.state in Game.OVER
    assert not await User.objects.filter(first_name="Champion").aexists()
    faults.clear()
    await in_database(outbox.call_due)
    assert await User.objects.aget(first_name="Champion") == await User.objects.aget(pk=ada.id)
    assert not await OutboxEntry.objects.aexists()


async def test_a_queue_that_fails_to_requeue_players_leaves_the_game_over(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**of: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(matchmaking, "cancel_match", fail)
    game = await new_game(queued=True)
    a, b = await begin(game, ada, bob)
    await b.send(type="game_action", action="resign")
    await a.hear("game_action")
    await a.hear("game_over")

    waiting = await OutboxEntry.objects.aget()
    assert waiting.handler.startswith("matchmaking.reactions.cancel_match on ")
