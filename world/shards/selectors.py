"""Questions about shards."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone

from world import selectors as world
from world.models import Character, Location
from world.shards import events
from world.shards.models import Shard


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


def is_contested(location_id: int, faction_id: int) -> bool:
    """Whether an enemy of this faction is there."""
    return world.in_area(location_id).exclude(faction=faction_id).exists()


@dataclass(frozen=True)
class Seen:
    """A captor who is where the shard is, and whether an enemy is there too."""

    captor: Character
    contested: bool


def seen(shard: Shard) -> Seen | None:
    """How things are where a shard is being captured; None if its captor is gone."""
    captor = shard.captor
    if captor is None or not world.in_area(shard.location_id).filter(pk=captor.pk).exists():
        return None
    return Seen(captor, is_contested(shard.location_id, captor.faction_id))


def unsettled() -> list[int]:
    """The shards whose capture is over now, or is not as it was when it was last looked at."""
    now = timezone.now()
    ids = []
    for shard in all_shards().filter(remaining__isnull=False):
        found, channel = seen(shard), shard.channel
        if channel and (not found or found.contested != channel.contested or channel.is_over(now)):
            ids.append(shard.pk)
    return ids


def places() -> list[int]:
    """Where shards may lie: anywhere but where the dead come back."""
    return list(Location.objects.filter(respawn=False).order_by("pk").values_list("pk", flat=True))


def world_state() -> events.WorldState:
    """The world as everybody sees it."""
    state = world.state()
    return events.WorldState(
        epoch=state.epoch,
        current_reality=None if state.current_reality is None else state.current_reality.name,
        factions=world.shown_factions(held()),
        locations=world.shown_locations(),
        shards=shown(all_shards()),
        online=world.online(),
        you=None,
        area=None,
    )
