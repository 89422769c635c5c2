"""Questions about shards."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet
from django.utils import timezone

from world.models import Location
from world.selectors import in_area
from world.shards import events
from world.shards.models import Shard

LOOK_AT_ONCE = 100


def all_shards() -> QuerySet[Shard]:
    """Every shard, with what is shown of it."""
    return Shard.objects.select_related("faction", "captor__faction").order_by("pk")


def shown(shards: Iterable[Shard]) -> list[events.ShardInfo]:
    """Shards as everybody sees them."""
    return [
        events.ShardInfo(
            id=shard.pk,
            name=shard.name,
            location_id=shard.location_id,
            faction=None if shard.faction is None else shard.faction.name,
            capture=_capture(shard),
        )
        for shard in shards
    ]


def _capture(shard: Shard) -> events.CaptureInfo | None:
    captor, channel = shard.captor, shard.channel
    if captor is None or channel is None:
        return None
    return events.CaptureInfo(
        character_id=captor.pk,
        character_name=captor.name,
        faction=captor.faction.name,
        contested=channel.contested,
        remaining_s=round(channel.left(timezone.now()).total_seconds(), 3),
        due_at=channel.due_at,
    )


def held() -> dict[int, int]:
    """How many shards each faction holds, by its id."""
    owned = Shard.objects.filter(faction__isnull=False).values_list("faction")
    return dict(owned.annotate(Count("pk")))


def is_contested(location_id: int, faction_id: int, *, but_character_id: int = 0) -> bool:
    """Whether an enemy of this faction is there, beside the one who is just leaving."""
    enemies = in_area(location_id).exclude(faction=faction_id).exclude(pk=but_character_id)
    return enemies.exists()


def due() -> list[int]:
    """The shards whose capture is over now, those that have waited longest first."""
    late = Shard.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    return list(late.values_list("pk", flat=True)[:LOOK_AT_ONCE])


def places() -> list[int]:
    """Where shards may lie: anywhere but where the dead come back."""
    return list(Location.objects.filter(respawn=False).order_by("pk").values_list("pk", flat=True))
