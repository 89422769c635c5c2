"""Test users with the real routes and sockets, and battles created for a test."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.models import User
from core.ids import UserId
from game.battles import rules
from game.battles.models import Battle, BattleTemplate, DropChance, Enemy, EnemyTemplate, Lineup
from game.battles.services import offer
from gameplatform.asgi import application
from progression.models import Item
from realtime.testing import Player, running_worker
from realtime.worker import Worker

HOUR_MS = 3_600_000

opened: list[Player] = []


@dataclass
class Person:
    """A test user with a client and a token."""

    id: UserId
    name: str
    token: str
    client: APIClient

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/battles/{path}")

    def me(self) -> Any:
        return self.client.get("/api/player/me").json()

    def ledger(self) -> Any:
        return self.client.get("/api/player/ledger/").json()["results"]

    def join(self, battle: Battle) -> Any:
        return self.client.post(f"/api/battles/join/{battle.pk}")

    def attack(self, enemy: Enemy, **body: Any) -> Any:
        path = f"/api/battles/attack/{enemy.battle_id}"
        return self.client.post(path, {"enemy_id": enemy.pk, **body})

    def claim(self, battle: Battle, **headers: str) -> Any:
        return self.client.post(f"/api/battles/claim-loot/{battle.pk}", headers=headers)

    async def enter(self, battle: Any, query: str = "") -> Player:
        player = await Player(application, f"/ws/battle/{battle}{query}", token=self.token).enter()
        opened.append(player)
        return player


def sign_in(user: User) -> Person:
    token = services.open_session(user, device=services.Device()).tokens.access
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return Person(user.pk, user.username, token, client)


@pytest.fixture
def person(db: None) -> Callable[[str], Person]:
    return lambda name: sign_in(User.objects.create(username=name))


@pytest.fixture
def new_battle(db: None) -> Callable[..., Battle]:
    """``new_battle(rats=2, hp=40, max_players=4)`` creates a battle whose enemies wait until ``make_due``."""

    def new_battle(
        *, rats: int = 1, hp: int = 40, attack: int = 5, drops: dict[str, int] | None = None, **facts: Any
    ) -> Battle:
        number = BattleTemplate.objects.count()
        rat = EnemyTemplate.objects.create(
            name=f"Rat {number}", max_hp=hp, attack=attack, acts_every_ms=HOUR_MS
        )
        template = BattleTemplate.objects.create(name=f"Cellar {number}", **{"level": 1, **facts})
        Lineup.objects.create(template=template, enemy=rat, count=rats)
        for slug, percent in (drops or {}).items():
            item, _ = Item.objects.get_or_create(slug=slug, name=slug.title(), kind="material")
            DropChance.objects.create(template=template, item=item, percent=percent)
        offer(template.pk)
        return template.battles.get()

    return new_battle


@pytest.fixture
def tireless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attacks without cooldown."""
    monkeypatch.setattr(rules, "COOLDOWN", timedelta(0))


@pytest.fixture
async def here(transactional_db: None) -> AsyncIterator[Worker]:
    async with running_worker() as worker:
        yield worker
        # Each disconnect writes to the database, which is emptied next.
        while opened:
            await opened.pop().leave()


def make_due(battle: Battle) -> None:
    """Make the battle's enemies due to act."""
    now = timezone.now()
    battle.enemies.filter(hp__gt=0).update(acts_at=now)
    Battle.objects.filter(pk=battle.pk).update(acts_at=now)


def only_enemy(battle: Battle) -> Enemy:
    return battle.enemies.get()
