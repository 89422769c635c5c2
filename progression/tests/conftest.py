"""Fixtures: players who use HTTP, and a filled shop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core.ids import UserId
from progression import ledger, seeding, services
from progression.models import Item, Pet, Species, Stack


@dataclass
class Person:
    """A user with a client that carries their token."""

    id: UserId
    name: str
    token: str
    client: APIClient

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.post(path, body or {}, headers=headers)

    def do(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def refused(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        answer = self.post(path, body)
        return answer.status_code, answer.json()["code"]

    def me(self) -> dict[str, Any]:
        return self.get("/api/player/me")

    def owns(self) -> dict[str, int]:
        return {row["name"]: row["quantity"] for row in self.get("/api/inventory/")["results"]}

    def given(self, slug: str, quantity: int = 1) -> int:
        """Grant an item; return the id of the inventory row."""
        services.grant(self.id, items=[(slug, quantity)], cause="test")
        return Stack.objects.get(player=self.id, item__slug=slug).pk

    def has_pet(self, slug: str = "ember-fox") -> int:
        """Create a pet of this species; return its id."""
        pet = services.hatch(self.id, stack_id=self.given("speckled-egg"))
        Pet.objects.filter(pk=pet.pk).update(species=Species.objects.get(slug=slug))
        return pet.pk


@pytest.fixture(autouse=True)
def here(db: None) -> None:
    """Start each test with the demo content."""
    seeding.seed_content()


@pytest.fixture
def person(db: None) -> Callable[[str], Person]:
    def person(name: str) -> Person:
        user = User.objects.create(username=name)
        client = APIClient(raise_request_exception=False)
        token = accounts.open_session(user, device=accounts.Device()).tokens.access
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return Person(user.pk, name, token, client)

    return person


@pytest.fixture
def items() -> dict[str, int]:
    """The items' ids, by slug."""
    return dict(Item.objects.values_list("slug", "pk"))


@pytest.fixture
def audited() -> Any:
    """Audit the ledger after the test."""
    yield
    assert list(ledger.audit()) == []
