"""Services of shards: captures, their end, and their effect on the world.

Locks are taken in this order: the world's state, characters, shards in ascending order of id.
"""

import secrets

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import due
from core.ids import UserId
from realtime.publishing import publish
from world import selectors as world_selectors
from world import services as world
from world.models import Character, Faction, WorldEvent, WorldState
from world.rules import CharacterId
from world.shards import events, rules, selectors
from world.shards.models import Shard
from world.shards.refusals import (
    AlreadyCapturing,
    ShardContested,
    ShardElsewhere,
    ShardIsYours,
    UnknownShard,
)

LOOK = "captures"


@transaction.atomic
def begin_capture(*, user_id: UserId, shard_id: int) -> None:
    """Begin to capture a shard; does nothing if this character is already capturing it.

    Raises ``NoCharacterInPlay``, ``UnknownShard``, ``ShardElsewhere``, ``ShardIsYours``, ``ShardContested``,
    ``AlreadyCapturing``.
    """
    own_id = world_selectors.character_in_play(user_id).pk
    captor = world.lock_in_play(own_id)[own_id]
    shard = _locked().filter(pk=shard_id).first()
    if shard is None:
        raise UnknownShard
    if shard.location_id != captor.location_id:
        raise ShardElsewhere
    if shard.faction_id == captor.faction_id:
        raise ShardIsYours
    if shard.captor_id == own_id:
        return
    if shard.captor_id is not None:
        raise ShardContested
    if Shard.objects.filter(captor=captor).exists():
        raise AlreadyCapturing
    shard.captor = captor
    contested = selectors.is_contested(shard.location_id, captor.faction_id)
    _set(shard, rules.Channel.start(timezone.now(), contested=contested))
    due.wake(LOOK)
    _publish_status(shard)


@transaction.atomic
def settle(*, shard_id: int) -> None:
    """Pause, resume, break off or complete a capture, depending on who is present and the time.

    Does nothing while another worker holds the lock of the world's state.
    """
    WorldState.objects.get_or_create(pk=1)
    state = WorldState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if state is None:
        return
    shards = list(_locked())
    shard = next((one for one in shards if one.pk == shard_id), None)
    if shard is None or shard.channel is None:
        return
    found, now = selectors.capture_conditions(shard), timezone.now()
    if found is None:
        shard.captor = None
        _set(shard, None)
        _publish_status(shard)
    elif shard.channel.with_contest(found.contested, now) != shard.channel:
        _set(shard, shard.channel.with_contest(found.contested, now))
        _publish_status(shard)
    elif shard.channel.is_over(now):
        _give(shard, found.captor)
        _update_world(state, found.captor.faction, shards)


@transaction.atomic
def forget_captor(*, character_id: CharacterId) -> None:
    """Remove this character's name from past captures."""
    for captured in WorldEvent.objects.filter(kind="shard_captured", detail__character_id=character_id):
        captured.detail |= {"character_id": None, "character_name": ""}
        captured.save(update_fields=["detail"])


def _give(shard: Shard, captor: Character) -> None:
    previous, shard.faction, shard.captor = shard.faction, captor.faction, None
    _set(shard, None)
    world.record_world_event(
        events.ShardCaptured(
            shard_id=shard.pk,
            name=shard.name,
            shard_name=shard.name,
            location_id=shard.location_id,
            faction=captor.faction.name,
            previous_faction=None if previous is None else previous.name,
            character_id=captor.pk,
            character_name=captor.name,
        )
    )


def _update_world(state: WorldState, faction: Faction, shards: list[Shard]) -> None:
    owners = [shard.faction_id for shard in shards]
    if rules.holds_all(owners):
        _scatter(shards)
        state.epoch += 1
        state.current_reality = None
        state.save()
        world.record_world_event(
            events.Aetherfall(faction=faction.name, epoch=state.epoch, shards=selectors.shard_infos(shards))
        )
    elif rules.ruler(owners) == faction.pk != state.current_reality_id:
        previous, state.current_reality = state.current_reality, faction
        state.save()
        world.record_world_event(
            events.RealityShift(
                faction=faction.name,
                previous_faction=None if previous is None else previous.name,
                epoch=state.epoch,
            )
        )


def _scatter(shards: list[Shard]) -> None:
    places = selectors.possible_locations()
    fallen = rules.scatter(len(shards), places, secrets.SystemRandom()) if places else []
    for shard, location_id in zip(shards, fallen, strict=False):
        shard.location_id = location_id
    for shard in shards:
        shard.faction = shard.captor = None
        _set(shard, None)


def _locked() -> QuerySet[Shard]:
    # Without joins: a transaction that waited for the lock would get the joined rows as they were before.
    return Shard.objects.order_by("pk").select_for_update()


def _set(shard: Shard, channel: rules.Channel | None) -> None:
    shard.channel = channel
    shard.save()


def _publish_status(shard: Shard) -> None:
    channel = shard.channel
    status: events.Status = (
        "broken" if channel is None else "contested" if channel.contested else "channelling"
    )
    publish(events.ShardStatus(shard_id=shard.pk, status=status, shard=selectors.shard_infos([shard])[0]))
