"""Random sequences of joins and leaves, with the invariants that hold after every step."""

from collections import Counter
from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from game.models import Game, Rating, Seat
from matchmaking import selectors, services
from matchmaking.models import Member, Queue, Ticket
from matchmaking.refusals import AlreadyQueued

GAMES = ("tictactoe", "pong")
NAMES = [f"player{number}" for number in range(8)]
players = st.integers(0, len(NAMES) - 1)
games = st.sampled_from(GAMES)


class Story(RuleBasedStateMachine):
    """Tracks the queue according to the answers; matches are found in the database."""

    @initialize(ratings=st.lists(st.integers(1000, 2000), min_size=len(NAMES), max_size=len(NAMES)))
    def arrive(self, ratings: Any) -> None:
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.now = self.clock.start()
        self.users = User.objects.bulk_create(User(username=name) for name in NAMES)
        Rating.objects.bulk_create(
            Rating(user=user, game=game, mu=25 + (shown - 1500) / 40, sigma=8, shown=shown)
            for user, shown in zip(self.users, ratings, strict=True)
            for game in GAMES
        )
        self.waiting: dict[Any, Any] = {}

    def teardown(self) -> None:
        self.clock.stop()
        for model in (Member, Ticket, Queue, Game, Rating, User):
            model.objects.all().delete()

    def settle(self) -> None:
        """Remove players who were matched by another's step."""
        seated = set(Seat.objects.filter(is_open=True).values_list("user_id", "queue"))
        self.waiting = {user: game for user, game in self.waiting.items() if (user, game) not in seated}

    @rule(player=players, game=games)
    def join(self, player: Any, game: Any) -> None:
        user = self.users[player]
        plays = Seat.objects.filter(user=user, queue=game, is_open=True).values_list("game_id", flat=True)
        already = plays.first()
        waits_in = self.waiting.get(user.pk)
        try:
            standing = services.join(user_id=user.pk, game=game)
        except AlreadyQueued:
            assert waits_in not in (None, game)
            return
        assert standing.game == game
        if already:
            assert standing.game_id == already
        elif standing.status == "queued":
            assert waits_in in (None, game)
            self.waiting[user.pk] = game
        else:
            assert user.pk in {seat.id for seat in cast(Any, standing.players)}
        self.settle()

    @rule(player=players)
    def leave(self, player: Any) -> None:
        user = self.users[player]
        assert services.leave(user_id=user.pk) == (self.waiting.pop(user.pk, None) is not None)

    @rule(seconds=st.sampled_from([0.5, 5, 40]))
    def wait(self, seconds: float) -> None:
        self.now.shift(timedelta(seconds=seconds))
        services.match_all()
        self.settle()

    @precondition(lambda self: Seat.objects.filter(is_open=True).exists())
    @rule()
    def finish_a_game(self) -> None:
        Seat.objects.filter(game=Seat.objects.filter(is_open=True).first().game).update(is_open=False)

    @invariant()
    def places_are_as_the_answers_said_and_without_gaps(self) -> None:
        places = selectors.queued([user.pk for user in self.users])
        assert {user: place.game for user, place in places.items()} == self.waiting
        for game in GAMES:
            waiting = [place for place in places.values() if place.game == game]
            assert sorted(cast(int, place.position) for place in waiting) == list(range(1, len(waiting) + 1))
            assert {place.queue_size for place in waiting} <= {len(waiting)}
        assert Ticket.objects.count() == Member.objects.count() == len(places)

    @invariant()
    def every_match_is_of_two_who_play_no_other_of_its_queue(self) -> None:
        seats = list(Seat.objects.filter(is_open=True).values_list("game_id", "user_id", "queue"))
        assert set(Counter(game for game, _, _ in seats).values()) <= {2}
        assert len({(game, user) for game, user, _ in seats}) == len(seats)
        assert len({(user, queue) for _, user, queue in seats}) == len(seats)


@pytest.mark.django_db
def test_whatever_players_do_each_is_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.publishing._publish_from_outside", lambda event: None)
    run_state_machine_as_test(
        Story, settings=settings(max_examples=25, stateful_step_count=25, deadline=None)
    )
