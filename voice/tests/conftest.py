"""Fixtures: users with a lobby, and what they say to the server about voice."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accounts.models import User
from chat import services as chat
from chat.events import LobbyId
from core.database import in_database
from gameplatform.testing.people import Person, ada, bob, cyd, here, person
from realtime.testing import Player

__all__ = ["Den", "Person", "ada", "bob", "cyd", "den", "here", "person"]

OFFER = {"type": "offer", "sdp": "v=0\r\n"}
CANDIDATE = {"candidate": "candidate:1 1 udp 1 a.local 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0}

Den = Callable[..., Awaitable[LobbyId]]


def _open(owner: Person, others: tuple[Person, ...], size: int) -> LobbyId:
    User.objects.filter(pk=owner.id).update(is_premium=True)
    lobby = chat.create_lobby(user_id=owner.id, title="den", max_participants=size)
    for other in others:
        chat.join_lobby(user_id=other.id, lobby_id=lobby.pk)
    return lobby.pk


@pytest.fixture
def den() -> Den:
    """``await den(ada, bob)``: a lobby of Ada's with Bob as a member."""

    async def den(owner: Person, *others: Person, size: int = 8) -> LobbyId:
        return await in_database(_open, owner, others, size)

    return den


async def listen(who: Person) -> Player:
    """Open the user's socket."""
    socket = await who.listen()
    await socket.hear("badge")
    return socket


async def join(who: Person, of: int | str, kind: str = "lobby") -> tuple[Player, dict[str, Any]]:
    """Open the user's socket and join; return the socket, once it has heard of itself, and the answer."""
    socket = await listen(who)
    return socket, await join_by(socket, of, kind)


async def join_by(socket: Player, of: int | str, kind: str = "lobby") -> dict[str, Any]:
    """Join on this socket; return the answer."""
    await socket.send(type="voice_join", kind=kind, of=of)
    joined = await socket.hear_until("voice_joined")
    while joined["peer"] not in peers(await socket.hear_until("voice_members")):
        pass
    return joined


def peers(told: dict[str, Any]) -> dict[str, str]:
    """Return the names of the members in a message by their peer ids."""
    return {member["peer"]: member["username"] for member in told["members"]}
