"""A channel of the Python client, against a scripted server."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet
from gameplatform_client import channel as channels
from gameplatform_client import protocol
from gameplatform_client.channel import Channel, backoff
from gameplatform_client.encryption import Cipher, FrameCipher, SessionCipher
from gameplatform_client.errors import AnswerLost, ApiError, ChannelClosed, ClientError, CommandRefused
from gameplatform_client.play import GameChannel
from websockets.asyncio.server import ServerConnection, serve

WITHIN_S = 30.0


class Line:
    """A connection on the scripted server's side."""

    def __init__(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.socket = socket
        self.query = {name: value[0] for name, value in parse_qs(urlsplit(socket.request.path).query).items()}
        self.headers = socket.request.headers

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            heard: dict[str, Any] = json.loads(await self.socket.recv())
        return heard


class Server:
    """Yields connections one by one."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[Line] = asyncio.Queue()
        self.url = ""

    async def answer(self, socket: ServerConnection) -> None:
        self.lines.put_nowait(Line(socket))
        await socket.wait_closed()

    async def next(self, **first: Any) -> Line:
        """Return the next connection, after sending this first frame."""
        async with asyncio.timeout(WITHIN_S):
            line = await self.lines.get()
        if first:
            await line.say(**first)
        return line


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    scripted = Server()
    async with serve(scripted.answer, "127.0.0.1", 0) as running:
        scripted.url = f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}/ws"
        yield scripted


@pytest.fixture
def told() -> list[Any]:
    """The messages that the channel's client has received."""
    return []


@pytest.fixture
def enter(server: Server, told: list[Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``async with enter() as (channel, line)``: an open channel, whose first frame had ``seq`` 1."""
    monkeypatch.setattr(channels, "backoff", lambda losses: 0.0)
    tokens = iter(f"token-{number}" for number in range(1, 100))

    async def token() -> str:
        return next(tokens)

    async def tell(message_type: str, message: object) -> None:
        told.append(message)

    @asynccontextmanager
    async def start(
        cipher: Cipher | None = None, begin: bool = True, kind: type[Channel] = Channel
    ) -> AsyncIterator[tuple[Channel, Line]]:
        channel = kind(server.url, token=token, told=tell, cipher=cipher)
        opening = asyncio.create_task(channel.open())
        line = await server.next(**({} if cipher else {"type": "state", "seq": 1}))
        if begin and cipher:
            await line.socket.send(cipher.encrypt('{"type": "state"}'))
        if begin:
            await opening
        try:
            yield channel, line
        finally:
            await channel.close()
            await asyncio.gather(opening, return_exceptions=True)

    return start


async def settled(told: list[Any], count: int) -> list[Any]:
    """Wait until this many messages have been received."""
    async with asyncio.timeout(WITHIN_S):
        while len(told) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)
    return told


async def test_it_shows_its_token_and_version_in_the_open_request(enter: Any) -> None:
    async with enter() as (channel, line):
        assert line.headers["Authorization"] == "Bearer token-1"
        assert line.query == {"v": channels.PROTOCOL_VERSION}
        assert channel.state == "open"


async def test_it_comes_back_only_after_codes_that_invite_it(enter: Any, server: Server) -> None:
    invited = {1001, 1009, 1012, 1013, 4408, 4429}
    final = {1000, 1002, 1007, 1008, 1011, 4400, 4401, 4403, 4404, 4409, 4413}
    for code in invited:
        async with enter() as (channel, line):
            await line.socket.close(code)
            await server.next()
    for code in final:
        async with enter() as (channel, line):
            await line.socket.close(code, "because")
            closed = await channel.wait_closed()
            assert (closed.code, closed.error_code, channel.state) == (code, "because", "closed")
            for late in (channel.send({"type": "late"}), channel.expect("late")):
                with pytest.raises(ChannelClosed) as refused:
                    await late
                assert refused.value.code == code
    assert server.lines.empty()


async def test_a_broken_line_is_taken_up_where_it_was(enter: Any, server: Server) -> None:
    async with enter() as (channel, line):
        await line.say(type="event", seq=7)
        await line.say(type="resumed", recovered=True, since=1, seq=40)
        await line.say(type="tick")
        line.socket.transport.abort()
        assert (await server.next()).query["since"] == "7"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silence is found in a tenth of the time."""
    for name in ("QUIET_IN_PLAY_S", "ANSWER_IN_DOUBT_S"):
        monkeypatch.setattr(channels, name, getattr(channels, name) / 10)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("frame", [{"type": "game_tick"}, {"type": "game_state", "state": "active"}])
async def test_a_silence_in_play_is_asked_about_and_the_socket_replaced(
    enter: Any, server: Server, frame: dict[str, Any]
) -> None:
    async with enter(kind=GameChannel) as (channel, line):
        await line.say(**frame)
        assert (await line.hear())["type"] == "ping"
        again = await server.next(type="game_state", state="active", seq=2)
        assert again.socket is not line.socket
        await asyncio.wait_for(channel.expect("game_state"), WITHIN_S)


@pytest.mark.parametrize("latency", [0.0, 0.3, 0.72])
def test_a_silence_is_noticed_within_two_seconds(latency: float) -> None:
    assert latency < channels.answer_within(latency) <= 2 - channels.QUIET_IN_PLAY_S - 0.1


def test_a_network_slower_than_a_second_has_time_to_answer() -> None:
    assert channels.answer_within(1.2) > 1.2


@pytest.mark.usefixtures("hurried")
async def test_a_game_that_answers_is_kept_and_one_that_is_over_is_not_asked(
    enter: Any, server: Server
) -> None:
    async with enter(kind=GameChannel) as (channel, line):
        await line.say(type="game_start")
        for _ in range(3):
            assert (await line.hear())["type"] == "ping"
            await line.say(type="pong")
        over = channel.expect("game_over")
        await line.say(type="game_over")
        await over
        assert not channel._is_in_play.is_set()
        assert server.lines.empty()


async def test_what_is_sent_while_it_is_away_goes_out_in_order(enter: Any, server: Server) -> None:
    async with enter() as (channel, line):
        line.socket.transport.abort()
        again = await server.next()
        sent = [await channel.send({"type": "move", "cell": cell}) for cell in range(3)]
        await again.say(type="state", seq=1)
        assert [(await again.hear())["id"] for _ in range(3)] == sent


async def test_too_much_that_waits_is_refused(enter: Any, server: Server) -> None:
    async with enter() as (channel, line):
        line.socket.transport.abort()
        await server.next()
        for _ in range(channels.OUTBOX_MOST):
            await channel.send({"type": "move"})
        with pytest.raises(ClientError) as refused:
            await channel.send({"type": "move"})
        assert refused.value.error_code == "outbox_full"


async def test_an_input_is_sent_at_once_without_an_id_or_not_at_all(enter: Any, server: Server) -> None:
    async with enter(kind=GameChannel) as (channel, line):
        assert await channel.steer({"dx": 1, "n": 1})
        assert await line.hear() == {"type": "player_move", "movement": {"dx": 1, "n": 1}}
        line.socket.transport.abort()
        again = await server.next()
        assert not await channel.steer({"dx": 1, "n": 2})
        await channel.move({"cell": 1})
        await again.say(type="state", seq=1)
        assert (await again.hear())["movement"] == {"cell": 1}


async def test_a_refused_socket_is_told_to_who_opens_it(server: Server) -> None:
    async def token() -> str:
        return "token"

    async def tell(message_type: str, message: object) -> None: ...

    channel = Channel(server.url, token=token, told=tell)
    opening = asyncio.create_task(channel.open())
    await (await server.next()).socket.close(4403, "not_a_player")
    with pytest.raises(ChannelClosed) as refused:
        await opening
    assert (refused.value.code, refused.value.error_code) == (4403, "not_a_player")


async def test_who_is_signed_out_does_not_knock() -> None:
    async def token() -> str:
        raise ApiError(401, "session_ended")

    async def tell(message_type: str, message: object) -> None: ...

    with pytest.raises(ChannelClosed) as refused:
        await Channel("ws://127.0.0.1:1", token=token, told=tell).open()
    assert (refused.value.code, refused.value.error_code) == (4401, "session_ended")


async def test_asking_returns_the_answer_or_nothing_or_the_refusal(enter: Any) -> None:
    async with enter() as (channel, line):
        for answer in (
            {"type": "list", "names": []},
            None,
            {"type": "error", "code": "far", "message": "Far."},
        ):
            asking = asyncio.create_task(channel.ask({"type": "move"}))
            asked, ping = await line.hear(), await line.hear()
            if answer:
                await line.say(ref=asked["id"], **answer)
            await line.say(type="pong", ref=ping["id"])
            if answer and answer["type"] == "error":
                with pytest.raises(CommandRefused) as refused:
                    await asking
                assert (refused.value.error_code, refused.value.error_message) == ("far", "Far.")
                assert (refused.value.details, refused.value.ref) == ({}, asked["id"])
            else:
                assert await asking == (answer and {**answer, "ref": asked["id"]})


async def test_an_answer_that_cannot_come_any_more_is_not_waited_for(enter: Any, server: Server) -> None:
    async with enter() as (channel, line):
        asking = asyncio.create_task(channel.ask({"type": "move"}))
        await line.hear()
        line.socket.transport.abort()
        with pytest.raises(AnswerLost):
            await asking
        again = await server.next(type="state", seq=1)
        await channel.send({"type": "next"})
        assert (await again.hear())["type"] == "next"


async def test_a_renewal_leaves_no_gap_and_says_nothing_twice(
    enter: Any, server: Server, told: list[Any]
) -> None:
    async with enter() as (channel, line):
        await line.say(type="event", seq=2)
        await settled(told, 2)
        channel.renew()
        fresh = await server.next()
        assert fresh.query["since"] == "2"
        assert fresh.headers["Authorization"] == "Bearer token-2"
        await line.say(type="event", seq=3)
        sent = await channel.send({"type": "move"})
        await fresh.say(type="resumed", recovered=True, since=2, seq=3)
        await fresh.say(type="event", seq=3)
        assert (await fresh.hear())["id"] == sent
        await line.socket.wait_closed()
        assert [one.get("seq") for one in await settled(told, 4)] == [1, 2, 3, 3]
        assert [one["type"] for one in told] == ["state", "event", "resumed", "event"]


async def test_a_renewal_waits_for_what_was_asked(enter: Any, server: Server) -> None:
    async with enter() as (channel, line):
        asking = asyncio.create_task(channel.ask({"type": "move"}))
        asked, _ = await line.hear(), await line.hear()
        channel.renew()
        await line.say(type="answer", ref=asked["id"])
        assert (await asking)["type"] == "answer"
        fresh = await server.next(type="resumed", recovered=True, since=1, seq=1)
        sent = await channel.send({"type": "next"})
        assert (await fresh.hear())["id"] == sent


async def test_handlers_are_called_in_order_and_may_fail_and_ask_and_wait(
    enter: Any, told: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with enter() as (channel, line):
        answers = []

        def fails(message: Any) -> None:
            raise RuntimeError("a handler's own fault")

        async def asks(message: Any) -> None:
            answers.append(await channel.ask({"type": "question", "about": message["seq"]}))

        channel.register_handler("event", fails)
        channel.register_handler("event", asks)
        for seq in (2, 3):
            await line.say(type="event", seq=seq)
        for seq in (2, 3):
            question, ping = await line.hear(), await line.hear()
            assert question["about"] == seq
            await line.say(type="answer", ref=question["id"])
            await line.say(type="pong", ref=ping["id"])
        await settled(told, 7)
        assert [answer["type"] for answer in answers] == ["answer", "answer"]
        assert "a handler's own fault" in caplog.text
        channel.unregister_handler("event", asks)
        await line.say(type="event", seq=4)
        await settled(told, 8)
        assert len(answers) == 2


async def test_a_handler_registered_once_the_channel_is_open_hears_the_first_frame(
    server: Server, told: list[Any]
) -> None:
    async def token() -> str:
        return "token"

    async def tell(message_type: str, message: object) -> None:
        told.append(message)

    channel = Channel(server.url, token=token, told=tell)
    speaking = asyncio.create_task(server.next(type="state", seq=1))
    await channel.open()
    heard: list[Any] = []
    channel.register_handler("state", heard.append)
    await settled(told, 1)
    assert heard == told == [{"type": "state", "seq": 1}]
    await speaking
    await channel.close()


async def test_a_handler_may_close_and_what_came_before_a_final_close_is_heard(enter: Any) -> None:
    async with enter() as (channel, line):
        heard = []

        async def last(message: Any) -> None:
            heard.append(message["type"])
            await channel.close()

        channel.register_handler("kicked", last)
        await line.say(type="kicked", seq=2)
        await line.say(type="never_heard", seq=3)
        assert (await channel.wait_closed()).code == 1000
    async with enter() as (channel, line):
        channel.register_handler("kicked", lambda message: heard.append("told"))
        await line.say(type="kicked", seq=2)
        await line.socket.close(4403)
        await channel.wait_closed()
        await settled(heard, 2)
    assert heard == ["kicked", "told"]


async def test_what_comes_at_the_moment_of_closing_does_not_open_it_again(enter: Any) -> None:
    # The frame passes through both ends' loops: closing meets it at each step.
    for turns in range(20):
        async with enter() as (channel, line):
            await line.say(type="event", seq=2)
            for _ in range(turns):
                await asyncio.sleep(0)
            await channel.close()
            assert channel.state == "closed"
            await channel.close()


async def test_a_handler_that_is_cut_short_does_not_keep_later_messages_from_others(enter: Any) -> None:
    async with enter() as (channel, line):
        heard: asyncio.Queue[Any] = asyncio.Queue()

        async def waits_in_vain(message: Any) -> None:
            other = asyncio.get_running_loop().create_future()
            other.cancel()
            await other

        channel.register_handler("event", waits_in_vain)
        channel.register_handler("event", heard.put_nowait)
        for _ in range(2):
            await line.say(type="event")
            await asyncio.wait_for(heard.get(), WITHIN_S)


async def test_a_channel_opened_again_tells_one_message_after_the_other(enter: Any, server: Server) -> None:
    async with enter() as (channel, line):
        begun: asyncio.Queue[Any] = asyncio.Queue()
        may_end: asyncio.Queue[Any] = asyncio.Queue()

        async def takes_its_time(message: Any) -> None:
            begun.put_nowait(message["seq"])
            await may_end.get()

        channel.register_handler("event", takes_its_time)
        await line.say(type="event", seq=2)
        await begun.get()
        await line.socket.close(4403)
        await channel.wait_closed()
        opening = asyncio.create_task(channel.open())
        line = await server.next(type="state", seq=3)
        await opening
        may_end.put_nowait(None)
        answered = channel.expect("last")
        for kind, seq in (("event", 4), ("event", 5), ("last", 6)):
            await line.say(type=kind, seq=seq)
        await asyncio.wait_for(answered, WITHIN_S)
        assert await asyncio.wait_for(begun.get(), WITHIN_S) == 4
        assert begun.empty()
        may_end.put_nowait(None)
        assert await asyncio.wait_for(begun.get(), WITHIN_S) == 5


@pytest.mark.parametrize(
    "rubbish", ['{"type": "error"}', '{"type": "event", "ref": []}'], ids=["error", "ref"]
)
async def test_a_frame_that_is_none_of_ours_ends_the_channel_and_nobody_waits_for_ever(
    enter: Any, rubbish: str
) -> None:
    async with enter() as (channel, line):
        asking = asyncio.create_task(channel.ask({"type": "question"}))
        await line.hear()
        await line.socket.send(rubbish)
        closed = await asyncio.wait_for(channel.wait_closed(), WITHIN_S)
        assert (closed.code, closed.error_code) == (1007, "not_understood")
        with pytest.raises(AnswerLost):
            await asyncio.wait_for(asking, WITHIN_S)


async def test_encrypted_frames_are_nobody_elses_to_read(enter: Any, told: list[Any]) -> None:
    cipher, other = FrameCipher("secret", "ada"), FrameCipher("secret", "bob")
    async with enter(cipher) as (channel, line):
        assert line.query["encrypted"] == "1"
        await channel.send({"type": "whisper", "content": "psst ✓"})
        frame = await line.socket.recv()
        assert set(json.loads(frame)) == {"enc"}
        assert protocol.deserialize(cipher.decrypt(frame))["content"] == "psst ✓"
        with pytest.raises(protocol.ProtocolError):
            other.decrypt(frame)
        await line.say(type="whisper", content="in clear")
        closed = await channel.wait_closed()
        assert (closed.code, closed.error_code) == (1007, "not_a_message")
        assert told == [{"type": "state"}]


class ServersEnd:
    """The server's side of the encryption for one connection of ``?encrypted=session``."""

    def __init__(self, key: bytes, line: Line) -> None:
        self.fernet, self.line = Fernet(key), line
        self.connection = f"{line.query['nonce']}.{secrets.token_hex(8)}"

    async def say(self, number: int, *, sender: str = "server", connection: str = "") -> None:
        header = f"{sender}:{connection or self.connection}:{number}:"
        sealed = self.fernet.encrypt(f'{header}{{"type": "event", "number": {number}}}'.encode())
        await self.line.say(enc=sealed.decode())

    async def hear(self) -> tuple[list[str], Any]:
        *header, text = self.fernet.decrypt((await self.line.hear())["enc"]).decode().split(":", 3)
        return header, json.loads(text)


async def test_frames_of_a_session_name_their_connection_and_their_number(
    enter: Any, server: Server, told: list[Any]
) -> None:
    key = Fernet.generate_key()
    nonces = set()
    async with enter(SessionCipher(key.decode()), begin=False) as (channel, line):
        for _ in range(2):
            assert line.query["encrypted"] == "session"
            nonces.add(line.query["nonce"])
            end = ServersEnd(key, line)
            await end.say(1)
            await channel.open()
            for number in ("1", "2"):
                sent = await channel.send({"type": "whisper", "content": "a: ✓"})
                header, message = await end.hear()
                assert header == ["client", end.connection, number]
                assert (message["id"], message["content"]) == (sent, "a: ✓")
            await end.say(7)
            line.socket.transport.abort()
            line = await server.next()
        assert len(nonces) == 2
        assert [one.number for one in told] == [1, 7, 1, 7]


@pytest.mark.parametrize(
    "played",
    [{"number": 2}, {"number": 3, "sender": "client"}, {"number": 3, "connection": "other.one"}],
    ids=["again", "back", "from another connection"],
)
async def test_a_frame_that_is_played_again_ends_the_channel(
    enter: Any, told: list[Any], played: dict[str, Any]
) -> None:
    key = Fernet.generate_key()
    async with enter(SessionCipher(key.decode()), begin=False) as (channel, line):
        end = ServersEnd(key, line)
        await end.say(2)
        await channel.open()
        await end.say(**played)
        closed = await asyncio.wait_for(channel.wait_closed(), WITHIN_S)
        assert (closed.code, closed.error_code) == (1007, "not_a_message")


async def test_ids_may_be_texts_of_numbers(enter: Any) -> None:
    async with enter() as (channel, line):
        await channel.send({"type": "combat_action", "id": "5", "combat_id": "12", "target_id": 7, "n": "3"})
        assert await line.hear() == {
            "type": "combat_action",
            "id": "5",
            "combat_id": 12,
            "target_id": 7,
            "n": "3",
        }
        for text in ("combat_123", "1.5", "-3", "٣", ""):
            await channel.send({"type": "combat_action", "combat_id": text})
            assert (await line.hear())["combat_id"] == text


def test_the_wait_before_the_next_try_is_random_under_a_bound_that_doubles_and_ends() -> None:
    for losses, bound in ((0, 0.5), (1, 1.0), (4, 8.0), (5, 15.0), (10_000, 15.0)):
        waits = [backoff(losses) for _ in range(200)]
        assert 0 <= min(waits) < bound / 4
        assert bound * 3 / 4 < max(waits) <= bound
