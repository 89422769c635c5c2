"""Authorisation: every route and every command must have a row in these tables."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pytest
from django.db import transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import services as accounts
from chat import pacing
from core.database import in_database
from core.renderers import encode
from realtime.worker import Worker
from world import socket, urls
from world.consumers import WorldConsumer
from world.tests.conftest import Person, knock

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """Expected results per caller: Ada owns the character, Bob owns another one, Zoe is staff."""

    method: str
    path: str
    ada: int
    bob: int
    zoe: int
    body: dict[str, Any] = {}


ROWS = (
    Row("get", "api/characters", 200, 200, 200),
    Row("post", "api/characters", 201, 201, 201, {"name": "New One", "faction": "Rootkin"}),
    Row("post", "api/characters/select", 200, 404, 404, {"character_id": "ada"}),
    Row("delete", "api/characters/<int:character_id>", 204, 404, 404),
    Row("get", "api/world/state", 200, 200, 200),
    Row("get", "api/world/shards", 200, 200, 200),
    Row("get", "api/world/events", 200, 200, 200),
    Row("post", "api/world/encryption-key", 200, 200, 200),
    Row("post", "api/world/announce", 403, 403, 204, {"content": "hi"}),
)


class Asked(NamedTuple):
    """Expected answers to a command, from a user without a character and from Ada, who plays hers.

    Each is the type of the next frame, or the code of an error.
    """

    newcomer: str
    ada: str
    fields: dict[str, Any] = {}


COMMANDS = {
    "ping": Asked("pong", "pong"),
    "auth_request": Asked("already_authenticated", "already_authenticated"),
    "character_list": Asked("character_list", "character_list"),
    "character_create": Asked(
        "character_create", "character_name_taken", {"name": "New One", "faction": "Rootkin"}
    ),
    "character_update": Asked("unknown_character", "character_update", {"character_id": "ada"}),
    "character_select": Asked("unknown_character", "character_select", {"character_id": "ada"}),
    "move": Asked("no_character", "location_update", {"position": {"x": 1}}),
    "chat": Asked("no_character", "chat", {"content": "hi"}),
    "faction_chat": Asked("no_character", "faction_chat", {"content": "hi"}),
    "whisper": Asked("not_in_world", "not_in_world", {"content": "hi", "to_user_id": 2**40}),
    "world_announcement": Asked("rate_limited", "rate_limited", {"content": "hi"}),
    "party_decline": Asked("unknown_invite", "unknown_invite"),
    "party_accept": Asked("unknown_invite", "unknown_invite"),
    "party_kick": Asked("not_in_party", "not_in_party", {"user_id": 1}),
    "party_disband": Asked("not_in_party", "not_in_party"),
    "party_invite": Asked("not_in_party", "not_in_party", {"user_id": 1}),
    "party_chat": Asked("not_in_party", "not_in_party", {"content": "hi"}),
    "party_create": Asked("party_update", "party_update"),
    "party_leave": Asked("party_update", "party_update"),
    "combat_start": Asked("no_character", "unknown_target", {"target_id": 2**40}),
    "combat_action": Asked(
        "no_character",
        "unknown_combat",
        {"combat_id": 2**40, "action_type": "attack", "target_id": 2**40},
    ),
    "combat_state": Asked("combat_state", "combat_state"),
    "shard_captured": Asked("no_character", "unknown_shard", {"shard_id": 2**40}),
    "trade_request": Asked("no_character", "unknown_trader", {"to_user_id": 2**40}),
    "trade_accept": Asked("unknown_trade", "unknown_trade", {"trade_id": 2**40}),
    "trade_decline": Asked("unknown_trade", "unknown_trade", {"trade_id": 2**40}),
    "trade_update": Asked("unknown_trade", "unknown_trade", {"trade_id": 2**40}),
    "trade_complete": Asked("unknown_trade", "unknown_trade", {"trade_id": 2**40, "version": 1}),
    "character_delete": Asked("unknown_character", "character_delete", {"character_id": "ada"}),
}
"""In the order in which they are sent. ``disconnect`` comes last."""


def test_every_route_has_a_row() -> None:
    offered = {
        (method, pattern.pattern.path)
        for pattern in cast(list[Any], urls.urlpatterns)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }
    assert offered == {(row.method, row.path) for row in ROWS}


def test_every_command_has_a_row() -> None:
    taken = {command.__struct_config__.tag for command in WorldConsumer.handlers}
    assert taken == {*COMMANDS, "disconnect"}


def filled(fields: dict[str, Any], ada: Person) -> dict[str, Any]:
    return {name: ada.character_id if value == "ada" else value for name, value in fields.items()}


def test_each_route_gives_each_what_they_may_have(
    ada: Person, bob: Person, person: Callable[..., Person], settings: Settings
) -> None:
    settings.ENCRYPTION_KEY = "the server's own"
    people = {"ada": ada, "bob": bob, "zoe": person("zoe", roles=["support"])}
    for row in ROWS:
        path = "/" + row.path.replace("<int:character_id>", str(ada.character_id))
        body = encode(filled(row.body, ada))
        assert (
            APIClient().generic(row.method.upper(), path, body.decode(), "application/json").status_code
            == 401
        )
        for name, who in people.items():
            with transaction.atomic():
                answer = who.api.generic(row.method.upper(), path, body.decode(), "application/json")
                # Leave everything unchanged for the next case.
                transaction.set_rollback(True)
            assert answer.status_code == getattr(row, name), (row, name, answer.content)


@pytest.mark.django_db(transaction=True)
async def test_each_command_gives_each_what_they_may_have(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "WINDOW_S", 60.0)
    monkeypatch.setattr(socket, "AUTH_TIMEOUT_S", 60.0)
    signed_in = await in_database(
        lambda: accounts.register_guest(username="newcomer", device=accounts.Device())
    )
    stranger, newcomer = await knock(), await knock(token=signed_in.tokens.access)
    await newcomer.hear("world_state")
    player = await ada.enter()
    for command, asked in COMMANDS.items():
        fields = filled(asked.fields, ada)
        if command not in ("ping", "auth_request"):
            await stranger.send(type=command, **fields)
            assert await stranger.refused() == "not_authenticated"
        for who, answer in ((newcomer, asked.newcomer), (player, asked.ada)):
            await who.send(type=command, **fields, id=command)
            heard = await who.hear()
            while heard.get("ref") != command:
                assert "ref" not in heard, f"{heard} answers a command that has its answer"
                heard = await who.hear()
            assert answer in (heard["type"], heard.get("code")), (command, heard)
    for who in (stranger, newcomer, player):
        await who.send(type="disconnect")
        assert await who.closed() == 1000
