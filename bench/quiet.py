"""Sockets of a quiet server: how long one takes to open, and a message to reach another user's socket."""

import asyncio
import time
from collections.abc import Callable
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


def door(users: Basket, kind: str, number: int) -> Door:
    """Return the socket of this kind for the user with this number."""
    url = users.base_url.replace("http", "ws", 1) + PATHS[kind](users, number)
    return Door(url, users.users[number].token)


async def opening(users: Basket, load: sockets.Load, kind: str, *, at_once: int) -> list[float]:
    """Return how long each user's socket took to its first frame, so many opened at a time."""
    took = []
    for first in range(0, users.count, at_once):
        numbers = range(first, min(first + at_once, users.count))
        opened = [sockets.Listener(load) for _ in numbers]
        began = time.perf_counter()
        await sockets.connect(
            (door(users, kind, number), one) for number, one in zip(numbers, opened, strict=True)
        )
        await sockets.all_of(one.greeted for one in opened)
        took += [one.greeted_at - began for one in opened]
        for one in opened:
            one.leave()
        await asyncio.sleep(REST_S)
    return took


async def delivery(users: Basket, load: sockets.Load, message: Message) -> list[float]:
    """Return how long a message from the first of each pair took to the socket of the second."""
    opened = [sockets.Listener(load) for _ in users.users]
    await sockets.connect((door(users, message.socket, number), one) for number, one in enumerate(opened))
    await sockets.all_of(one.greeted for one in opened)
    took = []
    for number in range(0, users.count, 2):
        await asyncio.sleep(REST_S)
        heard = opened[number + 1].expect(message.frame)
        began = time.perf_counter()
        opened[number].send(msgspec.json.encode(message.command(users.users[number + 1].id)))
        await sockets.all_of([heard])
        took.append(heard.result() - began)
    for one in opened:
        one.leave()
    return took


async def notification(users: Basket, load: sockets.Load) -> list[float]:
    """Return how long a friend request over REST took to the notifications socket of its receiver."""
    opened = [sockets.Listener(load) for _ in users.users]
    await sockets.connect((door(users, "notifications", number), one) for number, one in enumerate(opened))
    await sockets.all_of(one.greeted for one in opened)
    asked = users.post(
        lambda _: "/api/friends/requests/",
        lambda number: {"user_id": users.users[(number + 2) % users.count].id},
    )
    took = []
    async with http.connections(users.base_url, 1) as [connection]:
        for number in range(0, users.count, 2):
            await asyncio.sleep(REST_S)
            heard = opened[(number + 2) % users.count].expect("friend_request")
            began = time.perf_counter()
            (await connection.send(asked[number])).require(asked[number])
            await sockets.all_of([heard])
            took.append(heard.result() - began)
    for one in opened:
        one.leave()
    return took


async def figures(users: Basket, load: sockets.Load) -> dict[str, float]:
    """Return the median of each in milliseconds."""
    await prepare(users)
    found = {}
    for kind in OPENED:
        found[f"{kind}_alone_ms"] = await opening(users, load, kind, at_once=1)
        found[f"{kind}_ten_ms"] = await opening(users, load, kind, at_once=TOGETHER)
    for name, message in MESSAGES.items():
        found[f"{name}_ms"] = await delivery(users, load, message)
    found["notification_ms"] = await notification(users, load)
    return {name: measure.latency(seconds)["p50_ms"] for name, seconds in found.items()}
