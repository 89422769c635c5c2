"""Players who use real server processes over real sockets."""

import asyncio
import json
from typing import Any

import httpx
import msgspec
from gameplatform_client.state import SyncedState  # type: ignore[import-not-found]
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from core.ids import UserId

WITHIN_S = 60.0


class NetworkPlayer:
    """A guest with a token and a socket, who can reconnect; a ``subprotocol`` asks for changes only."""

    def __init__(self, base_url: str, name: str, *, subprotocol: str | None = None) -> None:
        self.base_url = base_url
        answer = httpx.post(f"{base_url}/api/auth/guest", json={"username": name}, timeout=WITHIN_S)
        assert answer.status_code == 201, answer.text
        self.id: UserId = answer.json()["user"]["id"]
        self.token: str = answer.json()["access"]
        self.socket: ClientConnection | None = None
        self.subprotocols = None if subprotocol is None else [Subprotocol(subprotocol)]
        self.state = SyncedState()
        self.changes = 0
        self.path = ""
        self.seq: int | None = None
        self.heard: list[dict[str, Any]] = []

    def post(self, path: str, body: dict[str, Any] | None = None, *, base_url: str | None = None) -> Any:
        """POST as this player; return the body of the response, which must succeed."""
        answer = httpx.post(
            f"{base_url or self.base_url}{path}",
            json=body or {},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=WITHIN_S,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """GET as this player; return the body of the response, which must succeed."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.base_url}{path}", headers=headers, timeout=WITHIN_S)
        assert answer.is_success, answer.text
        return answer.json()

    async def enter(self, path: str, *, base_url: str | None = None) -> None:
        """Open the socket at ``path``, on this server or another, resuming after the last event seen."""
        self.path = path
        if base_url is not None:
            self.base_url = base_url
        since = "" if self.seq is None else f"?since={self.seq}"
        self.socket = await connect(
            f"{self.base_url.replace('http', 'ws', 1)}{path}{since}",
            additional_headers={"Authorization": f"Bearer {self.token}"},
            subprotocols=self.subprotocols,
            open_timeout=WITHIN_S,
        )

    async def send(self, **message: Any) -> None:
        """Send a message."""
        assert self.socket is not None
        await self.socket.send(json.dumps(message))

    async def hear(self, kind: str | None = None) -> dict[str, Any]:
        """Return the next frame, or the next of this type; raises ``ConnectionClosed`` on a lost socket."""
        assert self.socket is not None
        async with asyncio.timeout(WITHIN_S):
            while True:
                raw = await self.socket.recv()
                self.changes += _is_change(raw)
                frame: dict[str, Any] = self.state.read(raw) if self.subprotocols else json.loads(raw)
                self.heard.append(frame)
                if frame["type"] != "game_tick":
                    self.seq = frame.get("seq", self.seq)
                if kind in (None, frame["type"]):
                    return frame

    async def come_back(self, *base_urls: str) -> None:
        """Reconnect to the first of these servers that accepts, and wait for the first frame."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                for base_url in base_urls:
                    try:
                        await self.enter(self.path, base_url=base_url)
                        await self.hear()
                        return
                    except (OSError, ConnectionClosed):
                        await asyncio.sleep(0.05)

    async def leave(self) -> None:
        """Close the socket."""
        if self.socket is not None:
            await self.socket.close()


def _is_change(frame: str | bytes) -> bool:
    """Return whether a frame has a change of a view, and not all of it."""
    if isinstance(frame, str):
        return "delta" in json.loads(frame)
    kind, _, third, *_ = msgspec.msgpack.decode(frame)
    return third != 0 if kind == 0 else third is not None


def new_game(first: NetworkPlayer, second: NetworkPlayer, game: str = "tictactoe", **options: Any) -> str:
    """Create a game of these two; return the path of its socket."""
    made = first.post("/api/games/", {"game": game, "private": True, **options})
    second.post(f"/api/games/{made['id']}/join/")
    return str(made["ws_url"])


async def begin(path: str, *players: NetworkPlayer) -> None:
    """Enter the game with all players and get ready; its room is on the first player's server."""
    for player in players:
        await player.enter(path)
        # One after the other, so that the first player opens the room.
        await player.hear("game_state")
    for player in players:
        await player.send(type="player_ready")
    for player in players:
        await player.hear("game_start")
        await player.hear("game_state")
