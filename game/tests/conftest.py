"""Players of games by their real sockets, in one process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts import live
from accounts import services as accounts
from game import services
from game.models import Game
from game.services import Player as Seated
from gameplatform.asgi import application
from realtime.testing import Player, running_worker
from realtime.worker import in_database


@dataclass
class Person:
    """Somebody with a token."""

    id: int
    name: str
    token: str

    async def enter(self, game: Any, query: str = "") -> Player:
        """Open the game's socket."""
        return await Player(application, f"/ws/game/{game}/{query}", token=self.token).enter()


@pytest.fixture(autouse=True)
async def here(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    monkeypatch.setattr(live, "_known", {})
    async with running_worker() as worker:
        yield worker


@pytest.fixture
def person() -> Callable[[str], Awaitable[Person]]:
    async def person(name: str) -> Person:
        signed_in = await in_database(accounts.register_guest, username=name, device=accounts.Device())
        return Person(signed_in.user.pk, name, signed_in.tokens.access)

    return person


@pytest.fixture
async def ada(person: Callable[[str], Awaitable[Person]]) -> Person:
    return await person("ada")


@pytest.fixture
async def bob(person: Callable[[str], Awaitable[Person]]) -> Person:
    return await person("bob")


@pytest.fixture
async def cyd(person: Callable[[str], Awaitable[Person]]) -> Person:
    return await person("cyd")


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
