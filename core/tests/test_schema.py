"""The OpenAPI document is complete and correct."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from jsonschema import Draft202012Validator
from msgspec import UNSET, Raw, Struct, UnsetType
from rest_framework.views import APIView

from core.problems import refusal_response
from core.schema import all_refusals
from core.schema_examples import example
from core.shapes import Page, about, one_of
from game.battles.refusals import UnknownBattle
from realtime.catalogue.sockets import sockets


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(document: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_valid_openapi_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yml"))


def test_every_route_is_in_it(operations: Any) -> None:
    shown = {operation.split()[1] for operation in operations}
    for pattern in _patterns(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        # The document and its page do not describe themselves.
        if view is None or not issubclass(view, APIView) or view.__module__.startswith("drf_spectacular"):
            continue
        if view.__name__ in ("OpenAPI", "Docs"):
            continue
        shown_path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        assert shown_path.removesuffix("/") in shown


def _patterns(patterns: Any) -> Iterator[Any]:
    for pattern in patterns:
        yield from _patterns(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_operation_says_what_it_does_and_what_it_refuses(operations: Any) -> None:
    for name, operation in operations.items():
        assert operation["description"], name
        assert "503" in operation["responses"], name
        assert "401" in operation["responses"] or "security" not in operation, name


def test_every_body_has_an_example_that_its_schema_allows(document: Any, operations: Any) -> None:
    schemas = document["components"]["schemas"]
    for name, operation in operations.items():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (media for body in bodies for media in body.get("content", {}).values()):
            given = [media["example"]] if "example" in media else []
            given += [one["value"] for one in media.get("examples", {}).values()]
            assert given, name
            validator = Draft202012Validator({**media["schema"], "components": {"schemas": schemas}})
            for one in given:
                assert not list(validator.iter_errors(one)), name


def test_the_status_that_a_description_gives_a_code_is_the_one_it_comes_with(operations: Any) -> None:
    statuses: dict[str, set[int]] = {}
    for refusal in all_refusals():
        statuses.setdefault(refusal.code, set()).add(refusal.status)
    for name, operation in operations.items():
        for status, code in re.findall(r"\b(\d{3}) `([a-z_]+)`", operation["description"]):
            assert int(status) in statuses[code], f"{name}: {status} {code}"
            assert f"`{code}`" in operation["responses"][status]["description"], name


def test_the_example_of_a_refusal_is_what_is_answered(operations: Any) -> None:
    answers = operations["POST /api/battles/join/{battle_id}"]["responses"]["404"]["content"]
    shown = answers["application/problem+json"]["examples"]["unknown_battle"]["value"]
    assert shown == json.loads(refusal_response(UnknownBattle()).content)


def test_every_refusal_is_named_by_a_route_or_by_a_command(operations: Any) -> None:
    answers = (answer for operation in operations.values() for answer in operation["responses"].values())
    commands = (command for socket in sockets() for command in socket.commands)
    described = [*(answer["description"] for answer in answers), *(command.text for command in commands)]
    named = {code for text in described for code in re.findall(r"`([a-z_]+)`", text)}
    # The acts of operators have no routes.
    apps = set(settings.OUR_APPS) - {"core", "operators"}
    ours = {
        refusal.code
        for refusal in all_refusals()
        if refusal.__module__.endswith(".refusals") and refusal.__module__.partition(".")[0] in apps
    }
    # With the first a socket is closed; in place of the second comes a code of the game's own; the third is
    # for operators, the fourth of the authors' page; then come those of server keys, which every route takes,
    # and those of reversals and reports, which operators get. With PLAYER_MFA every route answers the last.
    not_named = {
        "ticket_invalid",
        "illegal_move",
        "cannot_be_opened",
        "unknown_seat",
        "key_invalid",
        "out_of_scope",
        "no_purchase",
        "refunded_before",
        "trade_not_completed",
        "trade_undone",
        "report_claimed",
        "report_settled",
        "mfa_setup_required",
    }
    assert ours - named == not_named


def test_what_a_command_is_refused_with_is_a_refusal() -> None:
    known = {refusal.code for refusal in all_refusals()}
    for socket in sockets():
        for command in socket.commands:
            _, _, codes = command.text.partition("Refused with")
            assert set(re.findall(r"`([a-z_]+)`", codes)) - {"trade_update"} <= known, command.type


def test_every_page_names_the_links_to_its_neighbours(document: Any) -> None:
    pages = {name: one for name, one in document["components"]["schemas"].items() if name.endswith("Page")}
    assert pages
    for name, page in pages.items():
        assert set(page["properties"]) == {"next", "previous", "results"}, name
        assert page["required"] == ["next", "previous", "results"], name
        for link in ("next", "previous"):
            assert page["properties"][link]["type"] == ["string", "null"], name
            assert page["properties"][link]["format"] == "uri", name


def test_what_drf_spectacular_notes_for_itself_is_left_out(document: Any) -> None:
    assert "x-spec-enum-id" not in json.dumps(document)


class Pet(Struct):
    """A pet."""

    name: str


class Fed(Struct, tag_field="type", tag="fed"):
    """A pet was fed."""

    pet: Pet
    notes: Raw
    meal: Literal["breakfast", "dinner"] = "dinner"


class Keeper(Struct):
    """Somebody with pets."""

    id: Annotated[int, about("Of the keeper")]
    mood: Annotated[str | None, one_of([("good", "Good"), ("bad", "Bad")], "Today")]
    favourite: Pet | None
    first: Annotated[Pet, about("The eldest")]
    by_name: dict[str, Pet]
    since: datetime | UnsetType = UNSET


class Keepers(APIView):
    """A keeper of pets."""

    @extend_schema(responses=Page[Keeper])
    def get(self, request: Any) -> None:
        raise NotImplementedError


class Pets(APIView):
    """All pets."""

    @extend_schema(responses={200: list[Pet]}, operation_id="pets")
    def get(self, request: Any) -> None:
        raise NotImplementedError


def test_structs_are_described_with_what_is_said_of_their_fields() -> None:
    patterns = [path("keepers", Keepers.as_view()), path("pets", Pets.as_view())]
    document = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
    schemas = document["components"]["schemas"]
    pet = {"$ref": "#/components/schemas/TestsPet"}

    assert schemas["TestsKeeper"] == {
        "description": "Somebody with pets.",
        "type": "object",
        "properties": {
            "id": {"type": "integer", "description": "Of the keeper"},
            "mood": {
                "type": ["string", "null"],
                "enum": ["good", "bad", None],
                "description": "Today\n\n* `good` - Good\n* `bad` - Bad",
            },
            "favourite": {"oneOf": [pet, {"type": "null"}]},
            "first": {"allOf": [pet], "description": "The eldest"},
            "by_name": {"type": "object", "additionalProperties": pet},
            "since": {"type": "string", "format": "date-time"},
        },
        "required": ["by_name", "favourite", "first", "id", "mood"],
    }
    assert schemas["KeeperPage"]["properties"]["results"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/TestsKeeper"},
    }
    answer = document["paths"]["/pets"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer == {"schema": {"type": "array", "items": pet}, "example": [{"name": "text"}]}


class Feed(APIView):
    """Feed a pet."""

    @extend_schema(responses=Fed, request=None, operation_id="feed")
    def post(self, request: Any) -> None:
        raise NotImplementedError


def test_a_tag_and_what_has_a_value_by_default_are_always_there() -> None:
    document = SchemaGenerator(patterns=[path("feed", Feed.as_view())]).get_schema(request=None, public=True)
    fed = document["components"]["schemas"]["TestsFed"]
    assert fed["properties"] == {
        "type": {"type": "string", "enum": ["fed"]},
        "pet": {"$ref": "#/components/schemas/TestsPet"},
        "notes": {},
        "meal": {"type": "string", "enum": ["breakfast", "dinner"]},
    }
    assert fed["required"] == ["meal", "notes", "pet", "type"]


def test_examples_follow_references_and_limits() -> None:
    schemas = {"Name": {"type": "string", "enum": ["x", "y"]}}
    shape = {
        "type": "object",
        "properties": {
            "first": {"$ref": "#/components/schemas/Name"},
            "many": {"type": "array", "items": {"type": "integer", "minimum": 3}},
            "username": {"type": "string"},
            "maybe": {"type": ["string", "null"], "format": "date-time"},
        },
    }
    assert example(shape, schemas) == {
        "first": "x",
        "many": [3],
        "username": "ada",
        "maybe": "2026-01-31T18:00:00Z",
    }
