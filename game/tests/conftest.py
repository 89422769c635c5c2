"""Players of games with real sockets, in one process."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.utils import timezone

from core.database import in_database
from core.ids import UserId
from game import author, selectors, services
from game.models import Game
from game.records import QueuedParty
from game.services import Player as Seated
from gameplatform.testing.people import Person, ada, bob, cyd, here, person
from realtime.testing import Player

__all__ = ["InTurn", "ada", "begin", "bob", "cyd", "here", "new_game", "person", "queued_game"]


class InTurn(author.Game, abstract=True):
    """A game that never ends."""

    def setup(self, random: Any) -> dict[str, int]:
        return {"steps": 0}

    @author.move
    def step(self, state: dict[str, int], seat: int) -> None:
        state["steps"] += 1

    def result(self, state: dict[str, int]) -> None:
        return None


@pytest.fixture
def new_game(ada: Person, bob: Person) -> Callable[..., Awaitable[Game]]:
    async def new_game(name: str = "tictactoe", *people: Person, queued: bool = False, **facts: Any) -> Game:
        user_ids = [somebody.id for somebody in people or (ada, bob)]
        if queued:
            return await in_database(queued_game, name, *user_ids)
        players = [Seated(user_id) for user_id in user_ids]
        return await in_database(services.create_game, name=name, players=players, **facts)

    return new_game


def queued_game(name: str, *user_ids: UserId) -> Game:
    """Create a queue's game for these users, each queued alone, in this order."""
    entrants = selectors.entrants(name, name, user_ids)
    group = [QueuedParty([entrants[user_id]], timezone.now()) for user_id in user_ids]
    (game_id,) = services.create_matches(name=name, queue=name, groups=[group])
    return Game.objects.get(pk=game_id)


async def begin(game: Game, *people: Person) -> list[Player]:
    """Connect all players, declare them ready, and read the frames up to the start."""
    players = [await somebody.enter(game.pk) for somebody in people]
    for player in players:
        await player.send(type="player_ready")
    for player in players:
        while (frame := await player.hear())["type"] != "game_state" or frame["state"] != "active":
            pass
    return players
