"""Games through the Python client, against a real server."""

import asyncio
from typing import Any

import httpx
import pytest
from gameplatform_client import (
    ApiError,
    ChannelClosed,
    CommandRefused,
    GameChannel,
    MessageType,
    NetworkClient,
)
from gameplatform_client.api import Api
from gameplatform_client.state import SyncedState

WITHIN_S = 60.0


class Seat:
    """A player in a game, with the messages received."""

    def __init__(self, channel: GameChannel) -> None:
        self.channel = channel
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        for kind in MessageType:
            channel.register_handler(kind, self.heard.put)

    async def hear(self, kind: MessageType) -> Any:
        async with asyncio.timeout(WITHIN_S):
            while True:
                message = await self.heard.get()
                if kind == (MessageType.ERROR if isinstance(message, Exception) else message["type"]):
                    return message


async def seated(server_url: str) -> tuple[NetworkClient, NetworkClient, Seat, Seat]:
    """Two guests who were matched by the queue, ready in their game."""
    ada, bob = NetworkClient(server_url), NetworkClient(server_url)
    await ada.sign_in_as_guest()
    await bob.sign_in_as_guest()
    met: asyncio.Queue[Any] = asyncio.Queue()
    (await ada.connect_to_notifications()).register_handler(MessageType.MATCH_FOUND, met.put)
    assert (await ada.join_queue("tictactoe"))["status"] == "queued"
    matched = await bob.join_queue("tictactoe")
    found = await asyncio.wait_for(met.get(), WITHIN_S)
    assert found["game_id"] == matched["game_id"]
    seats = [Seat(await client.connect_to_game(found["game_id"])) for client in (ada, bob)]
    for seat in seats:
        await seat.channel.ready()
    for seat in seats:
        await seat.hear(MessageType.GAME_START)
    return ada, bob, seats[0], seats[1]


async def test_two_programs_meet_in_the_queue_and_play_over_a_killed_server(live_server_process: Any) -> None:
    with live_server_process() as server:
        ada, bob, first, second = await seated(server.base_url)
        async with ada, bob:
            state = await ada.queue_status()
            assert state["status"] == "matched"
            me = (await ada.request("GET", f"/api/games/{state['game_id']}/"))["players"]
            mover, other = (first, second) if me[0]["id"] == ada.user.id else (second, first)
            await mover.channel.move({"cell": 0})
            await other.hear(MessageType.PLAYER_MOVE)
            ref = await mover.channel.move({"cell": 1})
            refused = await mover.hear(MessageType.ERROR)
            assert (refused.error_code, refused.ref) == ("not_your_turn", ref)

            server.kill(server.pids[0])
            while other.channel.state == "open":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await other.channel.move({"cell": 3})
            await asyncio.to_thread(server.start)

            assert (await mover.hear(MessageType.PLAYER_MOVE))["movement"] == {"cell": 3}
            await mover.channel.move({"cell": 1})
            await other.hear(MessageType.PLAYER_MOVE)
            await other.channel.move({"cell": 4})
            await mover.hear(MessageType.PLAYER_MOVE)
            await mover.channel.say("three in a row")
            await mover.channel.move({"cell": 2})
            over = await other.hear(MessageType.GAME_OVER)
            assert over["reason"] == "win"
            assert over["winner_ids"] == [(ada if mover is first else bob).user.id]


async def test_refusals_of_calls_and_sockets_say_why(demo_server: Any) -> None:
    async with NetworkClient(demo_server.base_url) as client:
        with pytest.raises(ApiError) as refused:
            await client.sign_in("user_1", "wrong")
        assert refused.value.status == 401
        user = await client.sign_in("user_1", "testpass123")
        assert user.username == "user_1"
        with pytest.raises(ApiError) as refused:
            await client.join_queue("no such game")
        assert refused.value.error_code == "unknown_game"
        with pytest.raises(ChannelClosed) as closed:
            await client.connect_to_game("4b1f6c1e-0000-4000-8000-000000000000")
        assert closed.value.code == 4404


async def test_people_talk_in_a_lobby_and_too_much_is_refused(demo_server: Any) -> None:
    async with NetworkClient(demo_server.base_url) as client:
        await client.sign_in("premium_user_1", "testpass123")
        lobby = next(iter((await client.request("GET", "/api/lobbies/"))["results"]))
        room = await client.connect_to_lobby(lobby["id"])
        said: asyncio.Queue[Any] = asyncio.Queue()
        client.register_handler(MessageType.CHAT_MESSAGE, said.put)
        texts = ("one", "two", "three", "four")
        *answers, refused = await asyncio.gather(*map(room.say, texts), return_exceptions=True)
        assert answers == [None] * 3
        assert isinstance(refused, CommandRefused)
        assert refused.error_code == "rate_limited"
        assert refused.retry_after > 0
        heard = [(await asyncio.wait_for(said.get(), WITHIN_S))["message"]["content"] for _ in range(3)]
        assert heard == ["one", "two", "three"]


async def test_sockets_move_over_to_new_tokens_and_miss_nothing(
    demo_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old: list[str] = []

    def renew_in(api: Api) -> float:
        return 0.0 if api._access in old else 0.05

    monkeypatch.setattr(Api, "renew_in", renew_in)
    async with NetworkClient(demo_server.base_url) as client:
        await client.sign_in_as_guest()
        notifications = await client.connect_to_notifications()
        old.append(client._api._access)
        resumed = await asyncio.wait_for(notifications.expect(MessageType.RESUMED), WITHIN_S)
        assert resumed["recovered"]
        told = notifications.expect(MessageType.PARTY_UPDATE)
        await client.request("POST", "/api/party/create", {})
        await asyncio.wait_for(told, WITHIN_S)


async def test_signing_out_ends_the_session_and_its_sockets(demo_server: Any) -> None:
    client = NetworkClient(demo_server.base_url)
    await client.sign_in_as_guest()
    notifications = await client.connect_to_notifications()
    token = await client._api.fresh_token()
    await client.disconnect()
    assert (await notifications.wait_closed()).code == 1000
    assert client.user is None
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
        assert (await http.get(f"{demo_server.base_url}/api/me/")).status_code == 401


async def test_two_guests_play_each_other_in_a_few_lines(demo_server: Any) -> None:
    async def play() -> str:
        async with NetworkClient(demo_server.base_url) as client:
            game = await client.play_as_guest("tictactoe")
            over = game.expect(MessageType.GAME_OVER)

            async def move(told: Any) -> None:
                if client.user and told["turn"] == client.user.id:
                    cells = [cell for row in told["view"]["board"] for cell in row]
                    await game.move({"cell": cells.index(None)})

            game.register_handler(MessageType.PLAYER_MOVE, move)
            await move(game.newest)
            reason: str = (await over)["reason"]
            return reason

    async with asyncio.timeout(WITHIN_S):
        assert await asyncio.gather(play(), play()) == ["win", "win"]


async def test_a_program_keeps_the_view_from_changes(demo_server: Any) -> None:
    async with NetworkClient(demo_server.base_url) as ada, NetworkClient(demo_server.base_url) as bob:
        for client in (ada, bob):
            await client.sign_in_as_guest()
        game = await ada.request("POST", "/api/games/", {"game": "tictactoe"})
        await bob.request("POST", f"/api/games/{game['id']}/join/")
        sync, told = SyncedState(), list[tuple[Any, ...]]()
        synced = Seat(await ada.connect_to_game(game["id"], sync=sync))
        plain = Seat(await bob.connect_to_game(game["id"]))
        sync.watch("board.*.*", changed=lambda *change: told.append(change))
        for seat in (synced, plain):
            await seat.channel.ready()
        for seat in (synced, plain):
            await seat.hear(MessageType.GAME_START)
        views = []
        movers = (synced, plain) if synced.channel.newest.view.turn == ada.user.id else (plain, synced)
        for number, cell in enumerate((4, 0)):
            await movers[number].channel.move({"cell": cell})
            views.append((await synced.hear(MessageType.PLAYER_MOVE)).view)
            assert (await plain.hear(MessageType.PLAYER_MOVE)).view.board == views[-1].board
        assert [(view.board[1][1], view.board[0][0]) for view in views] == [("X", None), ("X", "O")]
        assert told == [("X", None, "1", "1"), ("O", None, "0", "0")]


async def test_a_program_replaces_a_password_and_verifies_an_address(demo_server: Any) -> None:
    async with NetworkClient(demo_server.base_url) as client:
        await client.request_password_reset("nobody@example.org")
        with pytest.raises(ApiError) as refused:
            await client.reset_password("1-abc-def", "a wholly new sentence")
        assert refused.value.error_code == "reset_invalid"
        await client.request_sign_in_code("nobody@example.org")
        with pytest.raises(ApiError) as refused:
            await client.sign_in_by_code("nobody@example.org", "123456")
        assert refused.value.error_code == "invalid_credentials"
        device = await client.sign_in_by_device("a-device-that-keeps-this-id")
        assert await client.sign_in_by_device("a-device-that-keeps-this-id", create=False) == device
        with pytest.raises(ApiError) as refused:
            await client.sign_in_by_provider("nobody", {"id_token": "x"})
        assert refused.value.status == 404
        with pytest.raises(ApiError) as refused:
            await client.answer_challenge("unknown", "123456")
        assert refused.value.members["code"] == "code_invalid"
        await client.sign_in("user_1", "testpass123")
        await client.request_email_code()
        with pytest.raises(ApiError) as refused:
            await client.verify_email("wrong")
        assert refused.value.error_code == "code_invalid"
        with pytest.raises(ApiError) as refused:
            await client.change_email("other@example.org", "wrong horse")
        assert refused.value.error_code == "wrong_password"


async def test_a_program_hears_of_open_rooms_as_they_come_and_go(demo_server: Any) -> None:
    ada, bob = NetworkClient(demo_server.base_url), NetworkClient(demo_server.base_url)
    async with ada, bob:
        await ada.sign_in_as_guest()
        await bob.sign_in_as_guest()
        heard: asyncio.Queue[Any] = asyncio.Queue()
        watching = await bob.connect_to_open_rooms("arena", metadata={"teams": True})
        for kind in (MessageType.ROOM_LISTED, MessageType.ROOM_UNLISTED):
            watching.register_handler(kind, heard.put)
        others = await ada.request("POST", "/api/games/", {"game": "arena"})
        room = await ada.request("POST", "/api/games/", {"game": "arena", "teams": True})
        listed = await asyncio.wait_for(heard.get(), WITHIN_S)
        assert listed.room.id == room["id"] != others["id"]
        await bob.request("POST", f"/api/games/{room['id']}/join/")
        assert (await asyncio.wait_for(heard.get(), WITHIN_S)).id == room["id"]
