"""The caller's player: shown values, growth, stamina."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from accounts import live
from core.ids import UserId
from progression import services
from progression.models import Player
from progression.refusals import NotEnoughStamina
from progression.services import Granted
from progression.tests.conftest import Person
from realtime.wire.identity import Identity

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_who_comes_for_the_first_time_is_a_new_player(ada: Person) -> None:
    assert ada.me() == {
        "id": ada.id,
        "username": "ada",
        "level": 1,
        "xp": 0,
        "xp_to_next": 100,
        "level_began_at_xp": 0,
        "stat_points": 0,
        "stats": dict.fromkeys(("strength", "agility", "intellect", "vitality", "luck"), 5),
        "bonuses": dict.fromkeys(("strength", "agility", "intellect", "vitality", "luck"), 0),
        "derived": {"max_hp": 100, "attack": 17, "defense": 8, "speed": 15, "critical_chance": 0.075},
        "gold": 100,
        "gems": 0,
        "currencies": {},
        "stamina": 100,
        "max_stamina": 100,
        "stamina_full_at": None,
        "stamina_regeneration": {"amount": 10.0, "interval_s": 10},
        "equipped": dict.fromkeys(("weapon", "head", "body", "feet", "trinket")),
        "pet_set": [],
    }


def test_the_ledger_begins_with_the_starting_funds(ada: Person) -> None:
    page = ada.get("/api/player/ledger/")

    assert [(one["currency"], one["amount"], one["balance"], one["cause"]) for one in page["results"]] == [
        ("gold", 100, 100, "starting_funds")
    ]


def test_levels_bring_points_to_allocate(ada: Person) -> None:
    services.grant(ada.id, xp=310, cause="test")
    assert (ada.me()["level"], ada.me()["stat_points"], ada.me()["xp_to_next"]) == (3, 6, 290)

    after = ada.do("/api/player/allocate-stats", {"strength": 4, "luck": 1})

    assert (after["stat_points"], after["stats"]["strength"], after["stats"]["luck"]) == (1, 9, 6)
    assert ada.refused("/api/player/allocate-stats", {"luck": 2}) == (409, "not_enough_stat_points")
    assert ada.me() == after


@pytest.mark.parametrize(
    "body",
    [{}, {"luck": 0}, {"luck": -1}, {"luck": "1"}, {"luck": 1.5}, {"charm": 1}, {"luck": 1, "charm": 1}],
)
def test_allocating_what_makes_no_sense_is_refused(ada: Person, body: dict[str, Any]) -> None:
    services.grant(ada.id, xp=100, cause="test")

    assert ada.refused("/api/player/allocate-stats", body) == (422, "invalid")
    assert ada.me()["stat_points"] == 3


def test_a_public_profile_says_the_level(ada: Person, bob: Person) -> None:
    services.grant(ada.id, xp=100, cause="test")

    assert bob.get(f"/api/users/{ada.id}/")["level"] == 2
    assert ada.get(f"/api/users/{bob.id}/")["level"] == 1


def test_a_grant_under_one_key_is_made_once_and_answered_the_same(ada: Person) -> None:
    def grant(key: str) -> Granted:
        return services.grant(
            ada.id, xp=120, gold=5, items=[("berries", 2), ("no-such-thing", 1)], cause="loot", key=key
        )

    first = grant("battle 1")

    assert grant("battle 1") == first
    assert [(one["name"], one["quantity"]) for one in first.items] == [("Berries", 2)]
    assert first.level_up == 2
    assert (ada.me()["gold"], ada.owns()) == (105, {"Berries": 2})
    assert grant("battle 2").level_up is None
    assert (ada.me()["gold"], ada.owns()) == (110, {"Berries": 4})


# -- Coming back each day


def test_each_day_in_a_row_brings_more_and_a_missed_one_begins_anew(person: Callable[[str], Person]) -> None:
    somebody = person("somebody").id
    given = []
    with time_machine.travel(NOON, tick=False) as clock:
        for day in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10):
            clock.move_to(NOON + timedelta(days=day))
            given.append(services.claim_daily_reward(somebody).gold)

    assert given == [20, 30, 40, 50, 60, 70, 80, 80, 80, 20]


def test_the_reward_of_a_day_is_given_once(ada: Person) -> None:
    assert ada.get("/api/player/daily-reward") == {"claimed": False, "days": 1, "gold": 20}
    assert ada.do("/api/player/daily-reward") == {"claimed": True, "days": 1, "gold": 20}

    assert ada.refused("/api/player/daily-reward") == (409, "claimed_today")
    assert ada.get("/api/player/daily-reward")["claimed"] is True
    assert ada.me()["gold"] == 120
    assert ada.get("/api/player/ledger/")["results"][0]["cause"] == "daily reward"


# -- Stamina, by a clock that is moved


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def tired(clock: Any, ada: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Ada with 20 of 100 stamina at noon; the moved clock does not affect her session."""
    monkeypatch.setattr(live, "check", lambda session_id: None)
    monkeypatch.setattr("accounts.tokens.identify", lambda token: _identity(ada))
    services.player(ada.id)
    assert services.spend_stamina(ada.id, amount=80, cause="test") == 20
    return ada


def _identity(somebody: Person) -> Identity:
    return Identity(UserId(somebody.id), somebody.name, False, False, 1, 4e9)


def test_stamina_comes_back_to_the_second(tired: Person, clock: Any) -> None:
    def stamina_at(seconds: float) -> Any:
        clock.move_to(NOON + timedelta(seconds=seconds))
        return tired.me()["stamina"]

    assert [stamina_at(seconds) for seconds in (0, 9, 10, 19, 20, 79, 80, 10**6)] == [
        *(20, 20, 30, 30, 40, 90, 100, 100)
    ]
    assert [stamina_at(seconds) for seconds in (79, 20, 9, 0)] == [90, 40, 20, 20]


def test_it_is_said_when_it_will_be_full(tired: Person, clock: Any) -> None:
    assert tired.me()["stamina_full_at"] == "2030-01-01T12:01:20Z"
    clock.move_to(NOON + timedelta(seconds=13))
    assert tired.me()["stamina_full_at"] == "2030-01-01T12:01:20Z"
    clock.move_to(NOON + timedelta(seconds=80))
    assert tired.me()["stamina_full_at"] is None


def test_settling_keeps_what_is_left_of_the_interval(tired: Person, clock: Any) -> None:
    clock.move_to(NOON + timedelta(seconds=19))
    assert tired.do("/api/player/regenerate-stamina")["stamina"] == 30
    clock.move_to(NOON + timedelta(seconds=20))
    assert tired.do("/api/player/regenerate-stamina")["stamina"] == 40


def test_a_clock_that_was_put_back_takes_nothing_and_stops_nothing(tired: Person, clock: Any) -> None:
    clock.move_to(NOON - timedelta(days=365))
    assert tired.me()["stamina"] == 20

    clock.move_to(NOON - timedelta(days=365) + timedelta(seconds=9))
    assert tired.me()["stamina"] == 20
    clock.move_to(NOON - timedelta(days=365) + timedelta(seconds=10))
    assert tired.me()["stamina"] == 30


def test_what_is_not_there_is_not_spent(tired: Person) -> None:
    with pytest.raises(NotEnoughStamina) as refused:
        services.spend_stamina(tired.id, amount=21, cause="test")

    assert (refused.value.status, refused.value.code) == (402, "not_enough_stamina")
    assert refused.value.details == {"stamina": 20, "needed": 21}
    assert tired.me()["stamina"] == 20


def test_under_one_key_stamina_is_spent_once(tired: Person) -> None:
    assert services.spend_stamina(tired.id, amount=5, cause="battle", key="battle 1") == 15
    assert services.spend_stamina(tired.id, amount=5, cause="battle", key="battle 1") == 15
    assert tired.me()["stamina"] == 15


def test_a_new_level_raises_the_maximum_and_keeps_what_had_come_back(tired: Person, clock: Any) -> None:
    clock.move_to(NOON + timedelta(seconds=15))
    services.grant(tired.id, xp=100, cause="test")

    assert (tired.me()["max_stamina"], tired.me()["stamina"]) == (105, 30)
    clock.move_to(NOON + timedelta(seconds=20))
    assert Player.objects.get(pk=tired.id).stamina == Decimal(30)
    assert tired.me()["stamina"] == 40


def test_how_it_comes_back_is_a_setting(tired: Person, clock: Any, settings: Settings) -> None:
    settings.STAMINA_REGEN_PERCENT, settings.STAMINA_REGEN_INTERVAL = Decimal("0.015"), 2

    clock.move_to(NOON + timedelta(seconds=5))

    assert tired.me()["stamina"] == 23
