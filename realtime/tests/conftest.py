"""A small application on the realtime layer alone: rooms of any name; a token is a user's number."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import unquote

import pytest
from channels.routing import ProtocolTypeRouter
from django.urls import re_path
from msgspec import UNSET, Meta, UnsetType

from core import background
from core.ids import UserId
from core.refusals import NotAllowed, Unauthenticated
from realtime.publishing import publish_now
from realtime.routing import Router
from realtime.socket.consumer import Consumer, handles
from realtime.socket.gate import Gate, HostOriginValidator
from realtime.testing import Player, running_worker
from realtime.wire.identity import Identity
from realtime.wire.messages import Closing, Command, Ephemeral, Event, Reply
from realtime.wire.topics import Topic
from realtime.worker import Worker


class Say(Command):
    """Say something to the room."""

    message: Annotated[str, Meta(min_length=1, max_length=200)]


class Wave(Command):
    """Ephemeral."""


class Expel(Command):
    """Send a user out of the room."""

    user_id: UserId


class Beckon(Command):
    """Ephemeral, and only for the others."""


class Ponder(Command):
    """Takes time to handle."""


class Said(Event):
    """Somebody said something."""

    room: str
    message: str

    def audience(self) -> Topic:
        return Topic(self.room)


class Waved(Ephemeral):
    """Somebody waved."""

    room: str

    def audience(self) -> Topic:
        return Topic(self.room)


class Beckoned(Ephemeral):
    """Somebody wants the others to come."""

    room: str
    user_id: UserId

    def audience(self) -> Topic:
        return Topic(self.room)

    def but_user_id(self) -> UserId:
        return self.user_id


class Expelled(Event):
    """A user has to go."""

    room: str
    user_id: UserId

    def audience(self) -> Topic:
        return Topic(self.room)

    def closing(self) -> Closing:
        return Closing(4403, "expelled", self.user_id)


class RoomState(Reply):
    """The messages so far."""

    said: list[str]
    recovered: bool | UnsetType = UNSET


class Room(Consumer):
    """A room that remembers messages in ``heard``."""

    heard: dict[str, list[str]] = {}
    shut_out: set[int] = set()

    async def opened(self) -> None:
        self.room = unquote(self.scope["url_route"]["kwargs"]["room"])
        if self.room == "closed":
            raise NotAllowed("Nobody may enter.")
        await self.follow(Topic(self.room), self.state)

    async def state(self) -> RoomState:
        if self.player.user_id in self.shut_out:
            raise NotAllowed("Not any more.")
        return RoomState(said=list(self.heard.get(self.room, [])))

    @handles(Say)
    def say(self, command: Say) -> None:
        if command.message == "fail":
            raise RuntimeError("planted")
        self.heard.setdefault(self.room, []).append(command.message)
        publish_now(Said(room=self.room, message=command.message))

    @handles(Ponder)
    async def ponder(self, command: Ponder) -> None:
        raise NotAllowed("On second thoughts, no.")

    @handles(Wave)
    def wave(self, command: Wave) -> None:
        publish_now(Waved(room=self.room))

    @handles(Beckon)
    def beckon(self, command: Beckon) -> None:
        publish_now(Beckoned(room=self.room, user_id=self.player.user_id))

    @handles(Expel)
    def expel(self, command: Expel) -> None:
        publish_now(Expelled(room=self.room, user_id=command.user_id))


async def identify(token: str) -> Identity:
    if not token.isdigit():
        raise Unauthenticated()
    return Identity(UserId(int(token)), f"user{token}", False, False, int(token), time.time() + 3600)


gate = Gate(
    Router([re_path(r"^ws/rooms/(?P<room>[^/]+)/?$", Room.as_asgi())]),
    identify=identify,
    redeem=identify,
    open_paths=(),
)
application = ProtocolTypeRouter({"websocket": HostOriginValidator(gate)})


@pytest.fixture(autouse=True)
async def here(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Worker]:
    """A worker without the background tasks of other apps."""
    own = [task for task in background.tasks if task.__module__.startswith("realtime.")]
    monkeypatch.setattr("core.background.tasks", own)
    monkeypatch.setattr("core.background.sweeps", [])
    Room.heard.clear()
    Room.shut_out.clear()
    async with running_worker() as running:
        yield running


@pytest.fixture
def room() -> str:
    """A new room."""
    return f"room-{time.time_ns()}"


@pytest.fixture
def enter(room: str) -> Any:
    async def enter(user: int, query: str = "", **kwargs: Any) -> Player:
        return await Player(application, f"/ws/rooms/{room}/{query}", token=str(user), **kwargs).enter()

    return enter
