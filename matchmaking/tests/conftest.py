"""Fixtures of players who queue through the real API."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core.ids import UserId
from game.author import Game, Grid, catalogue, move
from game.models import Rating


@dataclass
class Waiter:
    """A user with an authenticated API client."""

    id: UserId
    name: str
    client: APIClient

    def join(self, game: str = "tictactoe", **body: Any) -> Any:
        return self.client.post("/game/join/", {"game": game, **body})

    def leave(self) -> Any:
        return self.client.post("/game/leave/")

    def status(self) -> dict[str, Any]:
        answer = self.client.get("/game/status/")
        assert answer.status_code == 200
        return answer.json()

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, body)

    def invite(self, other: "Waiter", **to: Any) -> Any:
        return self.post("/api/invites/", to_user_id=other.id, **to)

    def answer(self, invite: Any, how: str) -> Any:
        return self.post(f"/api/invites/{invite['id']}/{how}/")

    def invites(self) -> list[dict[str, Any]]:
        answer = self.get("/api/invites/")
        assert answer.status_code == 200
        return answer.json()["results"]

    def party(self, step: str, **body: Any) -> Any:
        return self.post(f"/api/party/{step}", **body)


def sign_in(user: User) -> Waiter:
    tokens = accounts.open_session(user, device=accounts.Device()).tokens
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    return Waiter(user.pk, user.username, client)


@pytest.fixture
def player(db: None) -> Callable[..., Waiter]:
    """``player("ada", tictactoe=1700)``: a user with these ratings, settled by many games."""

    def player(name: str, **ratings: int) -> Waiter:
        user = User.objects.create(username=name)
        for game, shown in ratings.items():
            mu = 25 + (shown - 1500) / 40
            Rating.objects.create(user=user, game=game, mu=mu, sigma=1.8, shown=shown)
        return sign_in(user)

    return player


@pytest.fixture
def ada(player: Callable[..., Waiter]) -> Waiter:
    return player("ada")


@pytest.fixture
def bob(player: Callable[..., Waiter]) -> Waiter:
    return player("bob")


@pytest.fixture
def cyd(player: Callable[..., Waiter]) -> Waiter:
    return player("cyd")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a game for two to four players."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))

    class Table(Game):
        players = (2, 4)
        modes = ("blitz",)
        grid = Grid(rows=1, columns=4, marks="ABCD")

        @move
        def sit(self, state: dict[str, Any], seat: int, cell: int) -> None:
            state["board"][cell] = seat

        def result(self, state: dict[str, Any]) -> None:
            return None

    catalogue.register(Table)
    return Table.name


@pytest.fixture(autouse=True)
def blitz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give tic-tac-toe a mode."""
    monkeypatch.setattr(catalogue.get("tictactoe"), "modes", ("blitz",))


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock
