"""Sockets the naive way: no accounts, no rules, every message through the channel layer."""

import asyncio
import time
from collections import Counter
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer

from bench.naive.models import Move

FRAME_RATE = 30


class Room(AsyncJsonWebsocketConsumer):
    """A group of all sockets at the same path."""

    room: UUID
    group: str

    async def connect(self) -> None:
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"game_{self.room}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        if content["type"] == "player_ready":
            await self.send_json({"type": "game_start"})
        else:
            await self.move(content["movement"])

    async def move(self, movement: dict[str, Any]) -> None:
        """Send the move to everyone in the room."""
        await self.channel_layer.group_send(self.group, {"type": "player.move", "movement": movement})

    async def player_move(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "player_move", "movement": event["movement"]})


class StoredRoom(Room):
    """A room that stores each move in the database before sending it."""

    async def move(self, movement: dict[str, Any]) -> None:
        await Move.objects.acreate(room=self.room, movement=movement)
        await super().move(movement)


class TickingRoom(Room):
    """A room with a task of its own that sends the state 30 times a second."""

    members: Counter[UUID] = Counter()
    tasks: dict[UUID, asyncio.Task[None]] = {}

    async def connect(self) -> None:
        await super().connect()
        self.members[self.room] += 1
        if self.room not in self.tasks:
            self.tasks[self.room] = asyncio.create_task(run(self.group))

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        self.members[self.room] -= 1
        if not self.members[self.room]:
            self.tasks.pop(self.room).cancel()

    async def game_tick(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "game_tick", "tick": event["tick"], "view": event["view"]})


async def run(group: str) -> None:
    """Move a ball between the walls and send it to the group."""
    layer = get_channel_layer()
    ball = {"x": 400.0, "y": 300.0, "vx": 5.0, "vy": 3.0}
    started, tick = time.monotonic(), 0
    while True:
        tick += 1
        await asyncio.sleep(started + tick / FRAME_RATE - time.monotonic())
        for place, speed, wall in (("x", "vx", 800.0), ("y", "vy", 600.0)):
            ball[place] += ball[speed]
            if not 0.0 <= ball[place] <= wall:
                ball[speed] = -ball[speed]
        await layer.group_send(group, {"type": "game.tick", "tick": tick, "view": {"ball": ball}})


class Notifications(AsyncJsonWebsocketConsumer):
    """A socket without traffic."""

    async def connect(self) -> None:
        await self.channel_layer.group_add("users", self.channel_name)
        await self.accept()
        await self.send_json({"type": "badge"})

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("users", self.channel_name)
