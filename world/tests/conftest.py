"""Users with characters in the demo world, using the real routes and sockets."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core.ids import UserId
from friends.models import Block
from gameplatform.asgi import application
from realtime.testing import Player, running_worker
from realtime.worker import Worker
from world import seeding, services
from world.models import Character, Location
from world.rules import CharacterId

_players: list[Player] = []
"""Sockets opened by a test: their closing must not outlast the test."""


@dataclass
class Person:
    """A test user with a token and, if there is a world, a selected character."""

    id: UserId
    name: str
    token: str
    character_id: CharacterId
    api: APIClient = field(default_factory=APIClient)

    def __post_init__(self) -> None:
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Return the response to a request under ``/api/``."""
        return getattr(self.api, method)(f"/api/{path}", body, **headers)

    async def enter(self, query: str = "") -> Player:
        """Open the world's socket and read the first frame."""
        player = await self.knock(query)
        await player.hear("world_state")
        return player

    async def knock(self, query: str = "") -> Player:
        """Open the world's socket."""
        return await knock(query, self.token)

    def row(self) -> Character:
        """Return the character's row."""
        return Character.objects.get(pk=self.character_id)

    def move_to(self, place: str) -> None:
        """Move the character, which is not in play, to this place."""
        Character.objects.filter(pk=self.character_id).update(location=Location.objects.get(name=place))


async def knock(query: str = "", token: str | None = None) -> Player:
    """Open the world's socket, anonymously or with a token."""
    player = await Player(application, f"/ws{query}", token=token).enter()
    _players.append(player)
    return player


async def players_leave() -> None:
    """Close all sockets that the test opened."""
    while _players:
        await _players.pop().leave()


def place(name: str) -> int:
    """Return the id of a place of the demo world."""
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
        person.move_to(at)
        return person

    return person


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    """A Dawnguard at the Crossroads."""
    return person("ada")


@pytest.fixture
def bob(person: Callable[..., Person]) -> Person:
    """A Tideborn at the Crossroads."""
    return person("bob", "Tideborn")


@pytest.fixture
def cyd(person: Callable[..., Person]) -> Person:
    """A Dawnguard at home in Sunspire."""
    return person("cyd", at="Sunspire")


@pytest.fixture
async def here(demo_world: None) -> AsyncIterator[Worker]:
    """A worker on the test's event loop."""
    async with running_worker() as worker:
        yield worker
        await players_leave()
