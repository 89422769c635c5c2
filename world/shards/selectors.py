"""Queries about shards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from core.statements import statement, together
from world import selectors as world
from world.models import Character, Location
from world.shapes import World
from world.shards import events
from world.shards.models import Shard


def all_shards() -> QuerySet[Shard]:
    """Return all shards, with the related rows that :func:`shard_infos` needs."""
    return Shard.objects.select_related("faction", "captor__faction").order_by("pk")


_all_shards = statement(all_shards)


def shard_infos(shards: Iterable[Shard]) -> list[events.ShardInfo]:
    """Return shards in the form shown to everybody."""
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
        remaining_s=round(channel.time_left(timezone.now()).total_seconds(), 3),
        due_at=channel.due_at,
    )


def is_contested(location_id: int, faction_id: int) -> bool:
    """Return whether an enemy of this faction is in this place."""
    return world.in_area(location_id).exclude(faction=faction_id).exists()


@dataclass(frozen=True)
class CaptureConditions:
    """A captor who is in the shard's place, and whether an enemy is there too."""

    captor: Character
    contested: bool


def capture_conditions(shard: Shard) -> CaptureConditions | None:
    """Return who captures a shard and whether an enemy is present; None if the captor is gone."""
    captor = shard.captor
    if captor is None or not world.in_area(shard.location_id).filter(pk=captor.pk).exists():
        return None
    return CaptureConditions(captor, is_contested(shard.location_id, captor.faction_id))


@statement
def waiting(until: datetime) -> QuerySet[Shard, int]:
    """Return the shards that are being captured, however long it takes: each can be contested at any time."""
    return Shard.objects.filter(remaining__isnull=False).values_list("pk", flat=True)


def unsettled() -> list[int]:
    """Return the ids of shards whose capture is complete, or contested or not unlike before."""
    now = timezone.now()
    ids = []
    for shard in all_shards().filter(remaining__isnull=False):
        found, channel = capture_conditions(shard), shard.channel
        if channel and (not found or found.contested != channel.contested or channel.is_over(now)):
            ids.append(shard.pk)
    return ids


def possible_locations() -> list[int]:
    """Return the ids of the locations where shards may lie: all but those where characters respawn."""
    return list(Location.objects.filter(respawn=False).order_by("pk").values_list("pk", flat=True))


def world_state() -> events.WorldState:
    """Return the world as everybody sees it on a socket."""
    states, shards, factions, locations, online = together(
        world.epoch_and_ruler.bound(),
        _all_shards.bound(),
        world.factions.bound(),
        world.locations.bound(),
        world.online.bound(),
    )
    epoch, ruler = states[0] if states else (1, None)
    return events.WorldState(
        epoch=epoch,
        current_reality=ruler,
        factions=world.faction_infos(factions, Counter(shard.faction_id for shard in shards)),
        locations=world.location_infos(locations),
        shards=shard_infos(shards),
        online=online[0],
        you=None,
        area=None,
    )


def public_state() -> World:
    """Return the world as everybody sees it over HTTP."""
    state = world_state()
    return World(
        current_reality=state.current_reality,
        epoch=state.epoch,
        factions=state.factions,
        locations=state.locations,
        online=state.online,
    )
