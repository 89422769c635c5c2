"""Content for ``bench.basket`` on our server: a ranking, lobbies, and battles with one enemy each."""

from django.contrib.auth.hashers import make_password

from accounts.models import User
from bench.basket import (
    FIRST_BATTLE,
    FIRST_LOBBY,
    FIRST_WEAK_BATTLE,
    GAME,
    LOBBIES,
    MAX_USERS,
    PASSWORD,
    QUEUES,
    signer,
)
from chat.models import Lobby, Membership
from core.seeding import seeds
from game.battles.models import Battle, BattleTemplate, Enemy
from game.models import Rating
from matchmaking.models import Queue

RANKED = 500
STRONG, WEAK = 100_000, 1
NEVER_MS = 86_400_000


@seeds(order=90)
def seed() -> None:
    """Create the accounts with passwords, the ranking, the lobbies, the queues and the battles."""
    if Rating.objects.filter(user__username="ranked-0").exists():
        return
    hashed = make_password(PASSWORD)
    User.objects.bulk_create(User(username=signer(n), password=hashed) for n in range(MAX_USERS))
    users = User.objects.bulk_create(User(username=f"ranked-{number}") for number in range(RANKED))
    Rating.objects.bulk_create(
        Rating(user=user, game=GAME, mu=25, sigma=2, shown=1000 + number, played=50)
        for number, user in enumerate(users)
    )
    lobbies = Lobby.objects.bulk_create(
        Lobby(pk=FIRST_LOBBY + number, name=f"bench-{number}", owner=users[number], max_participants=1000)
        for number in range(LOBBIES)
    )
    Membership.objects.bulk_create(
        Membership(lobby=lobby, user=lobby.owner, role=Membership.Role.OWNER) for lobby in lobbies
    )
    Queue.objects.bulk_create(Queue(pk=Queue.name_of(QUEUES, f"m{number}")) for number in range(MAX_USERS))
    template = BattleTemplate.objects.create(name="Bench", level=1, xp=40, gold=20, is_offered=False)
    for first, hp in ((FIRST_BATTLE, STRONG), (FIRST_WEAK_BATTLE, WEAK)):
        battles = Battle.objects.bulk_create(
            Battle(
                pk=first + number,
                template=template,
                name="Bench",
                level=1,
                max_players=4,
                stamina_cost=1,
                seed=number,
            )
            for number in range(MAX_USERS)
        )
        Enemy.objects.bulk_create(
            Enemy(
                pk=battle.pk,
                battle=battle,
                number=1,
                name="Target",
                base_hp=hp,
                hp=hp,
                max_hp=hp,
                attack=1,
                defense=0,
                critical_percent=0,
                acts_every_ms=NEVER_MS,
            )
            for battle in battles
        )
