"""Fixtures of users with tokens, and a worker on the test's loop, for apps that use sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core.database import in_database
from core.ids import UserId
from gameplatform.asgi import application
from realtime.testing import Player, running_worker
from realtime.worker import Worker

__all__ = ["Person", "ada", "bob", "cyd", "here", "person"]


@dataclass
class Person:
    """A user with a token."""

    id: UserId
    name: str
    token: str

    async def open(self, path: str) -> Player:
        """Open the socket at this path."""
        return await Player(application, path, token=self.token).enter()

    async def enter(self, game: Any, query: str = "") -> Player:
        """Open the game's socket."""
        return await self.open(f"/ws/game/{game}/{query}")

    async def get(self, path: str) -> Any:
        """GET by REST; return the response."""
        return await in_database(self._client().get, path)

    async def post(self, path: str, **body: Any) -> Any:
        """POST these fields as JSON; return the response."""
        return await in_database(self._client().post, path, body)

    async def put(self, path: str, **body: Any) -> Any:
        """PUT these fields as JSON; return the response."""
        return await in_database(self._client().put, path, body)

    async def patch(self, path: str, **body: Any) -> Any:
        """PATCH these fields as JSON; return the response."""
        return await in_database(self._client().patch, path, body)

    async def delete(self, path: str) -> Any:
        """DELETE by REST; return the response."""
        return await in_database(self._client().delete, path)

    def _client(self) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")
        return client

    async def listen(self, query: str = "") -> Player:
        """Open a notifications socket, as on another device."""
        return await self.open(f"/ws/notifications/{query}")


@pytest.fixture
async def here(transactional_db: None) -> AsyncIterator[Worker]:
    """The worker that serves the sockets of the test."""
    async with running_worker() as worker:
        yield worker


@pytest.fixture
def person(here: Worker) -> Callable[..., Awaitable[Person]]:
    """``await person("ada")``: a signed-in user."""

    async def person(name: str, *, is_guest: bool = False) -> Person:
        return await in_database(_signed_in, name, is_guest=is_guest)

    return person


def _signed_in(name: str, *, is_guest: bool = False) -> Person:
    user = User.objects.create(username=name, is_guest=is_guest)
    return Person(user.pk, name, accounts.open_session(user, device=accounts.Device()).tokens.access)


@pytest.fixture
async def ada(person: Callable[[str], Awaitable[Person]]) -> Person:
    """A signed-in user."""
    return await person("ada")


@pytest.fixture
async def bob(person: Callable[[str], Awaitable[Person]]) -> Person:
    """A second user."""
    return await person("bob")


@pytest.fixture
async def cyd(person: Callable[[str], Awaitable[Person]]) -> Person:
    """A third user."""
    return await person("cyd")
