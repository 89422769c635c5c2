"""Authorisation: every route and every command has a row here, or the test fails."""

from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple, cast

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from chat import urls
from chat.consumers import DirectConsumer, LobbyConsumer
from chat.routing import websocket_urlpatterns
from chat.tests.conftest import Person, befriend
from core.renderers import encode
from gameplatform.asgi import application
from realtime.testing import Closed, Player, running_worker
from realtime.worker import Worker

pytestmark = pytest.mark.django_db

LOBBY = "api/lobbies/<int:lobby_id>"
DIRECT = "api/dm/<int:friend_id>"
TARGET = {"user_id": "dan"}


class Row(NamedTuple):
    """The expected result for each user.

    Ada owns the lobby, Bob moderates it, Cyd is a member, Eve is banned, and Flo is a stranger. Dan, the
    target, is a member and Ada's friend. Guy wrote the message.
    """

    method: str
    path: str
    ada: int
    bob: int
    cyd: int
    eve: int
    flo: int
    body: dict[str, Any] = {}


ROWS = (
    Row("get", "api/lobbies", 200, 200, 200, 200, 200),
    Row("post", "api/lobbies", 201, 403, 403, 403, 403, {"name": "lair"}),
    Row("get", LOBBY, 200, 200, 200, 200, 200),
    Row("patch", LOBBY, 200, 403, 403, 403, 403, {"max_participants": 20}),
    Row("delete", LOBBY, 204, 403, 403, 403, 403),
    Row("post", f"{LOBBY}/join", 200, 200, 200, 403, 200),
    Row("post", f"{LOBBY}/leave", 200, 200, 200, 200, 200),
    Row("post", f"{LOBBY}/start", 200, 403, 403, 403, 403, {"game": "tictactoe"}),
    Row("post", f"{LOBBY}/kick", 204, 204, 403, 403, 403, TARGET),
    Row("post", f"{LOBBY}/ban", 204, 204, 403, 403, 403, TARGET),
    Row("post", f"{LOBBY}/unban", 204, 204, 403, 403, 403, TARGET),
    Row("post", f"{LOBBY}/mute", 204, 204, 403, 403, 403, TARGET),
    Row("post", f"{LOBBY}/unmute", 204, 204, 403, 403, 403, TARGET),
    Row("get", f"{LOBBY}/sanctions", 200, 200, 403, 403, 403),
    Row("post", f"{LOBBY}/moderators", 204, 403, 403, 403, 403, TARGET),
    Row("delete", f"{LOBBY}/moderators", 204, 403, 403, 403, 403, TARGET),
    Row("get", f"{LOBBY}/messages", 200, 200, 200, 403, 403),
    Row("post", f"{LOBBY}/messages", 201, 201, 201, 403, 403, {"content": "hi"}),
    Row("post", f"{LOBBY}/read", 204, 204, 204, 403, 403),
    Row("patch", f"{LOBBY}/messages/<int:message_id>", 403, 403, 403, 403, 403, {"content": "hi"}),
    Row("delete", f"{LOBBY}/messages/<int:message_id>", 204, 204, 403, 403, 403),
    Row("put", f"{LOBBY}/messages/<int:message_id>/reactions/<str:kind>", 204, 204, 204, 403, 403),
    Row("delete", f"{LOBBY}/messages/<int:message_id>/reactions/<str:kind>", 204, 204, 204, 403, 403),
    Row("put", f"{LOBBY}/messages/<int:message_id>/pin", 204, 204, 403, 403, 403),
    Row("delete", f"{LOBBY}/messages/<int:message_id>/pin", 204, 204, 403, 403, 403),
    Row("post", f"{LOBBY}/messages/<int:message_id>/report", 201, 201, 201, 403, 403),
    Row("post", "api/reports", 201, 201, 201, 201, 201, {"kind": "name", **TARGET}),
    Row("get", "api/dm", 200, 200, 200, 200, 200),
    Row("get", f"{DIRECT}/messages", 200, 403, 403, 403, 403),
    Row("post", f"{DIRECT}/messages", 201, 403, 403, 403, 403, {"content": "hi"}),
    # The message is one of the lobby: among friends it is unknown.
    Row("patch", f"{DIRECT}/messages/<int:message_id>", 404, 403, 403, 403, 403, {"content": "hi"}),
    Row("delete", f"{DIRECT}/messages/<int:message_id>", 404, 403, 403, 403, 403),
    Row("put", f"{DIRECT}/messages/<int:message_id>/reactions/<str:kind>", 404, 403, 403, 403, 403),
    Row("delete", f"{DIRECT}/messages/<int:message_id>/reactions/<str:kind>", 404, 403, 403, 403, 403),
    Row("post", f"{DIRECT}/read", 200, 403, 403, 403, 403),
)
COMMANDS = {
    "lobbies/{lobby}/": {
        "ping": "pong",
        "chat_message": "chat_message",
        "typing_start": "ack",
        "typing_stop": "ack",
        "read": "ack",
    },
    "chat/{dan}/": {
        "ping": "pong",
        "chat_message": "chat_message",
        "typing_start": "ack",
        "typing_stop": "ack",
        "read": "ack",
    },
}
EXTRA: dict[str, dict[str, Any]] = {"chat_message": {"message": "hi"}, "read": {"up_to": 1}}
WHO = ("ada", "bob", "cyd", "eve", "flo")


@pytest.fixture
def people(person: Callable[..., Person]) -> tuple[dict[str, Person], int, Any]:
    people = {name: person(name, is_premium=name == "ada") for name in (*WHO, "dan", "guy")}
    ada = people["ada"]
    lobby = ada.open("den")
    for name in ("bob", "cyd", "dan", "guy"):
        people[name].post(f"lobbies/{lobby}/join/")
    ada.post(f"lobbies/{lobby}/moderators/", user_id=people["bob"].id)
    ada.post(f"lobbies/{lobby}/ban/", user_id=people["eve"].id)
    message = people["guy"].post(f"lobbies/{lobby}/messages/", content="hm")["id"]
    befriend(ada, people["dan"])
    return people, lobby, message


@pytest.fixture
async def worker(people: tuple[dict[str, Person], int, Any]) -> AsyncIterator[Worker]:
    async with running_worker() as worker:
        yield worker


def test_every_route_has_a_row() -> None:
    offered = {
        (method, pattern.pattern.path)
        for pattern in cast(list[Any], urls.urlpatterns)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }
    assert offered == {(row.method, row.path) for row in ROWS}


def test_every_command_has_a_row() -> None:
    consumers = {pattern.callback.consumer_class for pattern in websocket_urlpatterns}
    assert consumers == {LobbyConsumer, DirectConsumer}
    for consumer, rows in zip((LobbyConsumer, DirectConsumer), COMMANDS.values(), strict=True):
        assert {command.__struct_config__.tag for command in consumer.handlers} == set(rows)


def request(people: tuple[dict[str, Person], int, Any], row: Row, name: str) -> Any:
    everybody, lobby, message = people
    path = (
        row.path.replace("<int:lobby_id>", str(lobby))
        .replace("<int:message_id>", str(message))
        .replace("<str:kind>", "like")
        .replace("<int:friend_id>", str(everybody["dan"].id))
    )
    body = {key: everybody["dan"].id if value == "dan" else value for key, value in row.body.items()}
    client = everybody[name].api if name else APIClient()
    return client.generic(row.method.upper(), f"/{path}/", encode(body).decode(), "application/json")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_each_route_gives_each_what_they_may_have(
    people: tuple[dict[str, Person], int, Any], row: Any
) -> None:
    assert request(people, row, "").status_code == 401
    for name in reversed(WHO):
        with transaction.atomic():
            answer = request(people, row, name)
            # Restore the state for the next user.
            transaction.set_rollback(True)
        assert answer.status_code == getattr(row, name), (name, answer.content)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", COMMANDS)
async def test_each_command_is_for_those_who_belong_there(
    people: tuple[dict[str, Person], int, Any], worker: Worker, path: str
) -> None:
    everybody, lobby, _ = people
    allowed = {"ada", "bob", "cyd"} if "lobbies" in path else {"ada"}
    address = path.format(lobby=lobby, dan=everybody["dan"].id)
    for name in WHO:
        socket = await everybody[name].enter(address)
        if name not in allowed:
            with pytest.raises(Closed) as closed:
                await socket.hear()
            assert closed.value.code == 4403
            continue
        await socket.hear("presence_state")
        await socket.hear("presence_join")
        for command, answer in COMMANDS[path].items():
            await socket.send(type=command, **EXTRA.get(command, {}), id=command)
            assert (await socket.hear(answer))["ref"] == command
        await socket.leave()
    stranger = await Player(application, f"/ws/{address}").enter()
    assert await stranger.closed() == 4401
