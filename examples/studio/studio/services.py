"""Changes of laps."""

from django.db import transaction

from gameplatform.extend import publish
from studio import events, selectors
from studio.leaderboards import fastest
from studio.models import Lap
from studio.refusals import TooFast


@transaction.atomic
def record(*, user_id: int, ms: int) -> int:
    """Record a lap, and return the user's best time. Raises ``TooFast``."""
    shortest = selectors.shortest_ms()
    if ms < shortest:
        raise TooFast(f"The track takes {shortest / 1000:g} seconds at least.")
    Lap.objects.create(user_id=user_id, ms=ms)
    fastest.submit(user_id, ms)
    publish(events.LapDriven(user_id=user_id, ms=ms))
    return Lap.objects.filter(user_id=user_id).earliest("ms").ms
