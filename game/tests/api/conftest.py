"""Test users over HTTP, and games played without a room."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core.ids import UserId
from core.refusals import Refusal
from game import services
from game.author import catalogue
from game.author.match import Match
from game.models import Game, JournalEntry
from game.records import Ending
from game.selectors import activity
from game.tests.conftest import queued_game


@dataclass
class Person:
    """A test user with a client that sends their token."""

    id: UserId
    name: str
    client: APIClient

    def get(self, path: str, query: dict[str, Any] | None = None) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.post(path, body or {}, headers=headers)


@pytest.fixture(autouse=True)
def here(db: None) -> None:
    """These tests need no worker; what is kept for all users is cleared before each."""
    activity.now.forget()
    activity.replay_of_the_day.forget()


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    def person(name: str, *, is_guest: bool = False) -> Person:
        user = User.objects.create(username=name, is_guest=is_guest)
        tokens = accounts.open_session(user, device=accounts.Device()).tokens
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
        return Person(user.pk, name, client)

    return person


@pytest.fixture
def ada(person: Callable[[str], Person]) -> Person:
    return person("ada")


@pytest.fixture
def bob(person: Callable[[str], Person]) -> Person:
    return person("bob")


@pytest.fixture
def cyd(person: Callable[[str], Person]) -> Person:
    return person("cyd")


@pytest.fixture
def new_game(ada: Person, bob: Person) -> Callable[..., Game]:
    def new_game(name: str = "tictactoe", *people: Person, queued: bool = False, **facts: Any) -> Game:
        user_ids = [somebody.id for somebody in people or (ada, bob)]
        if queued:
            return queued_game(name, *user_ids)
        players = [services.Player(user_id) for user_id in user_ids]
        return services.create_game(name=name, players=players, **facts)

    return new_game


class Table:
    """Plays a stored game by its rules, writing what a room would write."""

    def __init__(self, game: Game) -> None:
        self.game = game
        users = [seat.user_id for seat in game.seats.order_by("number")]
        rules = catalogue.get(game.name)
        taken = len(users)
        users += [0] * (game.seats_wanted - taken)
        self.match = Match.new(rules, seats=len(users), seed=game.seed, options=game.options, users=users)
        self.seq = 0
        self._unwritten: list[JournalEntry] = []
        self._is_playing = False
        if rules.open:
            for number in range(taken):
                self.write(
                    JournalEntry.Kind.SEATED,
                    number,
                    f'{{"seat":{number},"replaces":0,"username":"","rating":null}}',
                )
                self.match.join(number)
        self.write("start", None, "{}")
        services.store_states({game.pk: "active"})

    def write(self, kind: str, seat: int | None, data: str) -> None:
        self.seq += 1
        user_id = None if seat is None else self.match.users[seat]
        self._unwritten.append(
            JournalEntry(
                game=self.game, seq=self.seq, at=timezone.now(), user_id=user_id, kind=kind, data=data
            )
        )
        if not self._is_playing:
            self._write_down()

    def _write_down(self) -> None:
        JournalEntry.objects.bulk_create(self._unwritten)
        self._unwritten = []

    def move(self, seat: int, movement: dict[str, Any]) -> None:
        taken = self.match.play(seat, movement)
        self.write("move", seat, f'{{"movement":{taken.decode()},"left_ms":null}}')

    def frame(self, inputs: dict[int, dict[str, Any]]) -> None:
        match, tick = self.match, self.match.tick
        taken = {seat: match.check(movement) for seat, movement in inputs.items()}
        match.step(taken)
        for _ in range(match.game.rate // match.game.frame_rate - 1):
            if match.result is None:
                match.step({})
        for seat, movement in taken.items():
            self.write("move", seat, f'{{"movement":{movement.decode()},"tick":{tick}}}')

    def play(self, random: Random, *, at_most: int = 100_000) -> None:
        """Play at random, one move or tick at a time, until the end or ``at_most`` of them."""
        match = self.match
        self._is_playing = True
        for _ in range(at_most):
            if match.result is not None:
                break
            if match.game.real_time:
                played = [seat for seat in match.game.seats if seat not in match.game.empty]
                seats = [seat for seat in played if random.random() < 0.1]
                self.frame({seat: random.choice(match.candidates(seat)) for seat in seats})
            else:
                self.move_at_random(random.choice(sorted(match.turn)), random)
        self._is_playing = False
        self._write_down()

    def move_at_random(self, seat: int, random: Random) -> None:
        candidates = self.match.candidates(seat)
        for movement in random.sample(candidates, len(candidates)):
            try:
                return self.move(seat, movement)
            except Refusal:
                continue
        movement = self.match.game.bot(self.match.view(seat), seat, random, 1)
        assert movement is not None
        return self.move(seat, movement)

    def finish(self, reason: str = "win", winners: tuple[int, ...] = (), **facts: Any) -> None:
        match = self.match
        match.halt()
        ending = Ending(
            winners=winners if match.result is None else match.result.winners,
            reason=reason,
            scores=match.scores,
            final_view=msgspec.json.decode(match.view_json(None)),
            tick=match.tick,
            **facts,
        )
        services.finish(game_id=self.game.pk, epoch=self.game.epoch, seq=self.seq + 1, ending=ending)
