"""Authorisation: every route and every command has a row here, or the test fails."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pytest
from rest_framework.test import APIClient

from core.database import in_database
from friends import urls
from friends.consumers import FriendsStatusConsumer
from friends.routing import websocket_urlpatterns
from friends.tests.conftest import Person
from gameplatform.asgi import application
from realtime.testing import Player

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """The expected result for each user: Cyd is a stranger to Ada, Bob and Dan."""

    method: str
    path: str
    ada: int
    bob: int
    cyd: int


ROWS = (
    Row("get", "api/friends", 200, 200, 200),
    Row("get", "api/friends/requests", 200, 200, 200),
    # Requests to Bob: from Ada, who has already asked; from himself; from Cyd.
    Row("post", "api/friends/requests", 409, 422, 201),
    Row("post", "api/friends/requests/<int:request_id>/accept", 403, 200, 404),
    Row("post", "api/friends/requests/<int:request_id>/decline", 403, 200, 404),
    Row("post", "api/friends/requests/<int:request_id>/cancel", 200, 403, 404),
    Row("get", "api/friends/blocks", 200, 200, 200),
    # Dan is Ada's friend, and blocked by Bob.
    Row("delete", "api/friends/<int:user_id>", 204, 404, 404),
    Row("post", "api/friends/<int:user_id>/block", 204, 204, 204),
    Row("delete", "api/friends/<int:user_id>/block", 404, 204, 404),
    Row("get", "api/friends/<int:user_id>/common", 200, 200, 200),
)
COMMANDS = {"ping": "pong", "set_status": "status_set"}


def test_every_route_has_a_row() -> None:
    offered = {
        (method, pattern.pattern.path)
        for pattern in cast(list[Any], urls.urlpatterns)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }

    assert offered == {(row.method, row.path) for row in ROWS}


def test_every_command_has_a_row() -> None:
    assert len(websocket_urlpatterns) == 1
    assert {command.__struct_config__.tag for command in FriendsStatusConsumer.handlers} == set(COMMANDS)


@pytest.fixture
def call(ada: Person, bob: Person, person: Callable[[str], Person]) -> Callable[[Row, APIClient], Any]:
    dan = person("dan")
    request_id = ada.ask(bob).json()["id"]
    ada.befriend(dan)
    bob.block(dan)

    def call(row: Row, client: APIClient) -> Any:
        path = row.path.replace("<int:request_id>", str(request_id)).replace("<int:user_id>", str(dan.id))
        body = {"user_id": bob.id} if row.path == "api/friends/requests" and row.method == "post" else None
        return getattr(client, row.method)(f"/{path}/", body)

    return call


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
@pytest.mark.parametrize("who", ["ada", "bob", "cyd"])
def test_each_gets_what_is_theirs(
    call: Callable[[Row, APIClient], Any], ada: Person, bob: Person, cyd: Person, row: Any, who: str
) -> None:
    caller = {"ada": ada, "bob": bob, "cyd": cyd}[who]

    answer = call(row, caller.api)

    assert answer.status_code == getattr(row, who), answer.content


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_nobody_gets_anything_without_a_token(call: Callable[[Row, APIClient], Any], row: Any) -> None:
    answer = call(row, APIClient())

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_lists_hold_only_what_is_the_callers(
    call: Callable[[Row, APIClient], Any], ada: Person, bob: Person, cyd: Person
) -> None:
    assert list(ada.friends()) == ["dan"]
    assert bob.friends() == cyd.friends() == {}
    assert bob.blocks() == ["dan"]
    assert ada.blocks() == cyd.blocks() == []
    assert cyd.requests("in") == cyd.requests("out") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("command", "answer"), COMMANDS.items())
async def test_each_command_is_answered_on_the_own_socket_and_closed_to_those_without_a_token(
    ada: Person, command: Any, answer: Any
) -> None:
    at_adas = await ada.watch()
    await at_adas.hear("presence_state")
    for number in (1, 2):
        await at_adas.send(type=command, status="away", id=number)
        assert (await at_adas.hear(answer))["ref"] == number

    nobody = await Player(application, "/ws/friends/status/").enter()

    assert await nobody.closed() == 4401


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("here")
async def test_a_session_that_ends_closes_its_sockets(ada: Person) -> None:
    at_adas = await ada.watch()
    await at_adas.hear("presence_state")

    assert (await in_database(ada.api.post, "/api/auth/logout")).status_code == 204

    assert await at_adas.closed() == 4401
