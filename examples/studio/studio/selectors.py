"""Reads of laps."""

from django.db.models import QuerySet

from studio.models import Lap, Track

SHORTEST_MS = 20_000


def best_laps() -> QuerySet[Lap]:
    return Lap.objects.select_related("user").order_by("ms", "pk")[:10]


def shortest_ms() -> int:
    """Return the shortest time that the track allows."""
    track = Track.objects.order_by("pk").first()
    return track.shortest_ms if track else SHORTEST_MS
