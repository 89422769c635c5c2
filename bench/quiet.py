"""Sockets of a quiet server: how long one takes to open, and a message to reach another user's socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from bench import basket, http, measure, sockets
from bench.basket import Basket
from bench.targets import Door

FACTION = "Rootkin"
# Longer than the 50 ms for which lookups rest after an answer, so that each meets a quiet server.
REST_S = 0.08
TOGETHER = 10

PATHS: dict[str, Callable[[Basket, int], str]] = {
    "notifications": lambda users, number: "/ws/notifications/",
    "lobby": lambda users, number: f"/ws/lobbies/{basket.lobby_of(number)}/",
    "direct": lambda users, number: f"/ws/chat/{users.partner(number).id}/",
    "world": lambda users, number: "/ws/",
    "friends": lambda users, number: "/ws/friends/status/",
}
OPENED = ("notifications", "lobby", "world")


Send = Callable[[int, sockets.Listener], Awaitable[None]]
"""Sends a message of the user with this number, who has this socket."""


class Message(NamedTuple):
    """A message over a socket: the command to send, given the receiver's id, and the frame it becomes."""

    socket: str
    command: Callable[[int], dict[str, Any]]
    frame: str


_TEXT = {"type": "chat_message", "message": "hello"}
MESSAGES = {
    "lobby_message": Message("lobby", lambda _: _TEXT, "chat_message"),
    "direct_message": Message("direct", lambda _: _TEXT, "chat_message"),
    "whisper": Message(
        "world", lambda to: {"type": "whisper", "to_user_id": to, "content": "hello"}, "whisper"
    ),
    "presence": Message("friends", lambda _: {"type": "set_status", "status": "busy"}, "presence"),
}


async def prepare(users: Basket) -> None:
    """Make each pair friends, members of one lobby, and characters in one place."""
    await basket.friends(users)
    await users.ask(await basket.lobby_join(users))
    made = users.post(
        lambda _: "/api/characters/", lambda _: {"name": f"Q{uuid4().hex[:20]}", "faction": FACTION}
    )
    ids = [character["id"] for character in await users.ask(made)]
    await users.ask(
        users.post(lambda _: "/api/characters/select/", lambda number: {"character_id": ids[number]})
    )


def door(users: Basket, socket: str, number: int) -> Door:
    """Return the socket of this kind for the user with this number."""
    url = users.base_url.replace("http", "ws", 1) + PATHS[socket](users, number)
    return Door(url, users.users[number].token)


async def opening(users: Basket, load: sockets.Load, socket: str, *, at_once: int) -> list[float]:
    """Return how long each user's socket took to its first frame, so many opened at a time."""
    took = []
    for first in range(0, users.count, at_once):
        numbers = range(first, min(first + at_once, users.count))
        opened = [sockets.Listener(load) for _ in numbers]
        began = time.perf_counter()
        await sockets.connect(
            (door(users, socket, number), one) for number, one in zip(numbers, opened, strict=True)
        )
        await sockets.all_of(one.greeted for one in opened)
        took += [one.greeted_at - began for one in opened]
        for one in opened:
            one.leave()
        await asyncio.sleep(REST_S)
    return took


async def delivery(
    users: Basket, load: sockets.Load, socket: str, frame: str, *, to: int, send: Send
) -> list[float]:
    """Return how long each message took to the socket of the user who is ``to`` places further on."""
    opened = [sockets.Listener(load) for _ in users.users]
    await sockets.connect((door(users, socket, number), one) for number, one in enumerate(opened))
    await sockets.all_of(one.greeted for one in opened)
    took = []
    for number in range(0, users.count, 2):
        await asyncio.sleep(REST_S)
        heard = opened[(number + to) % users.count].expect(frame)
        began = time.perf_counter()
        await send(number, opened[number])
        await sockets.all_of([heard])
        took.append(heard.result() - began)
    for one in opened:
        one.leave()
    return took


async def message(users: Basket, load: sockets.Load, kind: Message) -> list[float]:
    """Return how long a message over a socket took to the sender's friend."""

    async def send(number: int, socket: sockets.Listener) -> None:
        socket.send(msgspec.json.encode(kind.command(users.partner(number).id)))

    return await delivery(users, load, kind.socket, kind.frame, to=1, send=send)


async def notification(users: Basket, load: sockets.Load) -> list[float]:
    """Return how long a friend request over REST took to the notifications socket of its receiver."""
    requests = users.post(
        lambda _: "/api/friends/requests/",
        lambda number: {"user_id": users.users[(number + 2) % users.count].id},
    )
    async with http.connections(users.base_url, 1) as [connection]:

        async def send(number: int, socket: sockets.Listener) -> None:
            (await connection.send(requests[number])).require(requests[number])

        return await delivery(users, load, "notifications", "friend_request", to=2, send=send)


async def figures(users: Basket, load: sockets.Load) -> dict[str, float]:
    """Return the median of each in milliseconds."""
    await prepare(users)
    found = {}
    for socket in OPENED:
        found[f"{socket}_alone_ms"] = await opening(users, load, socket, at_once=1)
        found[f"{socket}_ten_ms"] = await opening(users, load, socket, at_once=TOGETHER)
    for name, kind in MESSAGES.items():
        found[f"{name}_ms"] = await message(users, load, kind)
    found["notification_ms"] = await notification(users, load)
    return {name: measure.latency(seconds)["p50_ms"] for name, seconds in found.items()}
