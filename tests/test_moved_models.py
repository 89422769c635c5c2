"""Combat, shards, trading, invites and parties became apps after they had tables: nothing of them is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from core import content
from core.models import ContentVersion
from matchmaking.invites.models import Invite
from matchmaking.models import Queue, Ticket
from matchmaking.parties.models import Party, PartyMember
from operators import roles
from progression.models import Item
from world.combat.models import Ability, Combat, Cooldown, Recovery, Remedy, Reward
from world.models import Character, Faction, Location
from world.shards.models import Shard
from world.trading.models import Trade, TradeOffer

MOVED = {
    "world": (Ability, Combat, Cooldown, Recovery, Remedy, Reward, Shard, Trade, TradeOffer),
    "matchmaking": (Invite, Party, PartyMember),
}
BEFORE = [("matchmaking", "0003_places_and_penalties"), ("world", "0004_walked_at")]
AFTER = [
    ("matchmaking", "0005_party_of_a_ticket"),
    ("invites", "0001_initial"),
    ("parties", "0001_initial"),
    ("world", "0005_parts_are_apps"),
    ("combat", "0001_initial"),
    ("shards", "0001_initial"),
    ("trading", "0001_initial"),
]
AT = datetime(2026, 11, 1, tzinfo=UTC)


def _migrate(targets: Any) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
    ContentType.objects.clear_cache()


@pytest.fixture
def before(transactional_db: None) -> Iterator[None]:
    """The database as it was before the parts were apps, with a row in each of their tables."""
    ada, bob = (
        User.objects.create_user(name, f"{name}@example.org", "testpass123") for name in ("ada", "bob")
    )
    side = Faction.objects.create(name="Dawnguard", colour="#e0a030")
    place = Location.objects.create(name="Sunspire", x=1, y=1)
    one, other = (
        Character.objects.create(
            owner=user, name=user.username, faction=side, location=place, health=9, last_seen=AT
        )
        for user in (ada, bob)
    )
    spark = Ability(name="spark", title="Spark", power=120)
    spark.saved_by_id = ada.pk
    spark.save()
    Remedy.objects.create(item=Item.objects.create(slug="berries", name="Berries", kind="material"), heals=20)
    Combat.objects.create(attacker=one, defender=other, location=place, seed=1, began_at=AT)
    Cooldown.objects.create(character=one, ability=spark, ready_at=AT)
    Recovery.objects.create(character=one, at=AT)
    Reward.objects.create(winner=ada, loser=bob, at=AT)
    Shard.objects.create(name="Shard of Dawn", location=place, faction=side, captor=one)
    trade = Trade.objects.create(asker=one, asked=other, created_at=AT, expires_at=AT)
    TradeOffer.objects.create(trade=trade, character=one, gold=7)
    party = Party.objects.create(leader=ada)
    PartyMember.objects.create(party=party, user=ada)
    Ticket.objects.create(queue=Queue.objects.create(name="pong"), party=party, rating=1500)
    Invite.objects.create(from_user=ada, to_user=bob, kind="party", party=party, created_at=AT, expires_at=AT)
    roles.sync_roles(using="default")
    LogEntry.objects.log_actions(ada.pk, [spark], CHANGE, "Weaker")
    _migrate(BEFORE)
    yield
    _migrate(None)
    # What migrations and the roles keep outlives the emptying of the tables.
    call_command("flush", verbosity=0, interactive=False)


def _rows() -> Iterator[tuple[str, Any]]:
    with connection.cursor() as cursor:
        for model in (*MOVED["world"], *MOVED["matchmaking"], Ticket):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            yield model._meta.db_table, cursor.fetchall()


def _constraints() -> Any:
    with connection.cursor() as cursor:
        return {
            model._meta.db_table: connection.introspection.get_constraints(cursor, model._meta.db_table)
            for model in (*MOVED["world"], *MOVED["matchmaking"], Ticket)
        }


def _granted() -> list[tuple[str, int, str]]:
    held = Group.objects.filter(permissions__isnull=False).order_by("name", "permissions")
    return list(held.values_list("name", "permissions", "permissions__codename"))


def test_a_database_from_before_keeps_its_tables_rows_roles_audit_trail_and_history(before: None) -> None:
    stored, held, granted = dict(_rows()), _constraints(), _granted()
    permissions = set(Permission.objects.values_list("pk", "content_type_id", "codename"))
    assert all(stored.values())
    for app, models in MOVED.items():
        for model in models:
            assert ContentType.objects.filter(app_label=app, model=model._meta.model_name).exists()
    assert ContentVersion.objects.get(model="world.ability").data["model"] == "world.ability"

    # What later migrations add is not compared.
    _migrate(AFTER)
    assert (dict(_rows()), _constraints()) == (stored, held)

    _migrate(None)
    assert _granted() == granted
    assert set(Permission.objects.values_list("pk", "content_type_id", "codename")) == permissions
    for app, models in MOVED.items():
        for model in models:
            assert not ContentType.objects.filter(app_label=app, model=model._meta.model_name).exists()
            assert ContentType.objects.get_for_model(model).permission_set.exists()
    assert LogEntry.objects.get(change_message="Weaker").get_edited_object() == Ability.objects.get()
    roles.sync_roles(using="default")
    assert _granted() == granted
    version = ContentVersion.objects.get(model="combat.ability")
    Ability.objects.update(power=1)
    assert cast(Any, content.restore(version, by_id=None)).power == 120
    assert not ContentVersion.objects.filter(model__startswith="world.").exists()
    assert Invite.objects.get().party.ticket.party.members.get().user.username == "ada"


def test_a_database_that_was_migrated_back_and_used_there_can_go_on(before: None) -> None:
    # The roles are laid after each migration, whatever its target.
    roles.sync_roles(using="default")
    granted = {(name, codename) for name, _, codename in _granted()}

    _migrate(None)

    roles.sync_roles(using="default")
    assert {(name, codename) for name, _, codename in _granted()} == granted
    assert LogEntry.objects.get(change_message="Weaker").get_edited_object() == Ability.objects.get()
