"""Authorisation: every route and every command must have a row here."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pytest
from rest_framework.test import APIClient

from matchmaking import urls
from matchmaking.invites.models import Invite
from matchmaking.models import Ticket
from matchmaking.parties.models import Party, PartyMember
from matchmaking.tests.conftest import Waiter
from notifications.consumers import NotificationsConsumer

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """The outcome for each user, where Ada leads Bob, and has invited Cyd to play and to the party.

    Dan is unrelated. ``body`` may name people and things of this story.
    """

    method: str
    path: str
    ada: int
    bob: int
    cyd: int
    dan: int
    body: dict[str, Any] = {}


PARTY = {"party_id": "party"}
ROWS = (
    Row("post", "game/join", 201, 403, 404, 404, {"game": "pong", **PARTY}),
    Row("post", "game/leave", 200, 200, 200, 200),
    Row("post", "game/accept", 404, 404, 404, 404, {"proposal_id": 1}),
    Row("post", "game/decline", 404, 404, 404, 404, {"proposal_id": 1}),
    Row("get", "game/status", 200, 200, 200, 200),
    Row("get", "api/queues", 200, 200, 200, 200),
    Row("get", "api/invites", 200, 200, 200, 200),
    # To the party: leader only.
    Row("post", "api/invites", 201, 403, 404, 404, {"to_user_id": "eve", **PARTY}),
    Row("get", "api/invites/<int:invite_id>", 200, 404, 200, 404),
    Row("post", "api/invites/<int:invite_id>/accept", 403, 404, 200, 404),
    Row("post", "api/invites/<int:invite_id>/decline", 403, 404, 200, 404),
    Row("post", "api/invites/<int:invite_id>/cancel", 200, 404, 403, 404),
    Row("get", "api/party", 200, 200, 204, 204),
    Row("get", "api/party/<int:party_id>", 200, 200, 200, 404),
    Row("post", "api/party/create", 409, 409, 201, 201),
    Row("post", "api/party/join", 404, 404, 404, 404, PARTY),
    Row("post", "api/party/invite", 201, 403, 404, 404, {"user_id": "eve", **PARTY}),
    Row("post", "api/party/accept", 404, 409, 200, 404, PARTY),
    Row("post", "api/party/decline", 404, 409, 200, 404, PARTY),
    Row("post", "api/party/ready", 200, 200, 404, 404, PARTY),
    Row("post", "api/party/latencies", 200, 200, 409, 409, {"latencies": {}}),
    Row("post", "api/party/chat", 201, 201, 409, 409, {"content": "hi"}),
    Row("post", "api/party/leave", 200, 200, 404, 404, PARTY),
    Row("post", "api/party/kick", 200, 403, 404, 404, {"user_id": "bob", **PARTY}),
    Row("post", "api/party/disband", 200, 403, 404, 404, PARTY),
)
BY_NAME = {f"{row.method} {row.path}": row for row in ROWS}


def test_every_route_has_a_row() -> None:
    offered = {
        f"{method} {pattern.pattern.path}"
        for pattern in cast(list[Any], urls.urlpatterns)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }

    assert offered == set(BY_NAME)
    assert len(ROWS) == len(BY_NAME)


def test_the_notifications_socket_takes_no_commands_of_the_queue_nor_of_parties() -> None:
    commands = {str(command.__struct_config__.tag) for command in NotificationsConsumer.handlers}
    assert {command for command in commands if not command.startswith("voice_")} == {"ping", "set_visible"}


@pytest.fixture
def call(
    ada: Waiter, bob: Waiter, cyd: Waiter, player: Callable[..., Waiter]
) -> Callable[[Row, APIClient], Any]:
    party = ada.party("create").json()
    ada.party("invite", user_id=bob.id)
    bob.party("accept")
    invite = ada.invite(cyd, game="tictactoe").json()
    ada.party("invite", user_id=cyd.id)
    story = {"eve": player("eve").id, "bob": bob.id, "party": party["id"]}

    def call(row: Row, client: APIClient) -> Any:
        path = row.path.replace("<int:invite_id>", str(invite["id"]))
        path = path.replace("<int:party_id>", str(party["id"]))
        body = {
            name: story.get(value, value) if isinstance(value, str) else value
            for name, value in row.body.items()
        }
        return getattr(client, row.method)(f"/{path}/", body or None)

    return call


def stored() -> list[Any]:
    """Return everything that the routes can change."""
    return [list(model.objects.order_by("pk").values()) for model in (Invite, Party, PartyMember, Ticket)]


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("who", ["ada", "bob", "cyd", "dan"])
def test_each_gets_what_is_theirs_and_who_is_refused_changes_nothing(
    call: Callable[[Row, APIClient], Any],
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    player: Callable[..., Waiter],
    name: Any,
    who: str,
) -> None:
    caller = {"ada": ada, "bob": bob, "cyd": cyd, "dan": player("dan")}[who]
    before = stored()

    answer = call(BY_NAME[name], caller.client)

    assert answer.status_code == getattr(BY_NAME[name], who), answer.content
    if answer.status_code >= 400:
        assert stored() == before


@pytest.mark.parametrize("name", BY_NAME)
def test_nobody_gets_anything_without_a_token(call: Callable[[Row, APIClient], Any], name: Any) -> None:
    before = stored()

    answer = call(BY_NAME[name], APIClient())

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert stored() == before


@pytest.mark.parametrize("path", ["api/party/invite", "api/party/kick", "api/party/chat"])
def test_who_may_not_is_told_so_before_the_body_is_looked_at(
    call: Callable[[Row, APIClient], Any], bob: Waiter, player: Callable[..., Waiter], path: str
) -> None:
    bare = BY_NAME[f"post {path}"]._replace(body={})

    if path != "api/party/chat":
        assert call(bare, bob.client).json()["code"] == "not_party_leader"
    assert call(bare, player("dan").client).json()["code"] == "not_in_party"


def test_lists_hold_only_what_is_the_callers(
    call: Callable[[Row, APIClient], Any], ada: Waiter, bob: Waiter, cyd: Waiter
) -> None:
    assert len(ada.invites()) == len(cyd.invites()) == 2
    assert bob.invites() == []
