"""The naive server's content: as many items, ranked players, lobbies and battles as ours has."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from bench.basket import (
    FIRST_BATTLE,
    FIRST_LOBBY,
    FIRST_WEAK_BATTLE,
    GAME,
    LOBBIES,
    MAX_USERS,
    PASSWORD,
    signer,
)
from bench.naive.models import Battle, Enemy, Item, Lobby, Membership, Rating

RANKED = 500
ITEMS, OFFERS = 20, 14
STRONG, WEAK = 100_000, 1


class Command(BaseCommand):
    """Fill the tables."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        hashed = make_password(PASSWORD)
        User.objects.bulk_create(User(username=signer(n), password=hashed) for n in range(MAX_USERS))
        users = User.objects.bulk_create(User(username=f"ranked-{number}") for number in range(RANKED))
        Rating.objects.bulk_create(
            Rating(user=user, game=GAME, shown=1000 + number, played=50) for number, user in enumerate(users)
        )
        Item.objects.create(name="Wooden sword", kind="gear", rarity="common", slot="weapon", price=40)
        Item.objects.bulk_create(
            Item(name=f"Item {number}", kind="food", rarity="common", price=30 if number < OFFERS else None)
            for number in range(1, ITEMS)
        )
        lobbies = Lobby.objects.bulk_create(
            Lobby(pk=FIRST_LOBBY + number, name=f"bench-{number}", owner=users[number], max_participants=1000)
            for number in range(LOBBIES)
        )
        Membership.objects.bulk_create(Membership(lobby=lobby, user=lobby.owner) for lobby in lobbies)
        for first, hp in ((FIRST_BATTLE, STRONG), (FIRST_WEAK_BATTLE, WEAK)):
            battles = Battle.objects.bulk_create(
                Battle(pk=first + number, name="Bench") for number in range(MAX_USERS)
            )
            Enemy.objects.bulk_create(
                Enemy(pk=battle.pk, battle=battle, name="Target", hp=hp, max_hp=hp) for battle in battles
            )
