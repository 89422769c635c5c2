"""A snapshot plus later events always equals a later snapshot, tested with random actions."""

import asyncio
import itertools
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts import services as accounts
from core.database import in_database
from core.ids import UserId
from core.statements import Bound
from friends import live, playing, selectors
from friends.tests.conftest import Person
from gameplatform.asgi import application
from realtime.membership import presence
from realtime.testing import Player, running_worker
from realtime.wire.messages import encode

NAMES = ("ada", "bob", "cyd")
SOMEBODY = st.sampled_from(range(len(NAMES)))
PAIR = st.permutations(range(len(NAMES))).map(lambda order: (order[0], order[1]))
_numbers = itertools.count()
_games: dict[int, UUID] = {}


class Screen:
    """A client that shows friends: the snapshot, updated by events."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.friends: dict[int, dict[str, Any]] = {}
        self.status = ""

    async def hear(self) -> None:
        frame = await self.player.hear()
        match frame["type"]:
            case "presence_state":
                self.friends = {friend["user_id"]: friend for friend in frame["friends"]}
                self.status = frame["status"]
            case "presence":
                known = self.friends.get(frame["user_id"])
                if known is not None:
                    known.pop("game_id", None)
                    fields = ("online", "status", "last_seen", "game_id")
                    known.update({field: frame[field] for field in fields if field in frame})
            case "friend_accepted":
                self.friends[frame["friend"]["user_id"]] = frame["friend"]
            case "friend_removed":
                self.friends.pop(frame["user_id"], None)
            case "status_set":
                self.status = frame["status"]
            case kind:
                raise AssertionError(f"heard {kind}")

    async def agree_with(self, user_id: UserId) -> None:
        """Receive events until the state equals a fresh snapshot; fails if none arrives before that."""
        while True:
            state = msgspec.json.decode(encode(await in_database(selectors.presence_state, user_id)))
            if (self.friends, self.status) == (
                {friend["user_id"]: friend for friend in state["friends"]},
                state["status"],
            ):
                return
            await self.hear()


class Tray:
    """A client that shows requests: the fetched list, updated by notifications."""

    def __init__(self, player: Player, requests: dict[int, dict[str, Any]]) -> None:
        self.player, self.requests = player, requests

    async def hear(self) -> None:
        frame = await self.player.hear()
        match frame["type"]:
            case "friend_request":
                self.requests[frame["request"]["id"]] = frame["request"]
            case "friend_request_closed" | "friend_accepted":
                self.requests.pop(frame["request_id"], None)


class Lives(RuleBasedStateMachine):
    """Three users connect, disconnect, ask, answer, unfriend, block, set statuses and play, at random."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.run = self.runner.run
        self.screens: list[tuple[Person, Screen]] = []

    @initialize()
    def begin(self) -> None:
        self.run(self.stack.enter_async_context(running_worker()))
        self.people = [self.run(in_database(self.new_person, name)) for name in NAMES]
        self.trays = [(somebody, self.run(self.new_tray(somebody))) for somebody in self.people]
        for who, other in ((0, 1), (1, 2)):
            self.run(in_database(self.people[who].befriend, self.people[other]))
        for who in range(len(NAMES)):
            self.watch(who)

    @staticmethod
    def new_person(name: str) -> Person:
        name = f"{name}{next(_numbers)}"
        signed_in = accounts.register_guest(username=name, device=accounts.Device())
        return Person(signed_in.user.pk, name, signed_in.tokens.access)

    @staticmethod
    async def new_tray(person: Person) -> Tray:
        player = await Player(application, "/ws/notifications/", token=person.token).rush_in()
        await player.hear("badge")
        return Tray(player, await in_database(open_requests, person))

    @rule(who=SOMEBODY)
    def watch(self, who: int) -> None:
        somebody = self.people[who]
        player = Player(application, "/ws/friends/status/", token=somebody.token)
        screen = Screen(self.run(player.rush_in()))
        self.run(screen.hear())
        self.screens.append((somebody, screen))

    @rule(which=st.integers(0, 9))
    def leave(self, which: int) -> None:
        if self.screens:
            _, screen = self.screens.pop(which % len(self.screens))
            self.run(screen.player.leave())

    @rule(who=SOMEBODY)
    def drop_notifications_and_come_back(self, who: int) -> None:
        somebody, tray = self.trays[who]
        self.run(tray.player.leave())
        self.trays[who] = (somebody, self.run(self.new_tray(somebody)))

    @rule(pair=PAIR)
    def ask(self, pair: tuple[int, int]) -> None:
        who, other = pair
        self.run(in_database(self.people[who].ask, self.people[other]))

    @rule(who=SOMEBODY, how=st.sampled_from(["accept", "accept", "accept", "decline", "cancel"]))
    def answer(self, who: int, how: str) -> None:
        somebody = self.people[who]
        for request_id in self.run(in_database(open_requests, somebody)):
            self.run(in_database(somebody.answer, request_id, how))

    @rule(pair=PAIR, what=st.sampled_from(["remove", "remove", "block", "unblock"]))
    def part(self, pair: tuple[int, int], what: str) -> None:
        who, other = pair
        self.run(in_database(getattr(self.people[who], what), self.people[other]))

    @rule(status=st.sampled_from(["online", "away", "busy"]), which=st.integers(0, 9))
    def say_how_it_is(self, status: str, which: int) -> None:
        if self.screens:
            _, screen = self.screens[which % len(self.screens)]
            self.run(screen.player.send(type="set_status", status=status))
            while screen.status != status:
                self.run(screen.hear())

    @rule(who=SOMEBODY, plays=st.booleans())
    def play(self, who: int, plays: bool) -> None:
        somebody = self.people[who]
        if plays:
            _games[somebody.id] = uuid4()
        else:
            _games.pop(somebody.id, None)
        self.run(in_database(live.changed, somebody.id))

    @rule()
    def compare(self) -> None:
        for somebody, screen in self.screens:
            self.run(screen.agree_with(somebody.id))
        for somebody, tray in self.trays:
            self.run(self.agree(somebody, tray))

    @staticmethod
    async def agree(person: Person, tray: Tray) -> None:
        while tray.requests != await in_database(open_requests, person):
            await tray.hear()

    def teardown(self) -> None:
        try:
            if hasattr(self, "trays"):
                self.compare()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()


def open_requests(person: Person) -> dict[int, dict[str, Any]]:
    answer = person.api.get("/api/friends/requests/")
    return {request["id"]: request for request in answer.json()["results"]}


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_and_the_events_after_it_come_to_the_later_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "LINGER_S", 0.02)
    monkeypatch.setattr("realtime.membership.leased_set.BEAT_EVERY_S", 0.02)
    monkeypatch.setattr("friends.services.STATUSES_IN_TEN_SECONDS", 1000)
    monkeypatch.setattr(
        playing, "bound", lambda user_ids: [Bound(("SELECT 1", []), lambda *_: list(_games.items()))]
    )

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
