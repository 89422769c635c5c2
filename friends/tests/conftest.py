"""Fixtures: users with tokens, who use the real routes and sockets."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from core.ids import UserId
from gameplatform.asgi import application
from realtime.membership import presence
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

    def ask(self, other: "Person") -> Any:
        return self.api.post("/api/friends/requests/", {"user_id": other.id})

    def answer(self, request_id: int, how: str) -> Any:
        return self.api.post(f"/api/friends/requests/{request_id}/{how}/")

    def befriend(self, other: "Person") -> None:
        answer = other.answer(self.ask(other).json()["id"], "accept")
        assert answer.status_code == 200, answer.content

    def remove(self, other: "Person") -> Any:
        return self.api.delete(f"/api/friends/{other.id}/")

    def block(self, other: "Person") -> Any:
        return self.api.post(f"/api/friends/{other.id}/block/")

    def unblock(self, other: "Person") -> Any:
        return self.api.delete(f"/api/friends/{other.id}/block/")

    def friends(self) -> dict[str, dict[str, Any]]:
        """Return the friends list, by name."""
        return {friend["username"]: friend for friend in self._list("/api/friends/?limit=200")}

    def requests(self, direction: str) -> list[tuple[str, str]]:
        """Return open requests as (sender, recipient)."""
        return [
            (request["from_user"]["username"], request["to_user"]["username"])
            for request in self._list(f"/api/friends/requests/?direction={direction}")
        ]

    def blocks(self) -> list[str]:
        return [block["username"] for block in self._list("/api/friends/blocks/")]

    def _list(self, path: str) -> list[dict[str, Any]]:
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    async def watch(self, query: str = "") -> Player:
        """Open the friends' status socket."""
        return await Player(application, f"/ws/friends/status/{query}", token=self.token).enter()

    async def notifications(self) -> Player:
        """Open the notifications socket and read its badge."""
        player = await Player(application, "/ws/notifications/", token=self.token).enter()
        await player.hear("badge")
        return player


@pytest.fixture
def person(db: None) -> Callable[[str], Person]:
    def person(name: str) -> Person:
        signed_in = accounts.register_guest(username=name, device=accounts.Device())
        return Person(signed_in.user.pk, name, signed_in.tokens.access)

    return person


@pytest.fixture
async def here(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Worker]:
    """A worker on the test's loop that announces departures quickly."""
    monkeypatch.setattr(presence, "LINGER_S", 0.05)
    monkeypatch.setattr("realtime.membership.leased_set.BEAT_EVERY_S", 0.1)
    async with running_worker() as worker:
        yield worker


def codes(answers: Sequence[Any]) -> list[Any]:
    """Return the status of each response, with the code of refusals."""
    return sorted(
        (answer.status_code, answer.json()["code"] if answer.status_code >= 400 else "") for answer in answers
    )
