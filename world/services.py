"""What characters do and what becomes of them: the only writes.

Locks are taken in this order: accounts, the world's state, characters by rising id, what players own.
"""

from collections.abc import Collection

import msgspec
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from msgspec import UNSET, UnsetType

from accounts import services as accounts
from core.refusals import Invalid
from friends import selectors as friends
from realtime import limits
from realtime.messages import Event, MessageId
from realtime.publishing import publish
from world import events, selectors
from world.events import CharacterInfo, OwnCharacter
from world.models import Character, Location, Visit, WorldEvent
from world.refusals import (
    CharacterNameTaken,
    NoHome,
    NoPath,
    NotInPlay,
    NotInWorld,
    NotThere,
    TooManyCharacters,
    UnknownCharacter,
)
from world.rules import Position

MOST_CHARACTERS = 8
SELECTIONS, SELECTIONS_WINDOW_S = 10, 10.0
"""So often one selects a character in so long: all hear of it where it is, and where the one before was."""


def lock_in_play(*character_ids: int) -> dict[int, Character]:
    """These characters, which stay where they are until the transaction ends. Raises ``NotInPlay``."""
    ids = set(character_ids)
    found = Character.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").in_bulk()
    # Asked under the locks: who waited for one would take the visit that has just ended for there still.
    if Visit.objects.filter(character__in=ids).count() < len(ids):
        raise NotInPlay
    return found


@transaction.atomic
def create(*, user_id: int, name: str, faction: str) -> OwnCharacter:
    """A new character at its faction's home. Raises ``Invalid``, ``UnknownFaction``, ``NoHome``,
    ``TooManyCharacters`` and ``CharacterNameTaken``.
    """
    try:
        Character._meta.get_field("name").run_validators(name)
    except ValidationError as problem:
        raise Invalid("No character has such a name.", details={"name": list(problem.messages)}) from None
    side = selectors.faction_named(faction)
    home = selectors.respawn_of(side.pk)
    accounts.lock(user_id)
    if Character.objects.filter(owner=user_id).count() >= MOST_CHARACTERS:
        raise TooManyCharacters(f"You may have {MOST_CHARACTERS} characters.")
    try:
        with transaction.atomic():
            character = Character.objects.create(
                owner_id=user_id,
                name=name,
                faction=side,
                location=home,
                health=selectors.max_health(user_id),
                last_seen=timezone.now(),
            )
    except IntegrityError:
        raise CharacterNameTaken(f"The name {name} is taken.") from None
    return selectors.shown_to_owner(user_id, [character])[0]


def select(*, user_id: int, character_id: int) -> OwnCharacter:
    """Play this character from now on; at once, if the user is in the world. Raises ``RateLimited`` and
    ``UnknownCharacter``.
    """
    limits.take_sync(f"world_select:{user_id}", allowed=SELECTIONS, window_s=SELECTIONS_WINDOW_S)
    with transaction.atomic():
        accounts.lock(user_id)
        character = _own(user_id, character_id)
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
        return selectors.shown_to_owner(user_id, [character])[0]


@transaction.atomic
def delete(*, user_id: int, character_id: int) -> None:
    """Delete a character for good. Raises ``UnknownCharacter``."""
    accounts.lock(user_id)
    character = _own(user_id, character_id)
    visit = Visit.objects.filter(user=user_id, character=character).first()
    if visit is not None:
        _end_play(visit, "deleted")
        publish(events.VisitChanged(user_id=user_id, socket=visit.socket))
    else:
        # Something may still wait for its return.
        publish(_left_area(character, "deleted"))
    character.delete()


@transaction.atomic
def erase(*, user_id: int) -> None:
    """Delete all that is this user's alone, and the name on what they announced."""
    for character in selectors.characters_of(user_id):
        delete(user_id=user_id, character_id=character.pk)
    for announcement in WorldEvent.objects.filter(detail__sender_id=user_id):
        announcement.detail |= {"sender_id": None, "sender_name": ""}
        announcement.save(update_fields=["detail"])


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
        character = next((one for one in _locked(user_id).values() if one.is_selected), None)
        if character is not None:
            _begin_play(visit, character)
    return replaced


@transaction.atomic
def go(*, user_id: int, socket: str, at: Position | None = None) -> None:
    """The socket is gone, and with it the character, which was there last; nothing if another socket has
    replaced it.
    """
    accounts.lock(user_id)
    visit = Visit.objects.filter(user=user_id, socket=socket).first()
    if visit is None:
        return
    if at is not None:
        store_positions([at])
    _end_play(visit, "disconnected")
    visit.delete()


def _locked(user_id: int) -> dict[int, Character]:
    """The user's characters, by id, as they stay until the transaction ends."""
    own = selectors.characters_of(user_id).select_for_update(of=("self",), no_key=True)
    return {character.pk: character for character in own}


def _own(user_id: int, character_id: int) -> Character:
    character = _locked(user_id).get(character_id)
    if character is None:
        raise UnknownCharacter
    return character


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
    try:
        home = selectors.respawn_of(character.faction_id)
    except NoHome:
        # An operator who moves it takes it away first. Nobody is to be immortal meanwhile.
        home = character.location
    put(character, home, "died")


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


def store_positions(positions: Collection[Position]) -> None:
    """Store where characters are, in one statement; not of those who have left the place."""
    if not positions:
        return
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [(one.character_id, one.location_id, one.at.x, one.at.y, one.at.z) for one in positions]
    values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH moved (id, location_id, x, y, z) AS (VALUES {values}) "
            "UPDATE world_character SET x = moved.x, y = moved.y, z = moved.z, walked_at = %s FROM moved "
            "WHERE world_character.id = moved.id AND world_character.location_id = moved.location_id",
            [*(value for row in rows for value in row), now],
        )


# -- Talk


def whisper(*, sender_id: int, sender_name: str, to_user_id: int, content: str) -> None:
    """Say something to one user who is in the world. Raises ``NotInWorld``."""
    is_there = Visit.objects.filter(user=to_user_id).exists()
    if not is_there or friends.is_blocked_between(sender_id, to_user_id):
        raise NotInWorld
    publish(
        events.Whisper(sender_id=sender_id, sender_name=sender_name, to_user_id=to_user_id, content=content)
    )


@transaction.atomic
def announce(*, user_id: int, content: str) -> None:
    """Tell everybody something, as an operator who may announce; it is in the audit trail.

    Raises ``StaffOnly``.
    """
    sender = selectors.announcer(user_id)
    kept = tell_world(
        events.WorldAnnouncement(sender_id=user_id, sender_name=sender.username, content=content)
    )
    LogEntry.objects.log_actions(user_id, [kept], ADDITION, f"Announced to the world: {content}")


def tell_world(event: Event) -> WorldEvent:
    """Tell everybody what has happened to the world, and keep it among its events."""
    detail = msgspec.to_builtins(event)
    kept = WorldEvent.objects.create(kind=detail.pop("type"), detail=detail)
    publish(event)
    return kept


# -- Telling


def update_of(info: CharacterInfo, ref: MessageId | UnsetType = UNSET) -> events.CharacterUpdate:
    """How a character stands, as an event."""
    return events.CharacterUpdate(**msgspec.structs.asdict(info), ref=ref)


def tell_of_owners(user_id: int) -> None:
    """:func:`tell_of` the character that this user plays, if there is one."""
    character = selectors.played_by(user_id)
    if character is not None:
        tell_of(character)


def tell_of(character: Character) -> None:
    """Tell who is where this character is how it stands now: after its health or level has changed."""
    publish(events.CharacterChanged(character=selectors.shown([character])[0]))


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
    publish(_left_area(character, reason))


def _left_area(character: Character, reason: events.Departure) -> events.CharacterLeftArea:
    return events.CharacterLeftArea(
        character_id=character.pk,
        user_id=character.owner_id,
        location_id=character.location_id,
        reason=reason,
    )
