"""Test players with characters, in a small world of three places in a row and two factions."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core.database import in_database
from core.ids import UserId
from gameplatform.asgi import application
from progression import ledger, seeding
from progression import selectors as progression
from progression import services as players
from progression.models import Stack
from progression.models.tuning import growth
from realtime.testing import Player, running_worker
from realtime.worker import Worker
from world import services
from world.models import Character, Faction, Location
from world.rules import CharacterId

opened: list[Player] = []


@dataclass
class Adventurer:
    """A test user with a token and a character."""

    id: UserId
    token: str
    character_id: CharacterId

    @property
    def api(self) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")
        return client

    @property
    def character(self) -> Character:
        return Character.objects.get(pk=self.character_id)

    def enter_play(self) -> None:
        """Put the character into play without a socket."""
        services.enter_world(user_id=self.id, socket=f"test/{self.id}")

    def leave_play(self) -> None:
        """Take the character out of play."""
        services.leave_world(user_id=self.id, socket=f"test/{self.id}")

    def walk(self, to: Location) -> None:
        services.travel(user_id=self.id, to_location_id=to.pk)

    def move_to(self, to: Location) -> None:
        """Move the character to this place."""
        Character.objects.filter(pk=self.character_id).update(location=to)

    def given(self, slug: str, quantity: int = 1) -> int:
        """Give the user an item and return its inventory row."""
        players.grant(self.id, items=[(slug, quantity)], cause="test")
        return Stack.objects.get(player=self.id, item__slug=slug).pk

    def owns(self) -> dict[str, int]:
        return {stack.item.slug: stack.quantity for stack in progression.inventory(self.id)}

    def gold(self) -> int:
        return players.player(self.id).gold

    async def enter(self) -> Any:
        """Open the world's socket and read the first frame into ``world``."""
        player: Any = await Player(application, "/ws", token=self.token).enter()
        opened.append(player)
        player.world = await player.hear("world_state")
        return player


@dataclass
class Places:
    """Dawnguard's home, the ford, and Tideborn's home, connected by paths in this order."""

    dawn: Location
    ford: Location
    tide: Location


@pytest.fixture
def places(db: None) -> Places:
    seeding.seed_content()
    dawn, tide = (
        Location.objects.create(
            name=name,
            x=x,
            y=50,
            faction=Faction.objects.create(name=faction, colour="#112233"),
            respawn=True,
        )
        for name, x, faction in (("Sunspire", 10, "Dawnguard"), ("Pearl Harbour", 90, "Tideborn"))
    )
    ford = Location.objects.create(name="Ford", x=50, y=50)
    ford.paths.add(dawn, tide)
    return Places(dawn, ford, tide)


@pytest.fixture
def starting_level() -> int:
    """The level of an adventurer of whom a test says nothing else."""
    return 1


@pytest.fixture
def adventurer(places: Places, starting_level: int) -> Callable[..., Adventurer]:
    """``adventurer("ada", "Dawnguard")`` returns a user with a character at the ford."""

    def adventurer(
        name: str, faction: str, *, is_guest: bool = False, level: int = starting_level
    ) -> Adventurer:
        user = User.objects.create(username=name, is_guest=is_guest)
        players.grant(user.pk, xp=growth().player.begins_at(level), cause="test")
        token = accounts.open_session(user, device=accounts.Device()).tokens.access
        character = services.create(user_id=user.pk, name=name.title(), faction=faction)
        Character.objects.filter(pk=character.id).update(location=places.ford, is_selected=True)
        return Adventurer(user.pk, token, character.id)

    return adventurer


@pytest.fixture
def ada(adventurer: Callable[..., Adventurer]) -> Adventurer:
    return adventurer("ada", "Dawnguard")


@pytest.fixture
def bob(adventurer: Callable[..., Adventurer]) -> Adventurer:
    return adventurer("bob", "Tideborn")


@pytest.fixture
def cyd(adventurer: Callable[..., Adventurer]) -> Adventurer:
    return adventurer("cyd", "Dawnguard")


@pytest.fixture
def eve(adventurer: Callable[..., Adventurer]) -> Adventurer:
    return adventurer("eve", "Tideborn")


@pytest.fixture
async def here(transactional_db: None) -> AsyncIterator[Worker]:
    async with running_worker() as worker:
        yield worker
        # Each disconnect writes to the database, which is emptied next.
        while opened:
            await opened.pop().leave()


@pytest.fixture
def audited(db: None) -> Iterator[None]:
    """Verify the ledger after the test."""
    yield
    assert list(ledger.audit()) == []


@pytest.fixture
def at_once(
    transactional_db: None, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> Callable[[Sequence[Callable[..., Any]]], list[Any]]:
    """Call all functions at once, each on its own connection, and return their results or exceptions."""

    def answer(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as problem:
            return problem

    return lambda calls: at_once([partial(answer, call) for call in calls])


async def hear_of(kind: str, *players: Player) -> list[dict[str, Any]]:
    """Return the next frame of this type that each of these players receives."""
    return [await player.hear_until(kind) for player in players]


__all__ = [
    "Adventurer",
    "Places",
    "ada",
    "adventurer",
    "at_once",
    "audited",
    "bob",
    "cyd",
    "eve",
    "hear_of",
    "here",
    "in_database",
    "places",
    "starting_level",
]
