"""Achievements: counted, granted once, announced, edited by operators."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from core.database import in_database
from gameplatform.asgi import application
from progression import services as progression
from progression.achievements import services
from progression.achievements.metrics import Metric
from progression.achievements.models import Achievement, Earned
from progression.tests.conftest import Person
from realtime.testing import Player, running_worker


@pytest.fixture
def winner() -> Achievement:
    return Achievement.objects.create(
        code="winner", name="Winner", metric=Metric.GAMES_WON, goal=3, xp=100, gold=50, gems=2
    )


def shown(somebody: Person, code: Any) -> Any:
    return next(one for one in somebody.get("/api/player/achievements") if one["code"] == code)


def test_a_goal_that_is_reached_gives_once_what_it_gives(
    ada: Person, bob: Person, winner: Achievement, audited: Any
) -> None:
    services.record(ada.id, metric=Metric.GAMES_WON, amount=2)
    before = shown(ada, "winner")
    assert before == {
        "id": winner.pk,
        "code": "winner",
        "name": "Winner",
        "description": "",
        "goal": 3,
        "progress": 2,
        "reward": {"xp": 100, "gold": 50, "gems": 2},
        "earned_at": None,
    }

    for _ in range(2):
        services.record(ada.id, metric=Metric.GAMES_WON)

    after = shown(ada, "winner")
    assert (after["progress"], after["earned_at"] is not None) == (3, True)
    assert (ada.me()["xp"], ada.me()["gold"], ada.me()["gems"]) == (100, 150, 2)
    causes = [entry["cause"] for entry in ada.get("/api/player/ledger/")["results"]]
    assert causes.count("achievement") == 2
    assert shown(bob, "winner")["progress"] == 0


def test_what_an_achievement_gives_may_bring_the_next(ada: Person, winner: Achievement, audited: Any) -> None:
    """The experience of the first brings a level, and so on: each reward earns the next."""
    for level, xp in ((2, 300), (3, 0)):
        Achievement.objects.create(
            code=f"level-{level}", name=f"Level {level}", metric=Metric.LEVEL, goal=level, xp=xp, gold=10
        )
    assert shown(ada, "level-2")["progress"] == 1

    services.record(ada.id, metric=Metric.GAMES_WON, amount=3)

    assert Earned.objects.count() == 3
    assert (ada.me()["level"], ada.me()["xp"], ada.me()["gold"]) == (3, 400, 170)


def test_of_several_reached_at_once_each_is_given_once_whatever_they_bring(ada: Person, audited: Any) -> None:
    """The experience of the first brings a level, which evaluates achievements again."""
    for level, xp in ((2, 500), (3, 0), (4, 0)):
        Achievement.objects.create(
            code=f"level-{level}", name=f"Level {level}", metric=Metric.LEVEL, goal=level, xp=xp, gold=10
        )

    progression.grant(ada.id, xp=300, cause="test")

    assert Earned.objects.count() == 3
    assert (ada.me()["level"], ada.me()["gold"]) == (4, 130)


def test_what_players_do_with_their_things_counts(ada: Person, items: dict[str, int], audited: Any) -> None:
    for metric in (Metric.ITEMS_BOUGHT, Metric.PETS_HATCHED, Metric.DAYS_CLAIMED):
        Achievement.objects.create(code=metric.replace("_", "-"), name=metric, metric=metric, goal=2, gold=5)
    bought = ada.do("/api/shop/purchase", {"item_id": items["berries"], "quantity": 2})
    ada.do(f"/api/pets/hatch/{ada.given('speckled-egg', 2)}")
    ada.do("/api/player/daily-reward")

    progress = {one["code"]: one["progress"] for one in ada.get("/api/player/achievements")}
    assert progress == {"items-bought": 2, "pets-hatched": 1, "days-claimed": 1}
    assert ada.me()["gold"] == bought["balance"] + 5 + ada.get("/api/player/daily-reward")["gold"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_count_all_and_give_once(
    ada: Person,
    winner: Achievement,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    audited: Any,
) -> None:
    """Fails without ``progression.lock`` in ``services.record``: counts or rewards are doubled."""
    at_once([lambda: services.record(ada.id, metric=Metric.GAMES_WON)] * 12)

    assert ada.me()["gold"] == 150
    assert Earned.objects.get().achievement == winner


@pytest.mark.django_db(transaction=True)
async def test_the_player_is_told_on_the_notifications_socket(ada: Person, winner: Achievement) -> None:
    async with running_worker():
        socket = await Player(application, "/ws/notifications/", token=ada.token).enter()
        await socket.hear("badge")
        await in_database(services.record, ada.id, metric=Metric.GAMES_WON, amount=3)

        told = await socket.hear_until("achievement_earned")

    assert (told["name"], told["xp"], told["gold"], told["gems"]) == ("Winner", 100, 50, 2)


@pytest.mark.parametrize("fields", [{"goal": 0}, {"metric": "beauty"}, {"gold": -1}, {"code": "no slug"}])
def test_an_achievement_that_makes_no_sense_is_not_saved(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Achievement.objects.create(
            **{"code": "new", "name": "New", "metric": Metric.LEVEL, "goal": 1, **fields}
        )


def test_operators_see_and_write_them(admin_client: Client, ada: Person, winner: Achievement) -> None:
    services.record(ada.id, metric=Metric.GAMES_WON, amount=3)
    for page in (
        "achievement",
        f"achievement/{winner.pk}/change",
        "earned",
        f"achievement/{winner.pk}/delete",
    ):
        assert admin_client.get(f"/admin/achievements/{page}/").status_code == 200
    # Earned achievements are kept.
    admin_client.post(f"/admin/achievements/achievement/{winner.pk}/delete/", {"post": "yes"})
    assert Achievement.objects.filter(pk=winner.pk).exists()


def test_the_demo_data_has_achievements_that_make_sense_and_takes_them_away(
    ada: Person, development: None
) -> None:
    call_command("seed_demo", verbosity=0)
    for one in Achievement.objects.all():
        one.full_clean()
    progression.grant(ada.id, xp=100_000, cause="test")
    export = ada.get("/api/me/export/")
    assert [one["name"] for one in export["achievements"]] == ["Seasoned"]

    call_command("seed_demo", "--only-clear", verbosity=0)

    assert list(Achievement.objects.values_list("code", flat=True)) == ["seasoned"]


def test_others_see_what_a_user_has_earned_and_nothing_else(
    ada: Person, bob: Person, winner: Achievement
) -> None:
    Achievement.objects.create(code="far", name="Far away", metric=Metric.GAMES_WON, goal=1000)
    services.record(ada.id, metric=Metric.GAMES_WON, amount=3)

    (earned,) = bob.get(f"/api/users/{ada.id}/achievements/")

    assert (earned["code"], earned["name"], earned["description"]) == ("winner", "Winner", "")
    assert earned["earned_at"].endswith("Z")
    assert bob.get(f"/api/users/{bob.id}/achievements/") == []
