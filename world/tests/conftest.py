"""People with characters in the demo world, by the real addresses and sockets."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from friends.models import Block
from gameplatform.asgi import application
from realtime.testing import Player, running_worker
from realtime.worker import Worker
from world import seeding, services
from world.models import Character, Location

_players: list[Player] = []
"""The sockets that a test has opened: what they do when they end must not outlast it."""


@dataclass
class Person:
    """Somebody with a token and, if there is a world, a character that is selected."""

    id: int
    name: str
    token: str
    character_id: int
    api: APIClient = field(default_factory=APIClient)

    def __post_init__(self) -> None:
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """The answer to a request under ``/api/``."""
        return getattr(self.api, method)(f"/api/{path}", body, **headers)

    async def enter(self, query: str = "") -> Player:
        """Open the world's socket, and hear how the world stands."""
        player = await self.knock(query)
        await player.hear("world_state")
        return player

    async def knock(self, query: str = "") -> Player:
        """Open the world's socket."""
        return await knock(query, self.token)

    def row(self) -> Character:
        """The character as it is stored."""
        return Character.objects.get(pk=self.character_id)

    def put(self, place: str) -> None:
        """Let the character, which is not in play, be in this place."""
        Character.objects.filter(pk=self.character_id).update(location=Location.objects.get(name=place))


async def knock(query: str = "", token: str | None = None) -> Player:
    """Open the world's socket, as nobody or as whose token it is."""
    player = await Player(application, f"/ws{query}", token=token).enter()
    _players.append(player)
    return player


async def players_leave() -> None:
    """All sockets that the test has opened end."""
    while _players:
        await _players.pop().leave()


def place(name: str) -> int:
    """The id of a place of the demo world."""
    return Location.objects.get(name=name).pk


def block(one: Person, other: Person) -> None:
    Block.objects.create(by_id=one.id, blocked_id=other.id)


@pytest.fixture
def demo_world(db: None) -> None:
    seeding.seed()


@pytest.fixture
def person(demo_world: None) -> Callable[..., Person]:
    def person(
        name: str, faction: str = "Dawnguard", *, at: str = "Crossroads", roles: Iterable[str] | None = None
    ) -> Person:
        signed_in = accounts.register_guest(username=name, device=accounts.Device())
        user_id = signed_in.user.pk
        if roles is not None:
            User.objects.filter(pk=user_id).update(is_staff=True)
            signed_in.user.groups.set(Group.objects.filter(name__in=roles))
        character = services.create(user_id=user_id, name=name.title(), faction=faction)
        services.select(user_id=user_id, character_id=character.id)
        person = Person(user_id, name, signed_in.tokens.access, character.id)
        person.put(at)
        return person

    return person


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    """Of the Dawnguard, at the Crossroads."""
    return person("ada")


@pytest.fixture
def bob(person: Callable[..., Person]) -> Person:
    """Of the Tideborn, at the Crossroads."""
    return person("bob", "Tideborn")


@pytest.fixture
def cyd(person: Callable[..., Person]) -> Person:
    """Of the Dawnguard, at home in Sunspire."""
    return person("cyd", at="Sunspire")


@pytest.fixture
async def here(demo_world: None) -> AsyncIterator[Worker]:
    """A worker on the test's loop."""
    async with running_worker() as worker:
        yield worker
        await players_leave()
