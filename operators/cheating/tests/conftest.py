"""Fixtures: players, and what they have played and traded lately."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Session, User
from game.models import Game, JournalEntry, Rating, Seat
from game.ratings import Strength, after_match
from operators.tests.conftest import operator
from world.models import Character, Faction, Location
from world.trading.models import Trade, TradeOffer

__all__ = ["operator"]

Players = Callable[[int], list[User]]


@pytest.fixture
def players(db: None) -> Players:
    """``players(20)``: that many new accounts."""

    def players(count: int) -> list[User]:
        number = User.objects.count()
        return User.objects.bulk_create(User(username=f"player_{number + one:04}") for one in range(count))

    return players


class Season:
    """Rated games of tic-tac-toe, a minute apart, with the ratings that they give."""

    def __init__(self) -> None:
        self.at = timezone.now() - timedelta(days=3)
        self._strengths: dict[int, Strength] = {}
        self._seats: list[Seat] = []
        self._played: dict[int, int] = {}

    def settle(self, user: User, *, like: User | None = None) -> None:
        """Give a player a settled rating, or that of another one."""
        self._played[user.pk] = 40
        self._strengths[user.pk] = self._strengths[like.pk] if like else Strength(sigma=3.0)

    def play(self, winner: User, loser: User) -> Game:
        """Add one game."""
        self.at += timedelta(minutes=1)
        before = [self._strengths.get(user.pk, Strength()) for user in (winner, loser)]
        game = Game(
            name="tictactoe",
            state=Game.State.FINISHED,
            seats_wanted=2,
            seed=1,
            rated=True,
            finished_at=self.at,
            result={"winner_ids": [winner.pk]},
        )
        for number, (user, old, new) in enumerate(
            zip((winner, loser), before, after_match(before, [0, 1]), strict=True)
        ):
            self._strengths[user.pk] = new
            self._played[user.pk] = self._played.get(user.pk, 0) + 1
            self._seats.append(
                Seat(
                    game=game,
                    number=number,
                    user=user,
                    is_open=False,
                    rating_before=old.shown,
                    rating_after=new.shown,
                )
            )
        return game

    def play_honestly(self, users: Sequence[User], games: int, seed: int = 1) -> None:
        """Add games of pairs of like rating, as the queue makes them; the stronger one wins more often."""
        random = Random(seed)
        skills = {user.pk: random.gauss(0, 250) for user in users}
        for _ in range(games):
            one, *others = random.sample(users, 7)
            other = min(others, key=lambda user: abs(self._shown(user) - self._shown(one)))
            wins = 1 / (1 + 10 ** ((skills[other.pk] - skills[one.pk]) / 400))
            self.play(*((one, other) if random.random() < wins else (other, one)))

    def _shown(self, user: User) -> int:
        return self._strengths.get(user.pk, Strength()).shown

    def store(self) -> None:
        """Store the games added so far."""
        Game.objects.bulk_create({seat.game.pk: seat.game for seat in self._seats}.values())
        Seat.objects.bulk_create(self._seats)
        self._seats = []
        Rating.objects.all().delete()
        Rating.objects.bulk_create(
            Rating(
                user_id=user_id,
                game="tictactoe",
                mu=self._strengths[user_id].mu,
                sigma=self._strengths[user_id].sigma,
                shown=self._strengths[user_id].shown,
                played=played,
            )
            for user_id, played in self._played.items()
        )


@pytest.fixture
def season(db: None) -> Season:
    return Season()


def moved(game: Game, users: Sequence[User], times_ms: Sequence[int], *, moves: int = 24) -> None:
    """Journal moves of these users in turn, each after the time of its user."""
    at: datetime = game.finished_at or timezone.now()
    rows = []
    for number in range(moves):
        turn = number % len(users)
        at += timedelta(milliseconds=times_ms[turn])
        facts: dict[str, Any] = {"user_id": users[turn].pk, "kind": "move", "data": "{}"}
        rows.append(JournalEntry(game_id=game.pk, seq=number + 1, at=at, **facts))
    JournalEntry.objects.bulk_create(rows)


def signed_in(user: User, ip: str) -> None:
    Session.objects.create(user=user, ip=ip, last_seen=timezone.now(), user_agent="Firefox")


def trade(giver: User, receiver: User, *, gold: int = 50, back: int = 0) -> Trade:
    """Store a completed trade."""
    now = timezone.now() - timedelta(hours=1)
    asker, asked = _character(giver), _character(receiver)
    made = Trade.objects.create(asker=asker, asked=asked, state="completed", created_at=now, ended_at=now)
    for character, amount in ((asker, gold), (asked, back)):
        TradeOffer.objects.create(trade=made, character=character, gold=amount, confirmed=True)
    return made


def _character(user: User) -> Character:
    if found := Character.objects.filter(owner=user).first():
        return found
    faction, _ = Faction.objects.get_or_create(name="Suns")
    place, _ = Location.objects.get_or_create(name="Square", defaults={"x": 0, "y": 0})
    return Character.objects.create(
        owner=user,
        name=user.username,
        faction=faction,
        location=place,
        health=10,
        last_seen=timezone.now(),
    )
