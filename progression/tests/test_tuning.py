"""Curves and chances edited by operators take effect."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.forms import model_to_dict
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from core.models import ContentVersion
from progression import rules, services
from progression.models import Growth, HatchOdds, Pet, tuning
from progression.tests.conftest import Person


@pytest.fixture(autouse=True)
def laid(db: None) -> None:
    """The rows created by the migration."""
    Growth.objects.all().delete()
    HatchOdds.objects.all().delete()
    import_module("progression.migrations.0003_tuning").lay(apps, SimpleNamespace(connection=connection))


@pytest.fixture
def change(admin_client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """Save a row in the admin with these fields changed."""

    def change(row: Any, **fields: Any) -> None:
        url = f"/admin/progression/{row._meta.model_name}/{row.pk}/change/"
        assert admin_client.get(url).status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            answer = admin_client.post(url, {**model_to_dict(row), **fields})
        assert answer.status_code == 302, answer.content

    return change


def test_what_is_laid_is_what_servers_without_rows_go_by() -> None:
    assert Growth.objects.get().numbers == rules.Growth()
    for row in HatchOdds.objects.all():
        assert {rarity: chance for rarity, chance in row.chances.items() if chance} == rules.HATCH_ODDS[
            row.egg
        ]
    assert HatchOdds.objects.count() == len(rules.HATCH_ODDS)


def test_a_steeper_curve_moves_everybody_at_once_and_takes_no_points(ada: Person, change: Any) -> None:
    services.grant(ada.id, xp=310, cause="test")
    assert (ada.me()["level"], ada.me()["stat_points"]) == (3, 6)

    change(Growth.objects.get(), level_xp=400, points_a_level=5)

    now = ada.me()
    assert (now["level"], now["level_began_at_xp"], now["xp_to_next"]) == (1, 0, 90)
    assert (now["stat_points"], now["max_stamina"]) == (6, 100)
    assert services.grant(ada.id, xp=90, cause="test").level_up == 2
    assert ada.me()["stat_points"] == 11
    kept = ContentVersion.objects.filter(model="progression.growth").order_by("version")
    assert [(one.version, one.data["fields"]["level_xp"]) for one in kept][-2:] == [(1, 100), (2, 400)]
    assert kept.last().by.username == "admin"


def test_stamina_pets_and_the_daily_reward_go_by_the_numbers_too(
    ada: Person, bob: Person, change: Any
) -> None:
    fox, food = ada.has_pet(), ada.given("roast-fish")
    change(
        Growth.objects.get(),
        stamina=150,
        stamina_a_level=50,
        daily_gold=7,
        pet_level_xp=5,
        highest_pet_level=2,
    )

    assert (bob.me()["stamina"], bob.me()["max_stamina"]) == (150, 150)
    services.grant(bob.id, xp=100, cause="test")
    assert bob.me()["max_stamina"] == 200
    assert bob.do("/api/player/daily-reward")["gold"] == 7
    fed = ada.do(f"/api/pets/feed/{fox}", {"item_id": food})
    assert (fed["level"], fed["xp_to_next"]) == (2, 0)
    assert ada.refused(f"/api/pets/feed/{fox}", {"item_id": ada.given("berries")}) == (409, "fully_grown")


def test_what_another_process_saved_is_gone_by_a_moment_later(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.grant(ada.id, xp=100, cause="test")
    assert ada.me()["level"] == 2
    Growth.objects.update(level_xp=200)

    monkeypatch.setattr(tuning, "RELOAD_INTERVAL_S", 0)

    assert ada.me()["level"] == 1


@pytest.mark.parametrize(
    "fields",
    [{"level_xp": 0}, {"level_xp": 10**9}, {"level_xp_more": -1}, {"highest_level": 1}, {"stamina": 0}],
)
def test_a_growth_that_makes_no_sense_is_not_saved(fields: dict[str, Any]) -> None:
    row = Growth.objects.get()
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError):
        row.save()
    assert Growth.objects.get().version == 1


def test_there_is_one_growth_for_all(admin_client: Client) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Growth.objects.bulk_create([Growth(pk=2)])
    assert admin_client.get("/admin/progression/growth/add/").status_code == 403
    assert admin_client.post("/admin/progression/growth/1/delete/", {}).status_code == 403


def test_eggs_hatch_by_the_chances_that_an_operator_sets(ada: Person, change: Any) -> None:
    never = dict.fromkeys(rules.RARITIES, 0)
    change(HatchOdds.objects.get(egg="common"), **never | {"legendary": rules.ALL_CHANCES})

    assert ada.get("/api/pets/odds")["common"] == {"legendary": 1.0}
    pet = ada.do(f"/api/pets/hatch/{ada.given('speckled-egg')}")
    assert Pet.objects.get(pk=pet["id"]).species.rarity == "legendary"


def test_chances_that_are_not_whole_are_not_saved() -> None:
    row = HatchOdds.objects.get(egg="rare")
    row.legendary += 1
    with pytest.raises(ValidationError, match="add up to 10000"):
        row.save()
