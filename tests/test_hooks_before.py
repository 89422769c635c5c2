"""Hooks before calls: they refuse or change what users ask for, by whichever way it comes."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accounts.commands import Register, Rename
from accounts.models import User
from chat.commands import ChatMessage
from chat.models import LobbyMessage
from core import calls
from core.database import in_database
from core.ids import UserId
from game.commands import CreateGame
from game.models import Game
from gameplatform.asgi import application
from gameplatform.extend import NotAllowed, before
from gameplatform.testing.people import *  # noqa: F403
from gameplatform.testing.people import Person
from matchmaking.commands import JoinQueue
from matchmaking.models import Ticket
from progression.commands import Purchase
from progression.models import Item, Offer, Stack
from realtime.testing import Player
from tests.test_fast_path import Way, fast
from world.trading.commands import TradeRequest


class Closed(NotAllowed):
    """The house is closed."""

    code = "house_closed"
    title = "Closed"


@pytest.fixture(autouse=True)
def _own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the hooks of each test."""
    monkeypatch.setattr(calls, "_hooks", defaultdict(list))


def close(call: Any, user_id: UserId | None) -> None:
    raise Closed("Come back tomorrow.")


async def post(who: Person, path: str, body: Any, *, method: str = "POST") -> httpx.Response:
    return await Way(fast(), who).ask(method, path, json=body)


PASSWORD = "a long enough password"
NAMED: list[tuple[str, str, dict[str, str]]] = [
    ("POST", "/api/auth/register", {"username": "eve", "email": "eve@example.org", "password": PASSWORD}),
    ("POST", "/api/auth/register", {"email": "eve@example.org", "password": PASSWORD}),
    ("POST", "/api/auth/guest", {"username": "eve"}),
    ("POST", "/api/auth/upgrade", {"username": "eve", "email": "eve@example.org", "password": PASSWORD}),
    ("PATCH", "/api/me", {"username": "eve"}),
]


@pytest.mark.parametrize(("method", "path", "body"), NAMED)
async def test_every_way_to_a_name_can_be_refused_and_changed(
    person: Callable[..., Awaitable[Person]], method: str, path: str, body: dict[str, str]
) -> None:
    who = await person("ada", is_guest="upgrade" in path)
    refusing = before(Register, Rename)(close)
    refused = await post(who, path, body, method=method)
    assert (refused.status_code, refused.json()["code"]) == (403, "house_closed")
    assert not await User.objects.filter(username__startswith="eve").aexists()
    for hooks in calls._hooks.values():
        hooks.remove(refusing)

    @before(Register, Rename)
    def praise(call: Any, user_id: UserId | None) -> None:
        call.username += "_the_great"

    done = await post(who, path, body, method=method)
    assert done.status_code < 300, done.content
    assert await User.objects.filter(username="eve_the_great").aexists()


async def test_a_purchase_is_changed_or_refused(ada: Person) -> None:
    def sell() -> Item:
        item = Item.objects.create(slug="pear", name="Pear", kind=Item.Kind.MATERIAL)
        Offer.objects.create(item=item, price=1)
        return item

    item = await in_database(sell)
    asked = []

    @before(Purchase)
    def one_each(call: Purchase, user_id: UserId | None) -> None:
        asked.append((user_id, call.quantity))
        call.quantity = 1

    bought = await post(ada, "/api/shop/purchase", {"item_id": item.pk, "quantity": 3})
    assert (bought.status_code, bought.json()["quantity"], asked) == (201, 1, [(ada.id, 3)])
    before(Purchase)(close)
    refused = await post(ada, "/api/shop/purchase", {"item_id": item.pk, "quantity": 3})
    assert refused.json()["code"] == "house_closed"
    assert (await Stack.objects.aget(player=ada.id)).quantity == 1


async def test_who_joins_a_queue_is_sent_to_another_or_refused(ada: Person, bob: Person) -> None:
    @before(JoinQueue)
    def other_game(call: JoinQueue, user_id: UserId | None) -> None:
        if user_id == bob.id:
            raise Closed
        call.game = "connect_four"

    assert (await post(ada, "/game/join", {"game": "tictactoe"})).json()["game"] == "connect_four"
    refused = await post(bob, "/game/join", {"game": "tictactoe"})
    assert (refused.status_code, refused.json()["code"]) == (403, "house_closed")
    assert await Ticket.objects.acount() == 1


async def test_a_game_is_made_with_other_options_or_refused(ada: Person) -> None:
    @before(CreateGame)
    def keep_private(call: CreateGame, user_id: UserId | None) -> None:
        assert call.player_ids[0] == user_id == ada.id
        call.private = True
        call.options["target"] = 3

    made = await post(ada, "/api/games/", {"game": "pong"})
    assert made.status_code == 201, made.content
    game = await Game.objects.aget()
    assert (game.private, game.options["target"]) == (True, 3)
    before(CreateGame)(close)
    for body in ({"game": "pong"}, {"game": "tictactoe", "opponent": "bot"}):
        assert (await post(ada, "/api/games/", body)).json()["code"] == "house_closed"
    assert await Game.objects.acount() == 1


async def test_a_message_to_a_lobby_is_changed_or_refused_over_socket_and_rest(ada: Person) -> None:
    await User.objects.filter(pk=ada.id).aupdate(is_premium=True)
    den = (await post(ada, "/api/lobbies", {"name": "den"})).json()
    socket = await Player(application, "/ws/chat/lobby/den/", token=ada.token).enter()
    await socket.hear_until("presence_state")

    @before(ChatMessage)
    def calm_down(call: ChatMessage, user_id: UserId | None) -> None:
        assert user_id == ada.id
        if call.message == "bad":
            raise Closed
        call.message = call.message.lower()

    await socket.send(type="chat_message", message="HELLO", id=1)
    heard = await socket.hear_until("chat_message")
    assert (heard["message"]["content"], heard["ref"]) == ("hello", 1)
    await socket.send(type="chat_message", message="bad", id=2)
    refused = await socket.hear("error")
    assert (refused["code"], refused["ref"]) == ("house_closed", 2)

    path = f"/api/lobbies/{den['id']}/messages/"
    assert (await post(ada, path, {"content": "AGAIN"})).json()["content"] == "again"
    assert (await socket.hear("chat_message"))["message"]["content"] == "again"
    assert (await post(ada, path, {"content": "bad"})).json()["code"] == "house_closed"
    assert await LobbyMessage.objects.acount() == 2


async def test_a_trade_is_refused(ada: Person) -> None:
    before(TradeRequest)(close)
    socket = await Player(application, "/ws/", token=ada.token).enter()

    await socket.send(type="trade_request", to_user_id=5, id="t")
    assert (await socket.hear_until("error"))["code"] == "house_closed"


async def test_a_hook_that_fails_lets_nothing_through(ada: Person) -> None:
    @before(JoinQueue)
    def fail(call: JoinQueue, user_id: UserId | None) -> None:
        raise ZeroDivisionError

    assert (await post(ada, "/game/join", {"game": "tictactoe"})).status_code == 500
    assert not await Ticket.objects.aexists()
