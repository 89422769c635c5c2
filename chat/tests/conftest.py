"""Fixtures: users in lobbies and conversations, through the real routes and sockets."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from chat import pacing
from chat.events import LobbyId
from core.database import in_database
from core.ids import UserId
from friends.models import Friendship
from gameplatform.asgi import application
from realtime.testing import Player, running_worker
from realtime.worker import Worker


@dataclass
class Person:
    """A user with a token."""

    id: UserId
    name: str
    token: str
    api: APIClient = field(default_factory=APIClient)

    def __post_init__(self) -> None:
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Return the response to a request under ``/api/``."""
        return getattr(self.api, method)(f"/api/{path}", body, **headers)

    def get(self, path: str) -> Any:
        """Return the body of a GET that must succeed."""
        answer = self.call("get", path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        """Return the body of a POST that must succeed."""
        answer = self.call("post", path, body)
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        """Return the code of a POST that must be refused."""
        answer = self.call("post", path, body)
        return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else "done"

    def open(self, name: str = "den", **facts: Any) -> LobbyId:
        """Create a lobby owned by this user; return its id."""
        return LobbyId(self.post("lobbies/", name=name, **facts)["id"])

    async def do(self, path: str, **body: Any) -> Any:
        """Call Call ``post`` while sockets are open."""
        return await in_database(self.post, path, **body)

    async def enter(self, path: str) -> Player:
        """Open a socket under ``/ws/``."""
        return await Player(application, f"/ws/{path}", token=self.token).enter()

    async def sit(self, lobby: LobbyId, query: str = "") -> Player:
        """Open the lobby's socket and wait for one's own arrival."""
        player = await self.enter(f"lobbies/{lobby}/{query}")
        await player.hear("presence_state")
        assert (await player.hear("presence_join"))["user_id"] == self.id
        return player


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    def person(name: str, *, is_premium: bool = False) -> Person:
        signed_in = accounts.register_guest(username=name, device=accounts.Device())
        User.objects.filter(pk=signed_in.user.pk).update(is_premium=is_premium)
        return Person(UserId(signed_in.user.pk), name, signed_in.tokens.access)

    return person


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    """Premium, so that she can create lobbies."""
    return person("ada", is_premium=True)


@pytest.fixture
def dan(person: Callable[..., Person]) -> Person:
    return person("dan")


@pytest.fixture
def den(ada: Person, bob: Person) -> LobbyId:
    """Ada's lobby, with Bob as a member."""
    lobby = ada.open("den")
    bob.post(f"lobbies/{lobby}/join/")
    return lobby


def befriend(one: Person, other: Person) -> None:
    Friendship.objects.create(low_id=min(one.id, other.id), high_id=max(one.id, other.id))


@pytest.fixture
def friends(ada: Person, bob: Person) -> None:
    """Make Ada and Bob friends."""
    befriend(ada, bob)


@pytest.fixture
def long_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lengthen the rate limit's window, for slow machines."""
    monkeypatch.setattr(pacing, "WINDOW_S", 60.0)


@pytest.fixture
async def here(den: LobbyId) -> AsyncIterator[Worker]:
    """A worker on the test's loop, started once all earlier events of the den are delivered."""
    async with running_worker() as worker:
        yield worker
