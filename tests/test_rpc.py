"""Remote procedures: functions of an extra app that are routes below ``/api/rpc/``."""

from collections import defaultdict
from typing import Annotated, Any, Literal
from unittest.mock import patch

import httpx
import pytest
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from msgspec import Meta, Struct
from pytest_django import Settings

from accounts.models import User
from core import rpc as procedures
from gameplatform.extend import Conflict, Limit, rpc
from gameplatform.testing.people import *  # noqa: F403
from gameplatform.testing.people import Person
from tests.test_fast_path import Way, fast, slow


class Placed(Struct):
    username: str
    ms: int


class Wall(Conflict):
    """The car hit a wall."""

    code = "hit_a_wall"
    title = "Hit a wall"


with patch.object(procedures, "_procedures", defaultdict(dict)):

    @rpc("POST", "laps/submit")
    def submit(who: Any, ms: Annotated[int, Meta(ge=1)], tyres: Literal["soft", "hard"] = "soft") -> Placed:
        """Record a lap. 409 `hit_a_wall`."""
        User.objects.filter(pk=who.user_id).update(first_name=f"{ms} {tyres}")
        if ms == 13:
            raise Wall
        return Placed(who.username, ms)

    @rpc("GET", "laps")
    def laps(who: Any, *, at_most: Annotated[int, Meta(ge=1, le=10)] = 2) -> list[Placed]:
        """The best laps."""
        return [Placed(who.username, ms) for ms in range(at_most)]

    @rpc("DELETE", "laps", limit=Limit(2, 3600))
    def clear(who: Any) -> None:
        """Forget them."""

    urlpatterns = [path("api/rpc/", include(procedures.urlpatterns()))]


@pytest.fixture(autouse=True)
def _only_these(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["localhost"]


async def recorded(who: Person) -> str:
    return (await User.objects.aget(pk=who.id)).first_name


async def test_a_procedure_takes_and_answers_typed_json_both_ways(ada: Person) -> None:
    for application in (fast(), slow()):
        ask = Way(application, ada).ask
        done = await ask("POST", "/api/rpc/laps/submit", json={"ms": 31_000})
        assert (done.status_code, done.json()) == (200, {"username": "ada", "ms": 31_000})
        listed = await ask("GET", "/api/rpc/laps/?at_most=3")
        assert [lap["ms"] for lap in listed.json()] == [0, 1, 2]
        assert len((await ask("GET", "/api/rpc/laps")).json()) == 2


@pytest.mark.parametrize(
    ("body", "wrong"),
    [({}, "ms"), ({"ms": 0}, "ms"), ({"ms": "5"}, "ms"), ({"ms": 5, "tyres": "wet"}, "tyres")],
)
async def test_what_does_not_fit_the_annotations_is_refused_naming_the_field(
    ada: Person, body: Any, wrong: str
) -> None:
    refused = await Way(fast(), ada).ask("POST", "/api/rpc/laps/submit", json=body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [wrong])
    refused = await Way(fast(), ada).ask("GET", "/api/rpc/laps", params={"at_most": "many"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["at_most"])


async def test_strangers_are_refused(ada: Person) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(fast()), base_url="http://localhost"
    ) as stranger:
        assert (await stranger.post("/api/rpc/laps/submit", json={"ms": 5})).status_code == 401


async def test_a_refusal_undoes_what_the_procedure_wrote(ada: Person) -> None:
    refused = await Way(fast(), ada).ask("POST", "/api/rpc/laps/submit", json={"ms": 13})
    assert (refused.status_code, refused.json()["code"]) == (409, "hit_a_wall")
    assert await recorded(ada) == ""


async def test_a_repeated_idempotency_key_runs_it_once(ada: Person) -> None:
    key = {"Idempotency-Key": "k"}
    for _ in range(2):
        done = await Way(fast(), ada).ask("POST", "/api/rpc/laps/submit", json={"ms": 7}, headers=key)
        assert done.json()["ms"] == 7
        await User.objects.filter(pk=ada.id).aupdate(first_name="once")
    assert await recorded(ada) == "once"
    other = await Way(fast(), ada).ask("POST", "/api/rpc/laps/submit", json={"ms": 8}, headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_each_caller_has_the_limit_of_a_procedure(ada: Person, bob: Person) -> None:
    answers = [(await Way(fast(), ada).ask("DELETE", "/api/rpc/laps")).status_code for _ in range(3)]
    assert answers == [204, 204, 429]
    assert (await Way(fast(), bob).ask("DELETE", "/api/rpc/laps")).status_code == 204


def test_procedures_are_in_the_openapi_document() -> None:
    document: Any = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)

    submitted = document["paths"]["/api/rpc/laps/submit"]["post"]
    asked = submitted["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert document["components"]["schemas"][asked] == {
        "description": "The arguments of `laps/submit`.",
        "type": "object",
        "properties": {
            "ms": {"type": "integer", "minimum": 1},
            "tyres": {"type": "string", "enum": ["hard", "soft"]},
        },
        "required": ["ms"],
    }
    assert "hit_a_wall" in submitted["responses"]["409"]["description"]
    assert any(parameter["name"] == "Idempotency-Key" for parameter in submitted["parameters"])
    (at_most,) = document["paths"]["/api/rpc/laps"]["get"]["parameters"]
    assert (at_most["in"], "required" in at_most, at_most["schema"]["maximum"]) == ("query", False, 10)
    assert "rate_limited" in document["paths"]["/api/rpc/laps"]["delete"]["responses"]["429"]["description"]


def test_two_procedures_of_one_route_are_refused_when_they_are_declared() -> None:
    with patch.object(procedures, "_procedures", defaultdict(dict)):
        rpc("GET", "laps")(laps)
        with pytest.raises(ValueError, match="Two procedures are called GET laps"):
            rpc("GET", "laps")(laps)
        with pytest.raises(ValueError, match="No route"):
            rpc("GET", "Laps/{id}")(laps)
