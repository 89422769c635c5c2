"""Authorisation: every route has a row here, or the test fails."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pytest
from rest_framework.test import APIClient

from progression import services, urls
from progression.models import Conversion
from progression.tests.conftest import Person


class Row(NamedTuple):
    """The expected result for Ada, who owns the things, and for Bob, a stranger."""

    method: str
    path: str
    ada: int
    bob: int
    body: dict[str, Any] = {}


ROWS = (
    Row("get", "api/player/me", 200, 200),
    Row("post", "api/player/allocate-stats", 200, 409, {"luck": 1}),
    Row("post", "api/player/regenerate-stamina", 200, 200),
    Row("get", "api/player/daily-reward", 200, 200),
    Row("post", "api/player/daily-reward", 200, 200),
    Row("get", "api/player/achievements", 200, 200),
    Row("get", "api/users/<int:user_id>/achievements", 200, 200),
    Row("get", "api/player/currencies", 200, 200),
    Row("get", "api/player/ledger", 200, 200),
    Row("get", "api/inventory", 200, 200),
    Row("post", "api/inventory/equip/<int:item_id>", 200, 404),
    Row("post", "api/inventory/unequip/<slug:slot>", 200, 409),
    Row("get", "api/pets", 200, 200),
    Row("get", "api/pets/odds", 200, 200),
    Row("post", "api/pets/hatch/<int:egg_id>", 201, 404),
    Row("post", "api/pets/feed/<int:pet_id>", 200, 404, {"item_id": "<food>"}),
    Row("post", "api/pets/equip/<int:pet_id>", 200, 404),
    Row("post", "api/pets/unequip/<int:pet_id>", 200, 404),
    Row("get", "api/shop/conversions", 200, 200),
    Row("post", "api/shop/conversions/<slug:name>", 200, 402),
    Row("get", "api/shop/items", 200, 200),
    Row("post", "api/shop/purchase", 201, 402, {"item_id": "<sword>"}),
)


def test_every_route_has_a_row() -> None:
    offered = {
        (method, pattern.pattern.path)
        for pattern in cast(list[Any], urls.urlpatterns)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }

    assert offered == {(row.method, row.path) for row in ROWS}


@pytest.fixture
def call(ada: Person, bob: Person, items: dict[str, int]) -> Callable[[Row, APIClient], Any]:
    Conversion.objects.create(name="melt", title="Melt", takes={"gold": 200}, gives={"gems": 1})
    services.grant(ada.id, xp=100, gold=1000, cause="test")
    pet = ada.has_pet()
    services.equip_pet(ada.id, pet_id=pet)
    cap = ada.given("leather-cap")
    services.equip(ada.id, stack_id=cap)
    parts = {
        "<int:item_id>": str(cap),
        "<int:user_id>": str(ada.id),
        "<slug:slot>": "head",
        "<slug:name>": "melt",
        "<int:egg_id>": str(ada.given("moss-egg")),
        "<int:pet_id>": str(pet),
    }
    ids = {"<food>": ada.given("berries"), "<sword>": items["iron-sword"]}

    def call(row: Row, client: APIClient) -> Any:
        path = row.path
        for fraction, value in parts.items():
            path = path.replace(fraction, value)
        body = {field: ids.get(value, value) for field, value in row.body.items()}
        return getattr(client, row.method)(f"/{path}/", body or None)

    return call


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
@pytest.mark.parametrize("who", ["ada", "bob"])
def test_each_gets_what_is_theirs(
    call: Callable[[Row, APIClient], Any], ada: Person, bob: Person, row: Any, who: str
) -> None:
    caller = {"ada": ada, "bob": bob}[who]

    answer = call(row, caller.client)

    assert answer.status_code == getattr(row, who), answer.content


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_nobody_gets_anything_without_a_token(call: Callable[[Row, APIClient], Any], row: Any) -> None:
    answer = call(row, APIClient())

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_lists_hold_only_what_is_the_callers(
    call: Callable[[Row, APIClient], Any], ada: Person, bob: Person
) -> None:
    assert bob.get("/api/inventory/")["results"] == []
    assert bob.get("/api/pets/")["results"] == []
    assert [entry["cause"] for entry in bob.get("/api/player/ledger/")["results"]] == ["starting_funds"]
    assert bob.get("/api/player/ledger/?of=items")["results"] == []
