"""What changes shards: captures that begin, stop, go on and end, and what they make of the world.

Locks are taken in this order: the world's state, characters, shards by rising id.
"""

import secrets

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from realtime.publishing import publish
from world import selectors as world_selectors
from world import services as world
from world.models import Character, Faction, WorldEvent, WorldState
from world.shards import events, rules, selectors
from world.shards.models import Shard
from world.shards.refusals import (
    AlreadyCapturing,
    ShardContested,
    ShardElsewhere,
    ShardIsYours,
    UnknownShard,
)


@transaction.atomic
def begin_capture(*, user_id: int, shard_id: int) -> None:
    """Begin to channel a shard; who does so already goes on.

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
    _set(shard, rules.Channel.begun(timezone.now(), contested=contested))
    _tell(shard)


@transaction.atomic
def settle(*, shard_id: int) -> None:
    """Let a capture stop, go on, come to nothing or succeed, by who is there now and what time it is.

    Nothing if another worker is at it.
    """
    WorldState.objects.get_or_create(pk=1)
    state = WorldState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if state is None:
        return
    shards = list(_locked())
    shard = next((one for one in shards if one.pk == shard_id), None)
    if shard is None or shard.channel is None:
        return
    found, now = selectors.seen(shard), timezone.now()
    if found is None:
        shard.captor = None
        _set(shard, None)
        _tell(shard)
    elif shard.channel.when(found.contested, now) != shard.channel:
        _set(shard, shard.channel.when(found.contested, now))
        _tell(shard)
    elif shard.channel.is_over(now):
        _give(shard, found.captor)
        _turn_the_world(state, found.captor.faction, shards)


@transaction.atomic
def forget_captor(*, character_id: int) -> None:
    """Take this character from what the world remembers of captures."""
    for captured in WorldEvent.objects.filter(kind="shard_captured", detail__character_id=character_id):
        captured.detail |= {"character_id": None, "character_name": ""}
        captured.save(update_fields=["detail"])


def _give(shard: Shard, captor: Character) -> None:
    previous, shard.faction, shard.captor = shard.faction, captor.faction, None
    _set(shard, None)
    world.tell_world(
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


def _turn_the_world(state: WorldState, faction: Faction, shards: list[Shard]) -> None:
    owners = [shard.faction_id for shard in shards]
    if rules.holds_all(owners):
        _scatter(shards)
        state.epoch += 1
        state.current_reality = None
        state.save()
        world.tell_world(
            events.Aetherfall(faction=faction.name, epoch=state.epoch, shards=selectors.shown(shards))
        )
    elif rules.ruler(owners) == faction.pk != state.current_reality_id:
        previous, state.current_reality = state.current_reality, faction
        state.save()
        world.tell_world(
            events.RealityShift(
                faction=faction.name,
                previous_faction=None if previous is None else previous.name,
                epoch=state.epoch,
            )
        )


def _scatter(shards: list[Shard]) -> None:
    places = selectors.places()
    fallen = rules.scatter(len(shards), places, secrets.SystemRandom()) if places else []
    for shard, location_id in zip(shards, fallen, strict=False):
        shard.location_id = location_id
    for shard in shards:
        shard.faction = shard.captor = None
        _set(shard, None)


def _locked() -> QuerySet[Shard]:
    # Without what they refer to: who waited for a lock would find that as it was before.
    return Shard.objects.order_by("pk").select_for_update()


def _set(shard: Shard, channel: rules.Channel | None) -> None:
    shard.channel = channel
    shard.save()


def _tell(shard: Shard) -> None:
    channel = shard.channel
    status: events.Status = (
        "broken" if channel is None else "contested" if channel.contested else "channelling"
    )
    publish(events.ShardStatus(shard_id=shard.pk, status=status, shard=selectors.shown([shard])[0]))
