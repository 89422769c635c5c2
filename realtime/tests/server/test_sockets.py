"""The guarantees for applications and clients on every server."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime.tests.server.conftest import Served


async def how_it_ended(server: Any, key: UUID) -> Any:
    """Return what the application received when the socket with this ``id`` ended."""
    async with server.connect(f"/heard?id={key}") as socket:
        return json.loads(await socket.recv())


async def closing(socket: Any) -> Any:
    """Return the close frame that ends the socket."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as ended:
        return ended.rcvd


async def test_text_and_bytes_come_back_as_they_went(server: Served) -> None:
    async with server.connect("/echo") as socket:
        empty: list[str | bytes] = ["", b""] if server.can("empty") else []
        for message in ["hi", "Grüße 🎲", b"\x00\xff", *empty, "x" * 60_000, b"y" * 60_000]:
            await socket.send(message)
            assert await socket.recv() == message


async def test_a_fragmented_message_arrives_whole(server: Served) -> None:
    async with server.connect("/echo") as socket:
        await socket.send(["one ", "two ", "three"])
        assert await socket.recv() == "one two three"
        await socket.send([b"1", b"2"])
        assert await socket.recv() == b"12"


async def test_pings_are_answered(server: Served) -> None:
    async with server.connect("/echo") as socket:
        await (await socket.ping(b"are you there"))


async def test_headers_and_subprotocols_go_both_ways(server: Served) -> None:
    asking = {"X-Ask": "who"}
    async with server.connect("/echo", subprotocols=["x", "chat"], additional_headers=asking) as socket:
        assert socket.subprotocol == "chat"
        if server.can("accept headers"):
            assert socket.response.headers["x-answer"] == "yes"
            assert socket.response.headers["x-asked"] == "who"


async def test_without_a_chosen_subprotocol_none_is_answered(server: Served) -> None:
    async with server.connect("/echo", subprotocols=["x"]) as socket:
        assert socket.subprotocol is None


async def test_the_scope_describes_the_connection(server: Served) -> None:
    async with server.connect("/sc%C3%B6pe?id=1", subprotocols=["a", "b"]) as socket:
        scope = json.loads(await socket.recv())
        assert scope["path"] == "/scöpe"
        assert scope["subprotocols"] == ["a", "b"]
        assert scope["client"] == list(socket.local_address)
        assert scope["server"] == list(socket.remote_address)
        assert scope["direct"] is server.can("direct")


async def test_a_refusal_is_a_403(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await server.connect("/refuse")
    assert refused.value.response.status_code == 403


async def test_a_refusal_may_be_a_whole_response(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await server.connect("/respond")
    response = refused.value.response
    if server.can("refusal body"):
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["x-why"] == "none of yours"
        assert response.body == b'{"code":"no"}'
    else:
        assert response.status_code == 403


async def test_a_fault_before_the_answer_is_a_500(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await server.connect("/raise-before")
    assert refused.value.response.status_code == 500


async def test_a_fault_after_the_answer_ends_the_socket(server: Served) -> None:
    async with server.connect("/raise-after") as socket:
        received = await closing(socket)
        assert received.code == 1011 if server.can("1011") else received is None


async def test_the_applications_close_reaches_the_client(server: Served) -> None:
    async with server.connect("/close?code=4403&reason=not+yours") as socket:
        received = await closing(socket)
        assert received.code == 4403
        assert received.reason == ("not yours" if server.can("reason") else "")


async def test_the_clients_close_reaches_the_application(server: Served) -> None:
    key = uuid4()
    async with server.connect(f"/echo?id={key}") as socket:
        await socket.close(4001, "bye")
        assert socket.close_code == (4001 if server.can("close code") else 1000)
    told = await how_it_ended(server, key)
    assert told["code"] == 4001
    assert told["reason"] == ("bye" if server.can("reason") else told["reason"])


async def test_a_connection_that_breaks_reaches_the_application(server: Served) -> None:
    key = uuid4()
    async with server.connect(f"/echo?id={key}") as socket:
        socket.transport.abort()
        told = await how_it_ended(server, key)
        assert told["code"] in (1005, 1006)


async def test_small_and_large_messages_keep_their_order_and_content(server: Served) -> None:
    async with server.connect("/burst") as socket:
        for number in range(40):
            assert await socket.recv() == f"{number} " + "x" * (20_000 if number % 2 else 3)


async def test_what_a_lagging_application_has_not_read_is_not_lost(server: Served) -> None:
    key = uuid4()
    async with server.connect(f"/lag?go={key}") as socket:
        for number in range(2_000):
            await socket.send(str(number))
        async with server.connect(f"/go?go={key}"):
            await socket.send("last")
            assert await socket.recv() == "2001"


async def test_many_sockets_at_once_do_not_mix(server: Served) -> None:
    async def visit(number: int) -> None:
        async with server.connect("/echo") as socket:
            for turn in range(5):
                await socket.send(f"{number}/{turn}")
                assert await socket.recv() == f"{number}/{turn}"

    await asyncio.gather(*(visit(number) for number in range(50)))
