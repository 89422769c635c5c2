"""Every route and socket requires authentication, and has a row on authorisation."""

import re
import uuid
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient
from rest_framework.views import APIView

from gameplatform.asgi import application
from progression.models import Item
from realtime.catalogue.sockets import sockets
from realtime.testing import Player, running_worker
from world.models import Faction

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = {
    ("post", "api/auth/register"),
    ("post", "api/auth/login"),
    ("post", "api/auth/guest"),
    ("post", "api/auth/password/reset"),
    ("post", "api/auth/password/forgot"),
    ("post", "api/auth/code"),
    ("post", "api/auth/code/confirm"),
    ("post", "api/auth/email/verify"),
    ("post", "api/token"),
    ("post", "api/token/refresh"),
    ("get", "api/games/<uuid:game_id>/invitation"),
    ("get", "api/games/now"),
    ("get", ".well-known/jwks.json"),
    ("post", "api/auth/device"),
    ("get", "api/auth/providers"),
    ("post", "api/auth/provider/<slug:provider>"),
    ("post", "api/auth/passkey/begin"),
    ("post", "api/auth/passkey/finish"),
    ("post", "api/auth/mfa"),
    ("get", "api/status"),
    ("get", "api/regions"),
    ("get", "api/docs"),
    ("get", "api/openapi.json"),
    ("get", "api/asyncapi.json"),
    ("get", "api/docs/events"),
    ("get", "health/live"),
    ("get", "health/ready"),
    ("get", "metrics"),
}
OPEN_SOCKETS = {"/ws", "/ws/"}
"""Sockets that accept the token in the first message."""

STRANGER = {
    ("delete", "api/me/sessions/<int:session_id>"): 404,
    ("patch", "api/me/sessions/<int:session_id>"): 404,
    ("post", "api/auth/provider/<slug:provider>"): 404,
    ("post", "api/me/links/<slug:provider>"): 404,
    ("delete", "api/me/links/<slug:provider>"): 404,
    ("delete", "api/me/passkeys/<int:passkey_id>"): 404,
    ("get", "api/users/<int:user_id>"): 200,
    ("get", "api/games/<uuid:game_id>"): 404,
    ("post", "api/games/<str:game_id>/join"): 409,
    ("get", "api/games/<uuid:game_id>/chat"): 404,
    ("get", "api/games/<uuid:game_id>/invitation"): 404,
    ("get", "api/games/<uuid:game_id>/pgn"): 404,
    ("get", "api/games/<uuid:game_id>/replay"): 404,
    ("get", "api/games/<uuid:game_id>/spectators"): 404,
    ("get", "api/leaderboards/<str:name>"): 200,
    ("get", "api/users/<int:user_id>/ratings"): 200,
    ("get", "api/battles/<int:battle_id>"): 403,
    ("post", "api/battles/join/<int:battle_id>"): 200,
    ("post", "api/battles/attack/<int:battle_id>"): 403,
    ("post", "api/battles/claim-loot/<int:battle_id>"): 403,
}
"""The responses to a stranger on Ada's objects; other apps have their table in ``test_authorisation.py``."""

FOR_EVERYBODY = {
    ("post", "api/battles/join/<int:battle_id>"),
    ("post", "api/games/<str:game_id>/join"),
    ("post", "api/friends/<int:user_id>/block"),
    ("delete", "api/friends/<int:user_id>/block"),
    ("post", "api/lobbies/<int:lobby_id>/leave"),
    ("post", "api/inventory/unequip/<slug:slot>"),
}
"""Changes that anybody may make, whoever the thing belongs to."""


def _routes(patterns: Any) -> Iterator[Any]:
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            if str(pattern.pattern) == "":
                yield from _routes(pattern.url_patterns)
        elif hasattr(pattern.pattern, "path") or issubclass(_view(pattern), APIView):
            yield cast(Any, pattern.pattern).path, _view(pattern)


def _view(pattern: Any) -> Any:
    return getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", object))


def operations() -> Iterator[tuple[str, Any]]:
    """Return each method of each route, except those of operators and of the page."""
    for path, view in _routes(get_resolver().url_patterns):
        for method in METHODS if view is not object else ("get",):
            if view is object or hasattr(view, method):
                yield method, path


def address(path: str, **known: Any) -> str:
    """Return the path with its parameters filled in."""
    for part in path.split("/"):
        if part.startswith("<"):
            converter, _, name = part.strip("<>").partition(":")
            value = known.get(name, {"int": 1, "uuid": uuid.UUID(int=1)}.get(converter, "x"))
            path = path.replace(part, str(value))
    return f"/{path}"


@pytest.mark.django_db
def test_nothing_is_open_but_what_has_to_be() -> None:
    found = {}
    for method, path in operations():
        answer = getattr(APIClient(), method)(address(path))
        found[method, path] = answer.status_code

    assert len(found) > 80
    assert {operation for operation, status in found.items() if status != 401} == OPEN


@pytest.mark.django_db(transaction=True)
async def test_no_socket_is_open_without_a_token() -> None:
    paths = {re.sub(r"{\w+}", "1", path) for socket in sockets() for path in socket.paths}
    async with running_worker():
        for path in paths - OPEN_SOCKETS:
            nobody = await Player(application, path).enter()
            assert await nobody.closed() == 4401, path


def test_every_address_of_a_thing_has_a_row_that_says_whose_it_is() -> None:
    tables = [f"{app}.tests.test_authorisation" for app in settings.OUR_APPS]
    rows = {
        (row.method, row.path)
        for table in tables
        if find_spec(table.rpartition(".")[0]) and find_spec(table)
        for row in import_module(table).ROWS
    }
    things = {(method, path) for method, path in operations() if "<" in path}

    assert things <= rows | STRANGER.keys()
    assert STRANGER.keys() <= things


@pytest.mark.django_db
def test_a_stranger_gets_nothing_of_what_is_adas(development: None) -> None:
    call_command("seed_demo")
    ada, bob, cyd = (APIClient() for _ in range(3))
    for client in (ada, bob, cyd):
        access = client.post("/api/auth/guest", {}).json()["access"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    game = ada.post("/api/games", {"game": "tictactoe", "private": True}).json()
    assert bob.post(f"/api/games/{game['id']}/join", {}).status_code == 200
    battle = ada.get("/api/battles/available").json()[0]
    assert ada.post(f"/api/battles/join/{battle['id']}", {}).status_code < 300
    [session] = ada.get("/api/me/sessions").json()["results"]
    known = {
        "session_id": session["id"],
        "user_id": ada.get("/api/me").json()["id"],
        "game_id": game["id"],
        "name": "tictactoe",
        "battle_id": battle["id"],
    }
    enemy = battle["enemies"][0]["id"]

    # Joining is last: after it Cyd is a participant of the battle.
    by_joining = sorted(STRANGER, key=lambda operation: "join" in operation[1])
    got = {
        (method, path): getattr(cyd, method)(address(path, **known), {"enemy_id": enemy}).status_code
        for method, path in by_joining
    }

    assert got == STRANGER


@pytest.mark.django_db
def test_a_stranger_is_refused_before_the_body_is_looked_at(development: None) -> None:
    call_command("seed_demo")
    ada, bob, cyd = (APIClient() for _ in range(3))
    tokens = [ada.post("/api/auth/login", {"username": "premium_user_1", "password": "testpass123"})]
    tokens += [client.post("/api/auth/guest", {}) for client in (bob, cyd)]
    for client, token in zip((ada, bob, cyd), tokens, strict=True):
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.json()['access']}")
    bob_id = bob.get("/api/me").json()["id"]
    ada_id = ada.get("/api/me").json()["id"]

    def made(path: str, **body: Any) -> Any:
        answer = ada.post(path, body)
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()

    lobby = made("/api/lobbies", name="lair", is_public=False, max_participants=4)["id"]
    party = made("/api/party/create")["id"]
    battle = ada.get("/api/battles/available").json()[0]["id"]
    made(f"/api/battles/join/{battle}")
    egg = Item.objects.get(slug="moss-egg").pk
    made("/api/shop/purchase", item_id=egg)
    (row,) = [row["id"] for row in ada.get("/api/inventory/").json()["results"] if row["item_id"] == egg]
    known = {
        "battle_id": battle,
        "character_id": made("/api/characters", name="Adana", faction=Faction.objects.first().name)["id"],
        "friend_id": ada_id,
        "game_id": made("/api/games", game="tictactoe", private=True)["id"],
        "invite_id": made("/api/invites", to_user_id=bob_id)["id"],
        "lobby_id": lobby,
        "message_id": made(f"/api/lobbies/{lobby}/messages", content="hi")["id"],
        "pet_id": made(f"/api/pets/hatch/{row}")["id"],
        "request_id": made("/api/friends/requests", user_id=bob_id)["id"],
        "session_id": ada.get("/api/me/sessions").json()["results"][0]["id"],
        "user_id": ada_id,
    }
    changes = [(method, path) for method, path in operations() if method != "get"]

    on_hers = {
        (method, path): getattr(cyd, method)(address(path, **known), {}).status_code
        for method, path in changes
        if "<" in path and (method, path) not in FOR_EVERYBODY
    }
    of_parties = [path for _, path in changes if path.startswith("api/party/")]
    naming_hers = {
        (path, name): cyd.post(f"/{path}", {name: id}).status_code
        for name, id, paths in (
            # The chat and the latencies are always of one's own party.
            (
                "party_id",
                party,
                {*of_parties, "game/join", "api/invites"}
                - {"api/party/create", "api/party/chat", "api/party/latencies"},
            ),
            ("lobby_id", lobby, {"api/invites"}),
        )
        for path in paths
    }

    assert {operation: status for operation, status in on_hers.items() if status not in {403, 404}} == {}
    assert {operation: status for operation, status in naming_hers.items() if status not in {403, 404}} == {}


def test_no_two_shapes_in_the_openapi_document_share_a_name() -> None:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        SchemaGenerator().get_schema(public=True)
        assert not [warning for warning in GENERATOR_STATS._warn_cache if "identical names" in warning]
    GENERATOR_STATS.reset()
