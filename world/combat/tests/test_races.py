"""Concurrent actions in fights, each on a database connection of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import pytest
from django.db import connection

from core.refusals import Refusal
from realtime import publishing
from tests.locks import let_the_other_come
from world import services as world
from world.combat import services
from world.combat.events import CombatEnd
from world.combat.models import Combat
from world.events import PlayerJoinedArea
from world.models import Character
from world.tests.adventurers import Adventurer, Places

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def outcomes(answers: Any) -> Counter[str | Any]:
    return Counter(answer.code if isinstance(answer, Refusal) else answer for answer in answers)


def test_of_all_who_attack_each_other_at_once_nobody_is_in_two_fights(
    ada: Adventurer,
    bob: Adventurer,
    cyd: Adventurer,
    eve: Adventurer,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    for one in (ada, bob, cyd, eve):
        one.enter_play()
    pairs = [(one, other) for one in (ada, cyd) for other in (bob, eve)]
    pairs += [(other, one) for one, other in pairs]
    answers = at_once(
        [
            lambda one=one, other=other: services.start(user_id=one.id, target_id=other.character_id)
            for one, other in pairs
        ]
    )
    begun = Combat.objects.values_list("attacker", "defender")
    assert len({fighter for pair in begun for fighter in pair}) == 2 * len(begun) > 0
    assert outcomes(answers) == {None: len(begun), "already_fighting": len(pairs) - len(begun)}


def test_who_goes_at_the_moment_of_the_attack_is_not_attacked_any_more(
    ada: Adventurer,
    bob: Adventurer,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada.enter_play()
    bob.enter_play()
    is_going, is_answered = Event(), Event()
    store_last_seen = world._set_last_seen.later

    def going(*values: Any) -> None:
        is_going.set()
        let_the_other_come(is_answered)
        store_last_seen(*values)

    def attack() -> None:
        assert is_going.wait(timeout=60)
        try:
            services.start(user_id=ada.id, target_id=bob.character_id)
        finally:
            is_answered.set()

    monkeypatch.setattr(world._set_last_seen, "later", going)
    (_, refused) = at_once([bob.leave_play, attack])
    assert refused.code == "unknown_target"
    assert not Combat.objects.exists()


def test_who_comes_back_at_the_moment_of_death_comes_to_their_home(
    ada: Adventurer,
    bob: Adventurer,
    places: Places,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(publishing, "_publish_from_outside", heard.append)
    ada.enter_play()
    bob.enter_play()
    services.start(user_id=ada.id, target_id=bob.character_id)
    bob.leave_play()
    Character.objects.update(health=1)
    is_dead, is_back = Event(), Event()

    def die(*args: Any, **kwargs: Any) -> None:
        send_home(*args, **kwargs)
        is_dead.set()
        let_the_other_come(is_back)

    def come_back() -> None:
        assert is_dead.wait(timeout=60)
        bob.enter_play()
        is_back.set()

    send_home = world.respawn
    monkeypatch.setattr(world, "respawn", die)
    deadly: dict[str, Any] = {
        "combat_id": Combat.objects.get().pk,
        "action_type": "attack",
        "target_id": bob.character_id,
    }
    heard.clear()
    assert at_once([lambda: services.act(user_id=ada.id, **deadly), come_back]) == [None, None]
    (joined,) = [event for event in heard if isinstance(event, PlayerJoinedArea)]
    assert joined.location_id == joined.character.location_id == places.tide.pk


def test_of_all_strikes_and_flights_at_once_one_ends_the_fight(
    ada: Adventurer,
    bob: Adventurer,
    places: Places,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails without the lock of the fight in ``services.flee``: the fight ends twice."""
    heard: list[Any] = []
    monkeypatch.setattr(publishing, "_publish_from_outside", heard.append)
    ada.enter_play()
    bob.enter_play()
    for _ in range(4):
        Character.objects.update(location=places.ford)
        Combat.objects.all().delete()
        heard.clear()
        services.start(user_id=ada.id, target_id=bob.character_id)
        combat = Combat.objects.get()

        def strike(one: Adventurer, other: Adventurer, combat: Any = combat) -> Callable[[], None]:
            return lambda: services.act(
                user_id=one.id, combat_id=combat.pk, action_type="attack", target_id=other.character_id
            )

        Character.objects.update(health=1)
        calls = [lambda: ada.walk(places.dawn), lambda: bob.walk(places.tide)]
        answers = at_once([*calls, strike(ada, bob), strike(bob, ada)])
        assert not [answer for answer in answers if answer and not isinstance(answer, Refusal)]
        (ended,) = [event for event in heard if isinstance(event, CombatEnd)]
        combat.refresh_from_db()
        assert (combat.reason, combat.winner_id) == (ended.reason, ended.winner_id)
