"""The rest of a fleet, as a worker sees it: running games and visits that belong to another, living worker.

``python -m bench.elsewhere COUNT``, with a server's environment, prints ``ready`` and runs until its input
ends.
"""

import sys
from datetime import timedelta
from uuid import uuid4

import django

WORKER = "worker.elsewhere"


def main(count: int) -> None:
    django.setup()
    from django.utils import timezone

    from accounts.models import User
    from core.batches import batched
    from core.redis import sync_client
    from game.live.ownership import room_key
    from game.models import Game
    from realtime.membership.leases import LEASES
    from world.models import Visit

    client = sync_client()
    listening = client.pubsub()
    listening.subscribe(WORKER)
    client.zadd(LEASES, {WORKER: 2**40})
    users = User.objects.bulk_create(
        (User(username=f"elsewhere-{number}") for number in range(count)), batch_size=1000
    )
    games = [
        Game(pk=uuid4(), name="tictactoe", state=Game.State.ACTIVE, seats_wanted=2, seed=1) for _ in users
    ]
    Game.objects.bulk_create(games, batch_size=1000)
    Game.objects.update(created_at=timezone.now() - timedelta(hours=1))
    for some in batched(games, 1000):
        client.mset({room_key(game.pk): WORKER for game in some})
    Visit.objects.bulk_create(
        (Visit(user=user, socket=f"{WORKER}/{number}") for number, user in enumerate(users)), batch_size=1000
    )
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
