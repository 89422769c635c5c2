"""The history of content."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client

from core.content import restore as restore_version
from core.models import ContentVersion
from game.battles.models import BattleTemplate, EnemyTemplate
from progression import seeding
from progression.models import Item, Offer
from tests.locks import let_the_other_come

pytestmark = pytest.mark.django_db


def history(row: Any) -> Any:
    kept = ContentVersion.objects.filter(model=row._meta.label_lower, row_id=row.pk).order_by("version")
    return [(one.version, one.by and one.by.username) for one in kept]


def restore(admin_client: Client, row: Any, version: Any) -> str:
    wanted = ContentVersion.objects.get(model=row._meta.label_lower, row_id=row.pk, version=version)
    form = {"action": "restore", "_selected_action": [wanted.pk]}
    answer = admin_client.post("/admin/core/contentversion/", form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def berries() -> Item:
    """A row from a fixture, without history."""
    seeding.seed_content()
    return Item.objects.get(slug="berries")


def edit(admin_client: Client, item: Any, **changed: Any) -> None:
    form = {
        "slug": item.slug,
        "name": item.name,
        "description": item.description,
        "kind": item.kind,
        "rarity": item.rarity,
        "slot": item.slot,
        "food_xp": item.food_xp,
        **item.stats._asdict(),
        **changed,
    }
    answer = admin_client.post(f"/admin/progression/item/{item.pk}/change/", form)
    assert answer.status_code == 302, answer.content
    item.refresh_from_db()


def test_each_save_is_a_version_that_says_who_and_can_be_had_back(
    admin_client: Client, berries: Item
) -> None:
    edit(admin_client, berries, food_xp=12, name="Sour berries")
    edit(admin_client, berries, food_xp=1)
    edit(admin_client, berries)
    assert (berries.version, history(berries)) == (3, [(1, None), (2, "admin"), (3, "admin")])
    assert admin_client.get("/admin/core/contentversion/").status_code == 200

    assert "Restore the version: done for 1." in restore(admin_client, berries, 1)

    berries.refresh_from_db()
    assert (berries.name, berries.food_xp, berries.version) == ("Berries", 10, 4)
    assert history(berries)[-1] == (4, "admin")


def test_what_was_deleted_can_be_had_back(admin_client: Client) -> None:
    rat = EnemyTemplate.objects.create(name="Rat", max_hp=9, attack=2)
    kept = EnemyTemplate.objects.get()
    rat.delete()

    restore(admin_client, kept, 1)

    back = EnemyTemplate.objects.get()
    assert (back.pk, back.name, back.max_hp, back.version) == (kept.pk, "Rat", 9, 2)


def test_an_old_price_does_not_bring_sold_items_back(admin_client: Client, berries: Item) -> None:
    offer = Offer.objects.get(item__slug="crown-of-ages")
    offer.price = 7
    offer.save()
    Offer.objects.filter(pk=offer.pk).update(stock=1)

    restore(admin_client, offer, 1)

    offer.refresh_from_db()
    assert (offer.price, offer.stock) == (5_000, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_what_is_sold_while_an_old_price_comes_back_stays_sold(
    berries: Item, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    offer = Offer.objects.get(item__slug="crown-of-ages")
    offer.save()
    version = ContentVersion.objects.get(model="progression.offer", row_id=offer.pk, version=1)
    is_sold, is_restored = threading.Event(), threading.Event()

    @transaction.atomic
    def sell() -> None:
        Offer.objects.filter(pk=offer.pk).update(stock=1)
        is_sold.set()
        let_the_other_come(is_restored)

    def go_back() -> None:
        assert is_sold.wait(30)
        restore_version(version, by_id=None)
        is_restored.set()

    at_once([sell, go_back])

    offer.refresh_from_db()
    assert offer.stock == 1


def test_a_version_that_makes_no_sense_any_more_is_refused(admin_client: Client, berries: Item) -> None:
    edit(admin_client, berries, name="Sour berries")
    Item.objects.create(slug="others", name="Berries", kind="material")

    assert "already exists" in restore(admin_client, berries, 1)

    berries.refresh_from_db()
    assert (berries.name, berries.version) == ("Sour berries", 2)


def test_who_may_not_change_the_content_may_not_restore_it(
    client: Client, django_user_model: Any, berries: Item
) -> None:
    staff = django_user_model.objects.create(username="staff", is_staff=True)
    may = ("view_contentversion", "restore_contentversion")
    staff.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(staff)
    berries.food_xp = 12
    berries.save()

    assert "You may not change" in restore(client, berries, 1)

    berries.refresh_from_db()
    assert berries.food_xp == 12


def test_the_lines_of_a_battle_say_who_wrote_them(admin_client: Client, berries: Item) -> None:
    rat = EnemyTemplate.objects.create(name="Rat", max_hp=9, attack=2)
    form = {
        "name": "Cellar",
        "level": 1,
        "max_players": 4,
        "stamina_cost": 0,
        "xp": 1,
        "gold": 1,
        "lineup-TOTAL_FORMS": 1,
        "lineup-INITIAL_FORMS": 0,
        "lineup-0-enemy": rat.pk,
        "lineup-0-count": 2,
        "drops-TOTAL_FORMS": 1,
        "drops-INITIAL_FORMS": 0,
        "drops-0-item": berries.slug,
        "drops-0-percent": 50,
        "drops-0-quantity": 1,
    }
    answer = admin_client.post("/admin/battles/battletemplate/add/", form)
    assert answer.status_code == 302, answer.content

    cellar = BattleTemplate.objects.get()
    for row in (cellar, cellar.lineup.get(), cellar.drops.get()):
        assert history(row) == [(1, "admin")]
