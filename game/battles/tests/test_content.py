"""The content of battles: demo data, and editing in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from game.battles import seeding, services
from game.battles.models import MAX_HP, Battle, BattleTemplate, EnemyTemplate, Fighter
from game.battles.tests.conftest import Person


def contents() -> Any:
    return [list(model.objects.order_by("pk").values()) for model in (BattleTemplate, EnemyTemplate, Battle)]


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root", "root@example.org", "testpass123"))
    return client


def test_the_demo_data_offers_battles_and_laying_it_twice_changes_nothing(
    ada: Person, development: None
) -> None:
    call_command("seed_demo", verbosity=0)
    before = contents()
    call_command("seed_demo", verbosity=0)
    assert contents() == before
    available = ada.get("available").json()
    assert [battle["name"] for battle in available] == list(seeding.BATTLES)
    assert available[0]["level"] == 1


def test_the_demo_battles_can_be_taken_away_again(ada: Person, development: None) -> None:
    call_command("seed_demo", verbosity=0)
    ada.join(Battle.objects.earliest("pk"))
    call_command("seed_demo", "--only-clear", verbosity=0)
    assert contents() == [[], [], []]


def test_an_operator_makes_a_battle_and_it_is_offered_at_once(operator: Client, ada: Person) -> None:
    rat = EnemyTemplate.objects.create(name="Rat", max_hp=10, attack=2)
    page = operator.post(
        "/admin/battles/battletemplate/add/",
        {
            "name": "Attic",
            "level": "2",
            "max_players": "3",
            "stamina_cost": "1",
            "xp": "5",
            "gold": "5",
            "is_offered": "on",
            "lineup-TOTAL_FORMS": "1",
            "lineup-INITIAL_FORMS": "0",
            "lineup-0-enemy": str(rat.pk),
            "lineup-0-count": "2",
            "drops-TOTAL_FORMS": "0",
            "drops-INITIAL_FORMS": "0",
        },
    )
    assert page.status_code == 302
    (offered,) = ada.get("available").json()
    assert (offered["name"], len(offered["enemies"])) == ("Attic", 2)


def test_an_operator_sees_battles_but_cannot_change_them(
    operator: Client, ada: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    ada.join(battle)
    assert "ada" in operator.get("/admin/battles/battle/").content.decode()
    page = operator.get(f"/admin/battles/battle/{battle.pk}/change/")
    assert page.status_code == 200
    assert "_save" not in page.content.decode()
    assert operator.post(f"/admin/battles/battle/{battle.pk}/change/", {"state": "won"}).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"max_hp": 0}, {"attack": 0}, {"critical_percent": 101}, {"acts_every_ms": 499}]
)
def test_an_enemy_that_makes_no_sense_is_saved_neither_by_form_nor_by_code(
    db: None, wrong: dict[str, Any]
) -> None:
    enemy = EnemyTemplate(**{"name": "Ghost", "max_hp": 10, "attack": 1, **wrong})
    with pytest.raises(ValidationError):
        enemy.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        EnemyTemplate.objects.bulk_create([enemy])


def test_what_is_no_longer_offered_is_not_made_again(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle()
    BattleTemplate.objects.update(is_offered=False)
    assert ada.get("available").json() == []
    Battle.objects.all().delete()
    services.offer(battle.template_id)
    assert not Battle.objects.exists()


def test_an_edited_template_leaves_battles_under_way_as_they_are(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle(stamina_cost=1)
    ada.join(battle)
    BattleTemplate.objects.update(name="Renamed", stamina_cost=50)
    assert ada.get(f"{battle.pk}").json()["name"] == battle.name


def test_an_erased_account_takes_its_part_in_battles_with_it(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    ada.join(battle)
    bob.join(battle)
    User.objects.get(pk=ada.id).delete()
    assert list(Fighter.objects.values_list("user_id", flat=True)) == [bob.id]
    assert [player["user_id"] for player in bob.get(f"{battle.pk}").json()["players"]] == [bob.id]


def test_the_hardiest_enemy_there_may_be_grows_with_as_many_fighters_as_there_may_be(
    new_battle: Callable[..., Battle], person: Callable[[str], Person]
) -> None:
    with pytest.raises(ValidationError):
        new_battle(hp=MAX_HP + 1)
    battle = new_battle(hp=MAX_HP, max_players=20)
    for number in range(20):
        assert person(f"fighter{number}").join(battle).status_code == 200
