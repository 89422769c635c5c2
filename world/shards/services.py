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
def notice_arrival(*, location_id: int) -> None:
    """Hold up the captures that somebody who has come to this place is in the way of."""
    for shard in _locked().filter(location=location_id, captor__isnull=False):
        _see_to_contest(shard)


@transaction.atomic
def notice_departure(*, location_id: int, character_id: int) -> None:
    """End the capture of who goes from this place, and let go on those that they were in the way of."""
    for shard in _locked().filter(location=location_id, captor__isnull=False):
        if shard.captor_id == character_id:
            _break_off(shard)
        else:
            _see_to_contest(shard, but_character_id=character_id)


@transaction.atomic
def finish_capture(*, shard_id: int) -> None:
    """Give the shard whose channel is over to its captor's faction.

    Nothing if another worker is at it. Its captor must still be there, and no enemy.
    """
    WorldState.objects.get_or_create(pk=1)
    state = WorldState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if state is None:
        return
    shards = list(_locked())
    shard = next((one for one in shards if one.pk == shard_id), None)
    if shard is None or shard.due_at is None or shard.due_at > timezone.now():
        return
    captor = shard.captor
    if captor is None or not world_selectors.in_area(shard.location_id).filter(pk=captor.pk).exists():
        _break_off(shard)
    elif not _see_to_contest(shard):
        _give(shard, captor)
        _turn_the_world(state, captor.faction, shards)


@transaction.atomic
def forget_captor(*, user_id: int) -> None:
    """Take this user's characters from what the world remembers of captures."""
    own = list(Character.objects.filter(owner=user_id).values_list("pk", flat=True))
    for captured in WorldEvent.objects.filter(kind="shard_captured", detail__character_id__in=own):
        captured.detail |= {"character_id": None, "character_name": ""}
        captured.save(update_fields=["detail"])


def _give(shard: Shard, captor: Character) -> None:
    previous, shard.faction, shard.captor = shard.faction, captor.faction, None
    _set(shard, None)
    world.tell_world(
        events.ShardCaptured(
            shard_id=shard.pk,
            name=shard.name,
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
    return selectors.all_shards().select_for_update(of=("self",))


def _see_to_contest(shard: Shard, *, but_character_id: int = 0) -> bool:
    """Stop the capture or let it go on, as an enemy is there or not; says whether one is."""
    channel, captor = shard.channel, shard.captor
    assert channel is not None
    assert captor is not None
    contested = selectors.is_contested(
        shard.location_id, captor.faction_id, but_character_id=but_character_id
    )
    changed = channel.when(contested, timezone.now())
    if changed != channel:
        _set(shard, changed)
        _tell(shard)
    return contested


def _break_off(shard: Shard) -> None:
    shard.captor = None
    _set(shard, None)
    _tell(shard)


def _set(shard: Shard, channel: rules.Channel | None) -> None:
    shard.channel = channel
    shard.save()


def _tell(shard: Shard) -> None:
    channel = shard.channel
    status: events.Status = (
        "broken" if channel is None else "contested" if channel.contested else "channelling"
    )
    publish(events.ShardStatus(shard_id=shard.pk, status=status, shard=selectors.shown([shard])[0]))
