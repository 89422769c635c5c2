"""Players of games by their real sockets, in one process."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from game import author, services
from game.models import Game
from game.services import Player as Seated
from realtime.testing import Player
from realtime.worker import in_database
from tests.people import Person, ada, bob, cyd, here, person

__all__ = ["InTurn", "ada", "begin", "bob", "cyd", "here", "new_game", "person"]


class InTurn(author.Game, abstract=True):
    """It goes round for ever."""

    def setup(self, random: Any) -> dict[str, int]:
        return {"steps": 0}

    @author.move
    def step(self, state: dict[str, int], seat: int) -> None:
        state["steps"] += 1

    def result(self, state: dict[str, int]) -> None:
        return None


@pytest.fixture
def new_game(ada: Person, bob: Person) -> Callable[..., Awaitable[Game]]:
    async def new_game(name: str = "tictactoe", *people: Person, **kwargs: Any) -> Game:
        players = [Seated(somebody.id) for somebody in people or (ada, bob)]
        return await in_database(services.create_game, name=name, players=players, **kwargs)

    return new_game


async def begin(game: Game, *people: Person) -> list[Player]:
    """All enter and are ready; what they hear of it is heard."""
    players = [await somebody.enter(game.pk) for somebody in people]
    for player in players:
        await player.send(type="player_ready")
    for player in players:
        while (frame := await player.hear())["type"] != "game_state" or frame["state"] != "active":
            pass
    return players
