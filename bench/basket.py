"""The calls that a game client makes in its first five minutes, each with what must be there before it.

The same calls go to our server and to the naive one. A call is a coroutine function that prepares through the
interface and returns one request for each user; every user makes each call once.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench import http

MAX_USERS = 256
LOBBIES = 20
FIRST_LOBBY, FIRST_BATTLE, FIRST_WEAK_BATTLE = 1_000_000, 2_000_000, 3_000_000
"""Ids of the lobbies that all share, and of two battles for each user, made with the tables."""
GAME, QUEUES = "tictactoe", "bench_queues"
PASSWORD = "of-all-who-sign-in"


class Costs(NamedTuple):
    """The number of statements, and of round trips to the database."""

    statements: float
    round_trips: float


STATEMENTS = {"read": 5, "write": 6, "password": 6}
"""The most statements of a call; BEGIN, COMMIT and savepoints are not counted."""
ROUND_TRIPS = {"read": 2, "write": 5, "password": 5}
"""The most round trips to the database of a call, with that of COMMIT."""
EXCEPTIONS = {
    "sign_in": (
        Costs(13, 16),
        "counts failures before the hash and forgets them after it, outside of the transaction",
    ),
    "history": (Costs(3, 3), "reads the friendship, a page, and the reactions to its messages"),
    "queue_join": (
        Costs(7, 8),
        "looks for a match under the queue's lock, stores a ticket, and reads its place",
    ),
    "battle_join": (Costs(9, 5), "changes the battle, its fighters and enemies, and takes stamina for it"),
    "loot": (Costs(13, 10), "four of them grant the achievement of a first victory"),
}
"""Calls that may cost more, and the reason."""
CALLERS = (1, 10, 64)
LEVELS = {"alone": 24, "ten": 80, "crowd": 128}
"""The number of times that each call is made at each level of callers."""
HASH_MS = 20.0
"""The time of an Argon2id hash with OWASP's parameters, on the machine of ``docs/performance.md``."""
P50_MS = {"read": 3.0, "write": 8.0, "password": 8.0 + HASH_MS}
CPU_MS = {"read": 1.0, "write": 2.5, "password": 2.5 + HASH_MS}
TIMES_NAIVE = {"read": 5.0, "write": 5.0, "password": 1.0}


class User(NamedTuple):
    """A guest."""

    id: int
    token: str


class Basket:
    """The users of one server, and what the calls so far have made."""

    def __init__(self, base_url: str, users: int) -> None:
        if users % 2 or users > MAX_USERS:
            raise ValueError(f"An even number of users, at most {MAX_USERS}")
        self.base_url = base_url
        self.count = users
        self.users: list[User] = []
        self.games: list[str] = []

    async def open(self) -> None:
        """Create the users."""
        guests = await self.ask([http.request("POST", "/api/auth/guest/")] * self.count)
        self.users = [User(guest["user"]["id"], guest["access"]) for guest in guests]

    async def ask(self, requests: list[bytes], *, at_once: int = 16) -> list[Any]:
        """Return the answers; raises ``UnexpectedAnswer`` if one is an error."""
        return await http.ask_all(self.base_url, requests, at_once=at_once)

    def get(self, path: str) -> list[bytes]:
        """Return a GET of each user; ``{partner}`` in the path is the id of the user's friend."""
        return [
            http.request("GET", path.format(partner=self.partner(number).id), token=user.token)
            for number, user in enumerate(self.users)
        ]

    def post(
        self,
        path: Callable[[int], str],
        body: Callable[[int], object] = lambda number: None,
    ) -> list[bytes]:
        """Return a POST of each user, made from the user's number."""
        return [
            http.request("POST", path(number), token=user.token, body=body(number))
            for number, user in enumerate(self.users)
        ]

    def partner(self, number: int) -> User:
        """Return the friend of the user with this number; friends come in pairs."""
        return self.users[number ^ 1]


def lobby_of(number: int) -> int:
    """Return the lobby that the user with this number and its friend join."""
    return FIRST_LOBBY + number // 2 % LOBBIES


def signer(number: int) -> str:
    """Return the name of an account with a password; there is one for each user."""
    return f"signer-{number}"


Make = Callable[[Basket], Awaitable[list[bytes]]]


@dataclass(frozen=True)
class Call:
    """A kind of call, and the labels of its route in the metrics."""

    name: str
    kind: str
    method: str
    route: str
    make: Make
    most_callers: int
    """More at once are refused."""

    @property
    def most(self) -> "Costs":
        """Return what the call may cost."""
        most, _ = EXCEPTIONS.get(self.name, (Costs(STATEMENTS[self.kind], ROUND_TRIPS[self.kind]), ""))
        return most


CALLS: dict[str, Call] = {}


def _call(kind: str, operation: str, *, most_callers: int = max(CALLERS)) -> Callable[[Make], Make]:
    method, route = operation.split()

    def register(make: Make) -> Make:
        name = make.__name__
        CALLS[name] = Call(name, kind, method, route, make, most_callers)
        return make

    return register


@_call("write", "POST api/auth/guest")
async def guest(basket: Basket) -> list[bytes]:
    return [http.request("POST", "/api/auth/guest/")] * basket.count


# At most 34 passwords wait to be hashed, or are.
@_call("password", "POST api/auth/login", most_callers=32)
async def sign_in(basket: Basket) -> list[bytes]:
    return [
        http.request("POST", "/api/auth/login/", body={"username": signer(number), "password": PASSWORD})
        for number in range(basket.count)
    ]


@_call("read", "GET api/me")
async def profile(basket: Basket) -> list[bytes]:
    requests = basket.get("/api/me/")
    await basket.ask(requests)  # or the worker would have to look up the session
    return requests


@_call("read", "GET api/player/me")
async def player(basket: Basket) -> list[bytes]:
    requests = basket.get("/api/player/me/")
    await basket.ask(requests)  # the first creates the player
    return requests


@_call("read", "GET api/shop/items")
async def shop(basket: Basket) -> list[bytes]:
    return basket.get("/api/shop/items/")


@_call("write", "POST api/shop/purchase")
async def purchase(basket: Basket) -> list[bytes]:
    [answer] = await basket.ask(basket.get("/api/shop/items/")[:1])
    [sword] = [each["id"] for each in _rows(answer) if each["name"] == "Wooden sword"]
    return basket.post(lambda _: "/api/shop/purchase/", lambda _: {"item_id": sword})


@_call("read", "GET api/inventory")
async def inventory(basket: Basket) -> list[bytes]:
    return basket.get("/api/inventory/")


@_call("write", "POST api/inventory/equip/<int:item_id>")
async def equip(basket: Basket) -> list[bytes]:
    owned = [_rows(answer)[0]["id"] for answer in await basket.ask(basket.get("/api/inventory/"))]
    return basket.post(lambda number: f"/api/inventory/equip/{owned[number]}/")


@_call("read", "GET api/friends")
async def friends(basket: Basket) -> list[bytes]:
    wanted = basket.post(
        lambda _: "/api/friends/requests/", lambda number: {"user_id": basket.partner(number).id}
    )
    ids = [answer["id"] for answer in await basket.ask(wanted[::2])]
    accepted = basket.post(lambda number: f"/api/friends/requests/{ids[number // 2]}/accept/")
    await basket.ask(accepted[1::2])
    return basket.get("/api/friends/")


@_call("read", "GET api/friends/requests")
async def friend_requests(basket: Basket) -> list[bytes]:
    await basket.ask(
        basket.post(
            lambda _: "/api/friends/requests/",
            lambda number: {"user_id": basket.users[(number + 2) % basket.count].id},
        )
    )
    return basket.get("/api/friends/requests/")


@_call("read", "GET api/dm")
async def threads(basket: Basket) -> list[bytes]:
    await basket.ask(
        basket.post(
            lambda number: f"/api/dm/{basket.partner(number).id}/messages/",
            lambda number: {"content": f"Hello from {number}"},
        )
    )
    return basket.get("/api/dm/")


@_call("read", "GET api/dm/<int:friend_id>/messages")
async def history(basket: Basket) -> list[bytes]:
    return basket.get("/api/dm/{partner}/messages/")


@_call("read", "GET api/notifications/badge")
async def badge(basket: Basket) -> list[bytes]:
    return basket.get("/api/notifications/badge/")


@_call("read", "GET api/lobbies")
async def lobbies(basket: Basket) -> list[bytes]:
    return basket.get("/api/lobbies/")


@_call("write", "POST api/lobbies/<int:lobby_id>/join")
async def lobby_join(basket: Basket) -> list[bytes]:
    return basket.post(lambda number: f"/api/lobbies/{lobby_of(number)}/join/")


@_call("write", "POST api/lobbies/<int:lobby_id>/messages")
async def lobby_message(basket: Basket) -> list[bytes]:
    return basket.post(
        lambda number: f"/api/lobbies/{lobby_of(number)}/messages/",
        lambda number: {"content": f"Hello from {number}"},
    )


@_call("write", "POST game/join")
async def queue_join(basket: Basket) -> list[bytes]:
    # Each user has a queue alone, made with the tables, where no match is found.
    return basket.post(lambda _: "/game/join/", lambda number: {"game": QUEUES, "mode": f"m{number}"})


@_call("write", "POST game/leave")
async def queue_leave(basket: Basket) -> list[bytes]:
    return basket.post(lambda _: "/game/leave/")


@_call("write", "POST api/games")
async def game_create(basket: Basket) -> list[bytes]:
    requests = basket.post(lambda _: "/api/games/", lambda _: {"game": GAME, "private": True})
    basket.games = [game["id"] for game in await basket.ask(requests)]
    return requests


@_call("write", "POST api/games/<str:game_id>/join")
async def game_join(basket: Basket) -> list[bytes]:
    return basket.post(lambda number: f"/api/games/{basket.games[number ^ 1]}/join/")


@_call("read", "GET api/leaderboards/<str:name>")
async def leaderboard(basket: Basket) -> list[bytes]:
    return basket.get(f"/api/leaderboards/{GAME}/")


@_call("write", "POST api/battles/join/<int:battle_id>")
async def battle_join(basket: Basket) -> list[bytes]:
    return _joining(basket, FIRST_BATTLE)


@_call("write", "POST api/battles/attack/<int:battle_id>")
async def attack(basket: Basket) -> list[bytes]:
    return _attacking(basket, FIRST_BATTLE)


@_call("write", "POST api/battles/claim-loot/<int:battle_id>")
async def loot(basket: Basket) -> list[bytes]:
    await basket.ask(_joining(basket, FIRST_WEAK_BATTLE))
    await basket.ask(_attacking(basket, FIRST_WEAK_BATTLE))
    return basket.post(lambda number: f"/api/battles/claim-loot/{FIRST_WEAK_BATTLE + number}/")


def _joining(basket: Basket, first: int) -> list[bytes]:
    return basket.post(lambda number: f"/api/battles/join/{first + number}/")


def _attacking(basket: Basket, first: int) -> list[bytes]:
    # The only enemy of a battle has the battle's id.
    return basket.post(
        lambda number: f"/api/battles/attack/{first + number}/", lambda number: {"enemy_id": first + number}
    )


_COSTS = re.compile(
    r'^http_request_(statements|round_trips)_total\{method="(\w+)",route="([^"]+)"\} (\S+)$', re.MULTILINE
)


async def costs(base_url: str, call: Call) -> Costs:
    """Return what our server has spent on this kind of call so far."""
    async with http.connections(base_url, 1) as [connection]:
        page = await connection.send(http.request("GET", "/metrics?own=1"))
    found = {
        name: float(count)
        for name, method, route, count in _COSTS.findall(page.body.decode())
        if (method, route) == (call.method, call.route)
    }
    return Costs(**({"statements": 0.0, "round_trips": 0.0} | found))


def _rows(answer: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer["results"] if isinstance(answer, dict) else answer
    return rows
