"""What characters do and what becomes of them: the only writes.

Locks are taken in this order: accounts, the world's state, characters by rising id, what players own.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import services as accounts
from realtime.publishing import publish
from world import events, selectors
from world.models import Character, Location, Visit
from world.refusals import (
    CharacterNameTaken,
    NoPath,
    NotInPlay,
    NotThere,
    TooManyCharacters,
)

MOST_CHARACTERS = 8


def lock_in_play(*character_ids: int) -> dict[int, Character]:
    """These characters, which stay where they are until the transaction ends. Raises ``NotInPlay``."""
    ids = set(character_ids)
    # The visits are not locked: the outer side of a join cannot be, and who ends one takes the character too.
    in_play = selectors.in_play().select_for_update(of=("self",), no_key=True)
    locked = in_play.filter(pk__in=ids).order_by("pk")
    found = {character.pk: character for character in locked}
    if len(found) < len(ids):
        raise NotInPlay
    return found


@transaction.atomic
def create(*, user_id: int, name: str, faction: str) -> Character:
    """A new character at its faction's home. Raises ``UnknownFaction``, ``NoHome``, ``TooManyCharacters`` and
    ``CharacterNameTaken``.
    """
    side = selectors.faction_named(faction)
    home = selectors.respawn_of(side.pk)
    accounts.lock(user_id)
    if Character.objects.filter(owner=user_id).count() >= MOST_CHARACTERS:
        raise TooManyCharacters(f"You may have {MOST_CHARACTERS} characters.")
    try:
        with transaction.atomic():
            return Character.objects.create(
                owner_id=user_id,
                name=name,
                faction=side,
                location=home,
                health=selectors.max_health(user_id),
                last_seen=timezone.now(),
            )
    except IntegrityError:
        raise CharacterNameTaken(f"The name {name} is taken.") from None


@transaction.atomic
def select(*, user_id: int, character_id: int) -> Character:
    """Play this character from now on; at once, if the user is in the world. Raises ``UnknownCharacter``."""
    accounts.lock(user_id)
    character = selectors.own_character(user_id, character_id)
    visit = Visit.objects.filter(user=user_id).first()
    if not character.is_selected:
        if visit is not None:
            _end_play(visit, "deselected")
        Character.objects.filter(owner=user_id, is_selected=True).update(is_selected=False)
        character.is_selected = True
        character.save(update_fields=["is_selected"])
    if visit is not None and visit.character_id is None:
        _begin_play(visit, character)
        publish(events.VisitChanged(user_id=user_id, socket=visit.socket))
    return character


@transaction.atomic
def delete(*, user_id: int, character_id: int) -> None:
    """Delete a character for good. Raises ``UnknownCharacter``."""
    accounts.lock(user_id)
    character = selectors.own_character(user_id, character_id)
    visit = Visit.objects.filter(user=user_id, character=character).first()
    if visit is not None:
        _end_play(visit, "deleted")
        publish(events.VisitChanged(user_id=user_id, socket=visit.socket))
    character.delete()


@transaction.atomic
def come(*, user_id: int, socket: str) -> str:
    """The user has opened a socket, and the selected character is in play. Says which socket it replaces."""
    accounts.lock(user_id)
    visit = Visit.objects.filter(user=user_id).first()
    replaced = "" if visit is None else visit.socket
    if visit is None:
        visit = Visit(user_id=user_id)
    visit.socket = socket
    visit.save()
    if visit.character_id is None:
        character = selectors.characters_of(user_id).filter(is_selected=True).first()
        if character is not None:
            _begin_play(visit, character)
    return replaced


@transaction.atomic
def go(*, user_id: int, socket: str) -> None:
    """The socket is gone, and with it the character; not if another socket has replaced it."""
    accounts.lock(user_id)
    visit = Visit.objects.filter(user=user_id, socket=socket).first()
    if visit is not None:
        _end_play(visit, "disconnected")
        visit.delete()


def _begin_play(visit: Visit, character: Character) -> None:
    visit.character = character
    visit.save(update_fields=["character"])
    character.last_seen = timezone.now()
    character.save(update_fields=["last_seen"])
    _tell_of_arrival(character)


def _end_play(visit: Visit, reason: events.Departure) -> None:
    if visit.character_id is None:
        return
    character = Character.objects.select_for_update(no_key=True).get(pk=visit.character_id)
    visit.character = None
    visit.save(update_fields=["character"])
    character.last_seen = timezone.now()
    character.save(update_fields=["last_seen"])
    _tell_of_departure(character, reason)


@transaction.atomic
def travel(*, user_id: int, to_location_id: int, from_location_id: int | None = None) -> Character:
    """Walk to a place next to this one. Raises ``NoCharacterInPlay``, ``NotThere`` and ``NoPath``."""
    character_id = selectors.character_in_play(user_id).pk
    character = lock_in_play(character_id)[character_id]
    if from_location_id is not None and from_location_id != character.location_id:
        raise NotThere(details={"location_id": character.location_id})
    destination = Location.objects.filter(pk=to_location_id, paths=character.location_id).first()
    if destination is None:
        raise NoPath
    put(character, destination, "moved")
    return character


@transaction.atomic
def send_home(character: Character, *, health: int) -> None:
    """Let a locked character that died begin again at its faction's home, with so much health."""
    character.health = health
    character.save(update_fields=["health"])
    put(character, selectors.respawn_of(character.faction_id), "died")


def put(character: Character, destination: Location, reason: events.Departure) -> None:
    """Put a locked character at the middle of a place, inside a transaction.

    If it is in play, both places are told.
    """
    visit = Visit.objects.filter(character=character).first()
    if visit is not None:
        _tell_of_departure(character, reason)
    character.location = destination
    character.x = character.y = character.z = 0.0
    character.last_seen = timezone.now()
    character.save(update_fields=["location", "x", "y", "z", "last_seen"])
    if visit is not None:
        _tell_of_arrival(character)
        publish(events.VisitChanged(user_id=visit.user_id, socket=visit.socket))


def _tell_of_arrival(character: Character) -> None:
    publish(
        events.PlayerJoinedArea(location_id=character.location_id, character=selectors.shown([character])[0])
    )
    publish(
        events.CharacterEnteredArea(
            character_id=character.pk,
            user_id=character.owner_id,
            faction_id=character.faction_id,
            location_id=character.location_id,
        )
    )


def _tell_of_departure(character: Character, reason: events.Departure) -> None:
    publish(
        events.PlayerLeftArea(
            location_id=character.location_id,
            character_id=character.pk,
            user_id=character.owner_id,
            character_name=character.name,
            reason=reason,
        )
    )
    publish(
        events.CharacterLeftArea(
            character_id=character.pk,
            user_id=character.owner_id,
            location_id=character.location_id,
            reason=reason,
        )
    )
