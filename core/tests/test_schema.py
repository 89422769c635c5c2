"""The OpenAPI document is complete and correct."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.views import APIView

from core.problems import refusal_response
from core.schema import all_refusals
from core.schema_examples import example
from game.battles.refusals import UnknownBattle
from realtime.catalogue.sockets import sockets


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_valid_openapi_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yml"))


def test_every_route_is_in_it(operations):
    shown = {operation.split()[1] for operation in operations}
    for pattern in _patterns(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        # The document and its page do not describe themselves.
        if view is None or not issubclass(view, APIView) or view.__module__.startswith("drf_spectacular"):
            continue
        if view.__name__ in ("OpenAPI", "Docs"):
            continue
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        assert path.removesuffix("/") in shown


def _patterns(patterns):
    for pattern in patterns:
        yield from _patterns(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_operation_says_what_it_does_and_what_it_refuses(operations):
    for name, operation in operations.items():
        assert operation["description"], name
        assert "503" in operation["responses"], name
        assert "401" in operation["responses"] or "security" not in operation, name


def test_every_body_has_an_example_that_its_schema_allows(document, operations):
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


def test_the_status_that_a_description_gives_a_code_is_the_one_it_comes_with(operations):
    statuses: dict[str, set[int]] = {}
    for refusal in all_refusals():
        statuses.setdefault(refusal.code, set()).add(refusal.status)
    for name, operation in operations.items():
        for status, code in re.findall(r"\b(\d{3}) `([a-z_]+)`", operation["description"]):
            assert int(status) in statuses[code], f"{name}: {status} {code}"
            assert f"`{code}`" in operation["responses"][status]["description"], name


def test_the_example_of_a_refusal_is_what_is_answered(operations):
    answers = operations["POST /api/battles/join/{battle_id}"]["responses"]["404"]["content"]
    shown = answers["application/problem+json"]["examples"]["unknown_battle"]["value"]
    assert shown == json.loads(refusal_response(UnknownBattle()).content)


def test_every_refusal_is_named_by_a_route_or_by_a_command(operations):
    answers = (answer for operation in operations.values() for answer in operation["responses"].values())
    commands = (command for socket in sockets() for command in socket.commands)
    described = [*(answer["description"] for answer in answers), *(command.text for command in commands)]
    named = {code for text in described for code in re.findall(r"`([a-z_]+)`", text)}
    apps = set(settings.OUR_APPS) - {"core"}
    ours = {
        refusal.code
        for refusal in all_refusals()
        if refusal.__module__.endswith(".refusals") and refusal.__module__.partition(".")[0] in apps
    }
    # With the first a socket is closed; in place of the second comes a code of the game's own; the third is
    # for operators.
    assert ours - named == {"ticket_invalid", "illegal_move", "cannot_be_opened"}


def test_what_a_command_is_refused_with_is_a_refusal():
    known = {refusal.code for refusal in all_refusals()}
    for socket in sockets():
        for command in socket.commands:
            _, _, codes = command.text.partition("Refused with")
            assert set(re.findall(r"`([a-z_]+)`", codes)) - {"trade_update"} <= known, command.type


def test_examples_follow_references_and_limits():
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
