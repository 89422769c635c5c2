"""The synchronous client, against a real server."""

import gc
import threading
import time
from base64 import b32decode
from collections.abc import Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from gameplatform_client import ApiError, CommandRefused, MessageType, sync

WITHIN_S = 60.0


def threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name.startswith("gameplatform_client")}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    gc.collect()
    assert not threads()


def arrive(client: sync.NetworkClient, name: str, faction: str = "Dawnguard") -> Any:
    """Enter the world as a guest with a new character."""
    client.sign_in_as_guest()
    client.connect_to_world()
    return client.select_character(str(client.create_character(name, faction).id))


def test_plain_code_asks_and_hears_without_await(demo_server: Any) -> None:
    with sync.NetworkClient(demo_server.base_url) as client:
        heard: SimpleQueue[Any] = SimpleQueue()
        client.register_handler(MessageType.CHAT, heard.put)
        user = client.connect("user_4", "testpass123")
        assert user["username"] == user.username == client.user.username == "user_4"
        created = client.create_character("Planus", "Dawnguard")
        characters = client.get_characters()
        assert characters[-1]["id"] == characters[-1].id == created.id
        selected = client.select_character(created.id)
        state = client.get_world_state()
        assert state["current_reality"] == state.current_reality
        assert {place["id"] for place in state["locations"]} >= {selected.location_id}
        assert client.get_nearby_players(location_id=str(selected.location_id)) == []
        client.send_chat("Hello, world")
        said = heard.get(timeout=WITHIN_S)
        assert (said.content, said["sender_name"]) == ("Hello, world", "Planus")
        client.unregister_handler(MessageType.CHAT, heard.put)
        with pytest.raises(ValueError):
            client.unregister_handler(MessageType.CHAT, heard.put)
        assert len(threads()) == 2


def test_what_is_refused_is_raised_where_it_was_asked(demo_server: Any) -> None:
    client = sync.NetworkClient(demo_server.base_url)
    with client:
        with pytest.raises(ApiError) as refused:
            client.connect("user_1", "wrong")
        assert (refused.value.status, refused.value.error_code) == (401, "invalid_credentials")
        assert refused.value.error_message
        assert isinstance(refused.value.details, dict)
        client.sign_in_as_guest()
        client.connect_to_world()
        with pytest.raises(CommandRefused) as unselected:
            client.send_chat("hi")
        assert unselected.value.error_code == "no_character"
        with pytest.raises(AttributeError):
            client.send_smoke_signal()  # type: ignore[attr-defined]
    # It can be used again.
    with client:
        assert client.sign_in_as_guest().is_guest


def test_a_handler_may_itself_ask_and_even_disconnect(demo_server: Any) -> None:
    client = sync.NetworkClient(demo_server.base_url)
    answers: SimpleQueue[Any] = SimpleQueue()

    def on_chat(message: Any) -> None:
        answers.put(client.get_characters()[0]["name"])
        client.disconnect()
        answers.put("gone")

    client.register_handler(MessageType.CHAT, on_chat)
    arrive(client, "Echo")
    client.send_chat("who am I?")
    assert [answers.get(timeout=WITHIN_S) for _ in range(2)] == ["Echo", "gone"]
    for one in threads():
        one.join(WITHIN_S)


def test_an_async_handler_is_awaited_and_cannot_block_the_loop(demo_server: Any) -> None:
    with sync.NetworkClient(demo_server.base_url) as client:
        outcome: Future[Any] = Future()

        async def on_chat(message: Any) -> None:
            try:
                client.get_characters()
            except RuntimeError as problem:
                outcome.set_result(str(problem))

        client.register_handler(MessageType.CHAT, on_chat)
        arrive(client, "Impatiens")
        client.send_chat("now")
        assert "coroutine" in outcome.result(WITHIN_S)


def test_channels_are_plain_too_and_what_is_expected_is_a_future(demo_server: Any) -> None:
    with sync.NetworkClient(demo_server.base_url) as client:
        client.sign_in_as_guest()
        notifications = client.connect_to_notifications()
        assert isinstance(notifications, sync.Channel)
        told = notifications.expect(MessageType.PARTY_UPDATE)
        client.request("POST", "/api/party/create", {})
        assert told.result(WITHIN_S).party.open is False
        game_id = client.request("POST", "/api/games/", {"game": "tictactoe", "opponent": "bot"}).id
        game = client.connect_to_game(game_id)
        assert isinstance(game, sync.GameChannel)
        started = game.expect(MessageType.GAME_START)
        game.ready()
        assert started.result(WITHIN_S).type == "game_start"
        assert game.state == "open"
        waiting = notifications.expect("never")
    assert waiting.exception(WITHIN_S).error_code == "closed_here"


def test_a_client_that_nobody_holds_any_more_leaves_no_thread() -> None:
    for _ in range(3):
        client = sync.NetworkClient("http://127.0.0.1:1")
        with pytest.raises(ApiError) as refused:
            client.connect("user_1", "testpass123")
        assert refused.value.error_code == "offline"
        del client, refused
        gc.collect()
        assert not threads()


def test_it_comes_back_to_a_server_that_was_killed(live_server_process: Any) -> None:
    with live_server_process() as server, sync.NetworkClient(server.base_url) as client:
        client.sign_in_as_guest()
        begun: SimpleQueue[Any] = SimpleQueue()
        for kind in (MessageType.WORLD_STATE, MessageType.RESUMED):
            client.register_handler(kind, begun.put)
        client.connect_to_world()
        assert begun.get(timeout=WITHIN_S).type == "world_state"
        server.kill(server.pids[0])
        server.start()
        begun.get(timeout=WITHIN_S)
        assert client.get_world_state()["epoch"] >= 1
        with pytest.raises(CommandRefused):
            client.send_chat("still here")


def test_two_guests_meet_in_plain_code(demo_server: Any) -> None:
    with sync.NetworkClient(demo_server.base_url) as ada, sync.NetworkClient(demo_server.base_url) as bob:
        coming: Future[Any] = Future()
        threading.Thread(target=lambda: coming.set_result(ada.play_as_guest("tictactoe"))).start()
        game = bob.play_as_guest("tictactoe")
        other = coming.result(WITHIN_S)
        assert game.newest.state == other.newest.state == "active"
        over = other.expect(MessageType.GAME_OVER)
        game.act("resign")
        assert over.result(WITHIN_S).reason in ("resign", "aborted")


def test_a_game_is_saved_and_loaded(demo_server: Any) -> None:
    with sync.NetworkClient(demo_server.base_url) as client:
        client.sign_in_as_guest()
        assert client.load("slot-1") is None
        first = client.save("slot-1", {"level": 3}, version="")
        client.save("slot-1", {"level": 4}, version=first["version"])
        with pytest.raises(ApiError) as refused:
            client.save("slot-1", {"level": 9}, version=first["version"])
        assert refused.value.error_code == "stale_version"
        assert client.load("slot-1")["value"] == {"level": 4}
        assert len(client.leaderboard("pong", around_me=True, limit=3)) <= 3
        with pytest.raises(ApiError) as unknown:
            client.call("no/such", number=5)
        assert unknown.value.error_code == "not_found"


def test_an_account_gets_ways_in_and_a_second_factor_and_takes_over_another(demo_server: Any) -> None:
    password = "correct horse battery"
    with sync.NetworkClient(demo_server.base_url) as kept, sync.NetworkClient(demo_server.base_url) as other:
        kept.sign_in_as_guest("kept_one")
        kept.link("password", {"password": password})
        kept.link("device", {"device_id": "a device of its own"})
        assert {way["kind"] for way in kept.links()} == {"password", "device"}
        kept.unlink("device")
        kept.prove(password=password)
        begun = kept.begin_totp()
        assert begun["qr"].startswith("data:image/svg+xml")
        app = TOTP(b32decode(begun["secret"]), 6, SHA1(), 30, enforce_key_length=False)
        recovery_codes = kept.confirm_totp(app.generate(int(time.time())).decode())
        kept.prove(code=recovery_codes[0])
        assert "publicKey" not in kept.begin_passkey()
        assert other.begin_passkey_sign_in()["challenge"]
        other.sign_in_by_device("a device of another")
        assert kept.merge(other.access_token())["username"] == "kept_one"
        with pytest.raises(ApiError) as ended:
            other.links()
        assert ended.value.status == 401
        assert {way["kind"] for way in kept.links()} == {"password", "device"}
        kept.remove_totp(password)
