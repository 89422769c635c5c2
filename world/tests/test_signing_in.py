"""Opening the world's socket: with a token, by signing in on it, encrypted, and one at a time."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError
from pytest_django import Settings

from accounts import services as accounts
from core import limits
from core.database import in_database
from core.limit_counts import Limit
from gameplatform.asgi import application
from realtime.testing import WITHIN_S, Closed, Player
from realtime.worker import Worker
from world import services
from world import socket as world_socket
from world.models import Visit
from world.tests.conftest import Person, knock

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"
SECRET = "the server's own"


@pytest.fixture
def zoe(ada: Person) -> Any:
    """A user like Ada, with a password."""
    return accounts.register(
        username="Zoe", email="zoe@example.com", password=PASSWORD, device=accounts.Device()
    )


async def test_a_stranger_signs_in_by_password_or_token_before_anything_else(
    here: Worker, ada: Person, zoe: Any
) -> None:
    by_password = await knock("/")
    await by_password.send(type="chat", content="hi", id=1)
    assert await by_password.refused() == "not_authenticated"
    for wrong, code in (
        ({"username": "zoe", "password": "wrong"}, "invalid_credentials"),
        ({"username": "zoe"}, "invalid"),
        ({"token": "nonsense"}, "token_invalid"),
    ):
        await by_password.send(type="auth_request", **wrong)
        assert await by_password.refused() == code
    await by_password.send(type="auth_request", username="zoe@example.com", password=PASSWORD, id="in")
    answer = await by_password.hear("auth_response")
    assert (answer["username"], answer["ref"]) == ("Zoe", "in")
    assert (await by_password.hear("world_state"))["you"] is None
    await by_password.send(type="auth_request", token=ada.token)
    assert await by_password.refused() == "already_authenticated"

    by_token = await knock()
    await by_token.send(type="auth_request", token=answer["access"])
    assert "access" not in await by_token.hear("auth_response")
    await by_token.hear("world_state")
    assert await by_password.closed() == 4409


async def test_who_signs_in_but_cannot_come_in_is_sent_away_to_come_again(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def database_is_away(**asked: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(services, "enter_world", database_is_away)
    player = await knock()
    await player.send(type="auth_request", token=ada.token)
    await player.hear("auth_response")
    assert await player.closed() == 1012


async def test_who_goes_before_the_socket_is_opened_leaves_no_failure_behind(
    here: Worker, ada: Person
) -> None:
    player = Player(application, "/ws", token=ada.token)
    await player._asgi.send_input({"type": "websocket.connect"})
    await player.leave()
    assert not await in_database(Visit.objects.exists)


async def test_wrong_passwords_lock_out_over_the_socket_too(here: Worker, zoe: Any) -> None:
    stranger = await knock()
    for code in ["invalid_credentials"] * 4 + ["locked_out"] * 2:
        await stranger.send(type="auth_request", username="zoe", password="wrong")
        assert await stranger.refused() == code


async def test_guesses_over_the_socket_are_under_the_limit_of_all_doors_that_take_a_password(
    here: Worker, zoe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that the budget does not refill during the test.
    monkeypatch.setattr(limits, "LOGIN", replace(limits.LOGIN, by_address=Limit(120, 5000)))
    stranger = await knock()
    for number in range(20):
        await stranger.send(type="auth_request", username=f"user{number}", password="wrong")
        assert await stranger.refused() == "invalid_credentials"
    await stranger.send(type="auth_request", username="zoe", password=PASSWORD)
    refusal = await stranger.hear("error")
    assert refusal["code"] == "rate_limited"
    assert refusal["retry_after"] > 0


async def test_a_stranger_who_says_nothing_is_sent_away(
    here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world_socket, "AUTH_TIMEOUT_S", 0.01)
    stranger = await knock()
    assert await stranger.closed() == 4401


async def test_an_end_of_session_and_another_protocol_close_the_socket(here: Worker, ada: Person) -> None:
    assert await (await ada.knock("?v=9.0")).closed() == 4400
    player = await ada.enter("/?v=1.0")
    assert (await in_database(ada.call, "post", "auth/logout")).status_code == 204
    assert await player.closed() == 4401


async def test_a_newer_socket_takes_the_place_of_the_older(here: Worker, ada: Person, bob: Person) -> None:
    watcher, older = await bob.enter(), await ada.enter()
    await watcher.hear("player_joined_area")
    await older.send(type="move", position={"x": 2})
    await watcher.hear_until("location_update")
    newer = await ada.knock()
    assert (await newer.hear("world_state"))["you"]["position"]["x"] == 2.0
    assert await older.closed() == 4409
    await older.leave()
    await watcher.send(type="character_update", character_id=ada.character_id)
    assert (await watcher.hear_until("character_update"))["position"]["x"] == 2.0
    await newer.send(type="disconnect")
    assert await newer.closed() == 1000
    await newer.leave()
    assert (await watcher.hear_until("player_left_area"))["reason"] == "disconnected"
    assert not await in_database(Visit.objects.filter(user=ada.id).exists)


async def test_who_comes_back_in_time_hears_what_the_world_was_told(
    here: Worker, ada: Person, bob: Person
) -> None:
    first = await ada.knock()
    seq = (await first.hear("world_state"))["seq"]
    await first.leave()
    speaker = await bob.enter()
    await speaker.send(type="chat", channel="world", content="anybody there?")
    await speaker.hear_until("chat")
    back = await ada.knock(f"?since={seq}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert (await back.hear("chat"))["content"] == "anybody there?"
    members = (await back.hear("area_state"))["area"]["members"]
    assert [member["user_id"] for member in members] == [ada.id, bob.id]


def key_of(username: str) -> Fernet:
    key = hashlib.pbkdf2_hmac("sha256", SECRET.encode(), f"gameplatform:{username}".encode(), 100_000, 32)
    return Fernet(base64.urlsafe_b64encode(key))


async def opened(player: Any, fernet: Fernet) -> dict[str, Any]:
    """Return the next frame decrypted; it must be encrypted."""
    output = await player._asgi.receive_output(WITHIN_S)
    return json.loads(fernet.decrypt(json.loads(output["text"])["enc"]))


async def test_frames_are_encrypted_both_ways_from_the_answer_on(
    here: Worker, ada: Person, settings: Settings
) -> None:
    settings.ENCRYPTION_KEY = SECRET
    fernet = key_of("ada")

    async def send(player: Any, **message: Any) -> None:
        await player.send(enc=fernet.encrypt(json.dumps(message).encode()).decode())

    player = await knock("?encrypted=1")
    await player.send(type="auth_request", token=ada.token)
    assert (await opened(player, fernet))["type"] == "auth_response"
    assert (await opened(player, fernet))["type"] == "world_state"
    await send(player, type="chat", content="psst")
    assert (await opened(player, fernet))["content"] == "psst"

    with_token = await ada.knock("?encrypted=1")
    assert (await opened(with_token, fernet))["type"] == "world_state"
    await with_token.send(type="ping")
    with pytest.raises(Closed) as closed:
        await with_token.hear()
    assert (closed.value.code, closed.value.reason) == (4400, "not_encrypted")


@pytest.mark.parametrize("wish", ["1", f"session&nonce={'n' * 22}"])
async def test_a_server_without_a_key_encrypts_nothing_and_says_so(
    here: Worker, ada: Person, settings: Settings, wish: str
) -> None:
    settings.ENCRYPTION_KEY = ""
    player = await ada.knock(f"?encrypted={wish}")
    with pytest.raises(Closed) as closed:
        await player.hear()
    assert (closed.value.code, closed.value.reason) == (4400, "encryption_unavailable")


class SessionKey:
    """A client's side of ``?encrypted=session``, written from docs/security.md."""

    def __init__(self, key: str, nonce: str) -> None:
        self.fernet, self.nonce = Fernet(key), nonce
        self.numbers: list[int] = []
        self.connection = ""

    async def opened(self, player: Any) -> dict[str, Any]:
        output = await player._asgi.receive_output(WITHIN_S)
        frame = self.fernet.decrypt(json.loads(output["text"])["enc"]).decode()
        sender, connection, number, message = frame.split(":", 3)
        assert (sender, connection.partition(".")[0]) == ("server", self.nonce)
        assert self.connection in ("", connection)
        self.connection = connection
        assert int(number) > max(self.numbers, default=0)
        self.numbers.append(int(number))
        return json.loads(message)

    def sealed(
        self, number: int, message: dict[str, Any], *, sender: str = "client", connection: str = ""
    ) -> str:
        header = f"{sender}:{connection or self.connection}:{number}:"
        return self.fernet.encrypt((header + json.dumps(message)).encode()).decode()


NONCE = "MDEyMzQ1Njc4OWFiY2RlZg"
PING = {"type": "ping"}


async def session_key(person: Person) -> str:
    answer = await in_database(person.call, "post", "world/encryption-key")
    assert answer["Cache-Control"] == "no-store"
    return answer.json()["key"]


async def test_the_key_of_a_session_is_no_other_sessions(
    here: Worker, ada: Person, bob: Person, settings: Settings
) -> None:
    settings.ENCRYPTION_KEY = SECRET
    own = await session_key(ada)
    assert own == await session_key(ada)
    again = await in_database(
        lambda: accounts.register_guest(username="adas_other", device=accounts.Device()).tokens.access
    )
    others = {await session_key(bob), await session_key(replace(ada, token=again))}
    assert own not in others
    assert len(others) == 2
    settings.ENCRYPTION_KEY = ""
    refused = await in_database(ada.call, "post", "world/encryption-key")
    assert (refused.status_code, refused.json()["code"]) == (400, "encryption_unavailable")


async def test_frames_are_encrypted_with_the_key_of_the_session(
    here: Worker, ada: Person, settings: Settings
) -> None:
    settings.ENCRYPTION_KEY = SECRET
    seal = SessionKey(await session_key(ada), NONCE)
    player = await ada.knock(f"?encrypted=session&nonce={NONCE}")
    assert (await seal.opened(player))["type"] == "world_state"
    for number in (1, 5):  # Numbers must increase, but may skip.
        await player.send(enc=seal.sealed(number, {"type": "chat", "content": "psst"}))
        assert (await seal.opened(player))["content"] == "psst"


async def test_who_signs_in_on_the_socket_is_handed_the_key_with_the_answer(
    here: Worker, ada: Person, zoe: Any, settings: Settings
) -> None:
    settings.ENCRYPTION_KEY = SECRET
    player = await knock(f"?encrypted=session&nonce={NONCE}")
    await player.send(type="auth_request", username="zoe", password=PASSWORD)
    seal = SessionKey((await player.hear("auth_response"))["encryption_key"], NONCE)
    assert (await seal.opened(player))["type"] == "world_state"
    plain = await knock()
    await plain.send(type="auth_request", token=ada.token)
    assert "encryption_key" not in await plain.hear("auth_response")


@pytest.mark.parametrize("way", ["twice", "of another connection", "of the server", "in clear", "garbled"])
async def test_a_frame_that_is_played_again_or_back_closes_the_socket(
    here: Worker, ada: Person, settings: Settings, way: str
) -> None:
    settings.ENCRYPTION_KEY = SECRET
    seal = SessionKey(await session_key(ada), NONCE)
    before = await ada.knock(f"?encrypted=session&nonce={NONCE}")
    await seal.opened(before)
    former, seal.connection = seal.connection, ""
    seal.numbers.clear()
    player = await ada.knock(f"?encrypted=session&nonce={NONCE}")
    await seal.opened(player)
    assert seal.connection != former
    good = seal.sealed(1, PING)
    await player.send(enc=good)
    assert (await seal.opened(player))["type"] == "pong"
    frame = {
        "twice": good,
        "of another connection": seal.sealed(2, PING, connection=former),
        "of the server": seal.sealed(2, PING, sender="server"),
        "in clear": json.dumps(PING),
        "garbled": seal.fernet.encrypt(b"client").decode(),
    }[way]
    await player.send(enc=frame)
    with pytest.raises(Closed) as closed:
        await player.hear()
    assert (closed.value.code, closed.value.reason) == (4400, "not_encrypted")


@pytest.mark.parametrize(
    "nonce", ["", "&nonce=short", f"&nonce={NONCE}&nonce={NONCE}", "&nonce=" + "a:" * 10]
)
async def test_a_session_cannot_be_encrypted_without_a_nonce(
    here: Worker, ada: Person, settings: Settings, nonce: str
) -> None:
    settings.ENCRYPTION_KEY = SECRET
    player = await ada.knock(f"?encrypted=session{nonce}")
    with pytest.raises(Closed) as closed:
        await player.hear()
    assert (closed.value.code, closed.value.reason) == (4400, "malformed")
