"""Access to each server under load: accounts, rooms and sockets, through public interfaces only."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from bench import http


@dataclass(frozen=True)
class Door:
    """The URL of a socket, and the bearer token and the subprotocol, if any."""

    url: str
    token: str = ""
    subprotocol: str = ""


@dataclass(frozen=True)
class Table:
    """The sockets of a room: two players, and spectators."""

    players: Sequence[Door]
    spectators: Sequence[Door]


class Target:
    """The naive server: sockets need no account, and a room is a path opened by two."""

    def __init__(self, base_url: str, *, stored: bool = False) -> None:
        self.base_url = base_url
        self.sockets_url = base_url.replace("http", "ws", 1)
        self._relay_path = "stored-game" if stored else "game"

    async def tokens(self, count: int) -> list[str]:
        """Create ``count`` guests; return their access tokens."""
        guests = [http.request("POST", "/api/auth/guest/", body={}) for _ in range(count)]
        return [guest["access"] for guest in await http.ask_all(self.base_url, guests)]

    async def board_games(self, count: int, *, spectators: int = 0) -> list[Table]:
        """Create rooms of an endless turn-based game."""
        return [self._table(f"/ws/{self._relay_path}/{uuid4()}/", spectators) for _ in range(count)]

    async def real_time_games(self, count: int) -> list[Table]:
        """Create rooms of an endless real-time game."""
        return [self._table(f"/ws/tick/{uuid4()}/", 0) for _ in range(count)]

    async def user_sockets(self, count: int) -> list[Door]:
        """Return idle sockets of ``count`` users; each receives one frame when opened."""
        return [Door(f"{self.sockets_url}/ws/notifications/")] * count

    def _table(self, path: str, spectators: int) -> Table:
        door = Door(self.sockets_url + path)
        return Table([door, door], [door] * spectators)


class Bare(Target):
    """The server that forwards bytes, without accounts."""

    async def tokens(self, count: int) -> list[str]:
        return [""] * count


class Platform(Target):
    """Our server: every socket belongs to a guest, every room is a game joined over REST.

    Games are private unless they have spectators.
    """

    async def board_games(self, count: int, *, spectators: int = 0) -> list[Table]:
        return await self._games("bench_board", count, spectators)

    async def real_time_games(self, count: int) -> list[Table]:
        return await self._games("bench_real_time", count, 0)

    async def crowds(
        self, count: int, players: int, port: int, game: str = "bench_crowd", **options: object
    ) -> list[Table]:
        """Create rooms of many players of a real-time game; their sockets go through ``port``."""
        tokens = await self.tokens(count * players)
        rooms = [tokens[at : at + players] for at in range(0, len(tokens), players)]
        body = {"game": game, "seats": players, "private": True, **options}
        created = await http.ask_all(
            self.base_url,
            [http.request("POST", "/api/games/", token=room[0], body=body) for room in rooms],
        )
        joins = [
            http.request("POST", f"/api/games/{game['id']}/join/", token=token)
            for game, room in zip(created, rooms, strict=True)
            for token in room[1:]
        ]
        await http.ask_all(self.base_url, joins)
        return [
            Table([Door(f"ws://127.0.0.1:{port}/ws/game/{game['id']}/", token) for token in room], [])
            for game, room in zip(created, rooms, strict=True)
        ]

    async def user_sockets(self, count: int) -> list[Door]:
        return [Door(f"{self.sockets_url}/ws/notifications/", token) for token in await self.tokens(count)]

    async def characters(self, count: int) -> list[tuple[int, Door]]:
        """Create characters of one faction in one place; return their ids and world sockets."""
        tokens = await self.tokens(count)
        made = await http.ask_all(
            self.base_url,
            [
                http.request(
                    "POST",
                    "/api/characters/",
                    token=token,
                    body={"name": f"W{uuid4().hex[:20]}", "faction": "Rootkin"},
                )
                for token in tokens
            ],
        )
        ids = [each["id"] for each in made]
        await http.ask_all(
            self.base_url,
            [
                http.request(
                    "POST", "/api/characters/select/", token=token, body={"character_id": character_id}
                )
                for character_id, token in zip(ids, tokens, strict=True)
            ],
        )
        url = f"{self.sockets_url}/ws"
        return [(id_, Door(url, token)) for id_, token in zip(ids, tokens, strict=True)]

    async def spread(self, seen: int) -> dict[int, float]:
        """Put all characters where each sees about so many others; return their ``x`` by id."""
        (token,) = await self.tokens(1)
        asked = http.request("POST", "/api/rpc/bench/spread/", token=token, body={"seen": seen})
        (placed,) = await http.ask_all(self.base_url, [asked])
        return {one["id"]: one["x"] for one in placed}

    async def _games(self, game: str, count: int, spectators: int) -> list[Table]:
        tokens = await self.tokens(2 * count + spectators)
        hosts, guests, watchers = tokens[:count], tokens[count : 2 * count], tokens[2 * count :]
        created = await http.ask_all(
            self.base_url,
            [
                http.request(
                    "POST", "/api/games/", token=host, body={"game": game, "private": not spectators}
                )
                for host in hosts
            ],
        )
        ids = [each["id"] for each in created]
        await http.ask_all(
            self.base_url,
            [
                http.request("POST", f"/api/games/{id_}/join/", token=guest)
                for id_, guest in zip(ids, guests, strict=True)
            ],
        )
        return [
            Table(
                [Door(url, host), Door(url, guest)],
                [Door(url, watcher) for watcher in watchers],
            )
            for url, host, guest in zip(
                (f"{self.sockets_url}/ws/game/{id_}/" for id_ in ids), hosts, guests, strict=True
            )
        ]


def target(server: str, base_url: str) -> Target:
    """Return the target for the server of this name (see ``bench.servers``)."""
    if server.startswith("ours"):
        return Platform(base_url)
    if server.startswith("ceiling"):
        return Bare(base_url)
    return Target(base_url, stored=server == "naive-stored")
