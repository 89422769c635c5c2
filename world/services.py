"""Services of the world: the only code that writes characters, visits and the world's state.

Locks are taken in this order: accounts, the world's state, characters in ascending order of id, the players'
belongings.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, QuerySet
from django.utils import timezone
from msgspec import UNSET, UnsetType

from accounts import selectors as account_selectors
from accounts import services as accounts
from accounts.refusals import StillPlaying
from core.ids import UserId
from core.refusals import Invalid
from core.statements import Insert, Update, statement, together
from friends import selectors as friends
from realtime.connections import limits
from realtime.publishing import publish
from realtime.wire.messages import Event, MessageId
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
from world.rules import CharacterId, Position

MAX_CHARACTERS = 8
MAX_SELECTIONS, SELECTIONS_WINDOW_S = 10, 10.0
"""At most this many selections in this many seconds: each one is broadcast in two places."""


def lock_in_play(*character_ids: CharacterId) -> dict[CharacterId, Character]:
    """Lock these characters so that they stay where they are until the transaction ends.

    Raises ``NotInPlay``.
    """
    ids = set(character_ids)
    found = {character.pk: character for character in _locked(ids)}
    # Checked while holding the locks: the visit may have ended while this transaction waited for one.
    if len(_visited(ids)) < len(ids):
        raise NotInPlay
    return found


@statement
def _locked(character_ids: Collection[CharacterId]) -> QuerySet[Character]:
    return Character.objects.select_for_update(no_key=True).filter(pk__in=character_ids).order_by("pk")


@statement
def _visited(character_ids: Collection[CharacterId]) -> QuerySet[Visit, CharacterId]:
    return Visit.objects.filter(character__in=character_ids).values_list("character_id", flat=True)


@transaction.atomic
def create(*, user_id: UserId, name: str, faction: str) -> OwnCharacter:
    """Create a character at its faction's home.

    Raises ``Invalid``, ``UnknownFaction``, ``NoHome``, ``TooManyCharacters`` and ``CharacterNameTaken``.
    """
    try:
        Character._meta.get_field("name").run_validators(name)
    except ValidationError as problem:
        raise Invalid("No character has such a name.", details={"name": list(problem.messages)}) from None
    side = selectors.faction_named(faction)
    home = selectors.respawn_of(side.pk)
    accounts.lock(user_id)
    if Character.objects.filter(owner=user_id).count() >= MAX_CHARACTERS:
        raise TooManyCharacters(f"You may have {MAX_CHARACTERS} characters.")
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
    return selectors.owner_infos(user_id, [character])[0]


def select(*, user_id: UserId, character_id: CharacterId) -> OwnCharacter:
    """Select the character to play; it enters the world at once if the user is there.

    Raises ``RateLimited`` and ``UnknownCharacter``.
    """
    limits.enforce_sync(f"world_select:{user_id}", allowed=MAX_SELECTIONS, window_s=SELECTIONS_WINDOW_S)
    with transaction.atomic():
        accounts.lock(user_id)
        character = _own(user_id, character_id)
        visit = _visit.first(user_id)
        if not character.is_selected:
            if visit is not None:
                _end_play(visit, "deselected")
            Character.objects.filter(owner=user_id, is_selected=True).update(is_selected=False)
            character.is_selected = True
            character.save(update_fields=["is_selected"])
        if visit is not None and visit.character_id is None:
            _begin_play(visit, character)
            publish(events.VisitChanged(user_id=user_id, socket=visit.socket))
        return selectors.owner_infos(user_id, [character])[0]


@transaction.atomic
def delete(*, user_id: UserId, character_id: CharacterId) -> None:
    """Delete a character permanently. Raises ``UnknownCharacter``."""
    accounts.lock(user_id)
    character = _own(user_id, character_id)
    visit = Visit.objects.filter(user=user_id, character=character).first()
    if visit is not None:
        _end_play(visit, "deleted")
        publish(events.VisitChanged(user_id=user_id, socket=visit.socket))
    else:
        # Published even if it was not in play: something may still wait for its return.
        publish(_left_area(character, "deleted"))
    character.delete()


@transaction.atomic
def erase(*, user_id: UserId) -> None:
    """Delete all data that belongs to this user alone, and the user's name on their announcements."""
    for character in selectors.characters_of(user_id):
        delete(user_id=user_id, character_id=character.pk)
    for announcement in WorldEvent.objects.filter(detail__sender_id=user_id):
        announcement.detail |= {"sender_id": None, "sender_name": ""}
        announcement.save(update_fields=["detail"])


@transaction.atomic
def take_over(*, kept_id: UserId, former_id: UserId) -> None:
    """Give a user the characters of a former account, beyond ``MAX_CHARACTERS`` too.

    Raises ``StillPlaying`` while one of them is in play.
    """
    accounts.lock(kept_id, former_id)
    if Visit.objects.filter(user=former_id).exists():
        raise StillPlaying("The other account is in the world.")
    Character.objects.filter(owner=former_id).update(owner=kept_id, is_selected=False)


@transaction.atomic
def enter_world(*, user_id: UserId, socket: str) -> tuple[str, selectors.Visitor | None]:
    """Put the user's selected character into play on a new socket.

    Return the address of the replaced socket, and the character in play.
    """
    _, visits, characters = together(
        account_selectors.locked.bound(user_id, user_id), _visit.bound(user_id), _locked_own.bound(user_id)
    )
    visit = visits[0] if visits else None
    replaced = "" if visit is None else visit.socket
    if visit is not None and visit.character_id is not None:
        _set_visit.later(user_id, socket, visit.character_id)
        return replaced, selectors.visitor(user_id)
    character = next((one for one in characters if one.is_selected), None)
    _set_visit.later(user_id, socket, None if character is None else character.pk)
    if character is None:
        return replaced, None
    _touch(character)
    # Once more, with its faction and its place.
    there = selectors.character_in_play(user_id)
    return replaced, selectors.visitor_as(there, _publish_arrival(there))


@statement
def _visit(user_id: UserId) -> QuerySet[Visit]:
    return Visit.objects.filter(user=user_id)


@statement
def _set_visit(user_id: UserId, socket: str, character_id: CharacterId | None) -> Insert:
    values: dict[str, Any] = {"socket": socket, "character": character_id}
    return Insert(Visit, user=user_id, conflict=["user"], update=values, **values)


@transaction.atomic
def leave_world(*, user_id: UserId, socket: str, at: Position | None = None) -> None:
    """Take the user's character out of play after its socket closed, and save its last position ``at``.

    Does nothing if another socket has replaced this one.
    """
    accounts.lock(user_id)
    visit = _visit.first(user_id)
    if visit is None or visit.socket != socket:
        return
    if at is not None:
        store_positions([at])
    _end_play(visit, "disconnected")
    visit.delete()


@statement
def _locked_own(user_id: UserId) -> QuerySet[Character]:
    """The user's characters, locked until the transaction ends.

    Without joins: a row that moved while the lock was awaited would no longer match its old location.
    """
    own: QuerySet[Character] = selectors.characters_of.queryset(user_id).select_related(None)
    return own.select_for_update(of=("self",), no_key=True)


def _own(user_id: UserId, character_id: CharacterId) -> Character:
    for character in _locked_own(user_id):
        if character.pk == character_id:
            return character
    raise UnknownCharacter


def _begin_play(visit: Visit, character: Character) -> None:
    _set_visit.later(visit.user_id, visit.socket, character.pk)
    visit.character = character
    _touch(character)
    _publish_arrival(character)


def _end_play(visit: Visit, reason: events.Departure) -> None:
    if visit.character_id is None:
        return
    (character,) = _locked([visit.character_id])
    _set_visit.later(visit.user_id, visit.socket, None)
    visit.character = None
    _touch(character)
    _publish_departure(character, reason)


def _touch(character: Character) -> None:
    """Refresh the time at which the character was last seen."""
    character.last_seen = timezone.now()
    _set_last_seen.later(character.pk, character.last_seen)


@statement
def _set_last_seen(character_id: CharacterId, at: datetime) -> Update:
    return Update(Character.objects.filter(pk=character_id), last_seen=at)


@transaction.atomic
def travel(*, user_id: UserId, to_location_id: int, from_location_id: int | None = None) -> Character:
    """Walk to an adjacent location. Raises ``NoCharacterInPlay``, ``NotThere`` and ``NoPath``."""
    character_id = selectors.character_in_play(user_id).pk
    character = lock_in_play(character_id)[character_id]
    if from_location_id is not None and from_location_id != character.location_id:
        raise NotThere(details={"location_id": character.location_id})
    destination = Location.objects.filter(pk=to_location_id, paths=character.location_id).first()
    if destination is None:
        raise NoPath
    relocate(character, destination=destination, reason="moved")
    return character


@transaction.atomic
def respawn(character: Character, *, health: int) -> None:
    """Respawn a locked character that died at its faction's home, with this much health."""
    character.health = health
    character.save(update_fields=["health"])
    try:
        home = selectors.respawn_of(character.faction_id)
    except NoHome:
        # An operator who moves the home removes it first. A character must not become immortal meanwhile.
        home = character.location
    relocate(character, destination=home, reason="died")


def relocate(character: Character, *, destination: Location, reason: events.Departure) -> None:
    """Move a locked character to the middle of a place; call inside a transaction.

    If it is in play, its departure and arrival are published.
    """
    visit = Visit.objects.filter(character=character).first()
    if visit is not None:
        _publish_departure(character, reason)
    character.location = destination
    character.x = character.y = character.z = 0.0
    character.last_seen = timezone.now()
    character.save(update_fields=["location", "x", "y", "z", "last_seen"])
    if visit is not None:
        _publish_arrival(character)
        publish(events.VisitChanged(user_id=visit.user_id, socket=visit.socket))


def store_positions(positions: Collection[Position]) -> None:
    """Save characters' positions in one statement; skips characters that have left the place."""
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


def whisper(*, sender_id: UserId, sender_name: str, to_user_id: UserId, content: str) -> None:
    """Send a private message to a user who is in the world. Raises ``NotInWorld``."""
    if not _hears(sender_id, to_user_id):
        raise NotInWorld
    publish(
        events.Whisper(sender_id=sender_id, sender_name=sender_name, to_user_id=to_user_id, content=content)
    )


@statement
def _hears(sender_id: UserId, to_user_id: UserId) -> QuerySet[Visit, UserId]:
    blocks = friends.blocks_between(sender_id, to_user_id)
    return Visit.objects.filter(~Exists(blocks), user=to_user_id).values_list("pk", flat=True)


@transaction.atomic
def announce(*, user_id: UserId, content: str) -> None:
    """Announce something to everybody as an operator, and record it in the audit trail.

    Raises ``StaffOnly``.
    """
    sender = selectors.announcer(user_id)
    kept = record_world_event(
        events.WorldAnnouncement(sender_id=user_id, sender_name=sender.username, content=content)
    )
    LogEntry.objects.log_actions(user_id, [kept], ADDITION, f"Announced to the world: {content}")


def record_world_event(event: Event) -> WorldEvent:
    """Publish an event to the whole world and save it among the world's events."""
    detail = msgspec.to_builtins(event)
    kept = WorldEvent.objects.create(kind=detail.pop("type"), detail=detail)
    publish(event)
    return kept


# -- Publishing


def character_update(info: CharacterInfo, *, ref: MessageId | UnsetType = UNSET) -> events.CharacterUpdate:
    """Return an event with the current state of a character."""
    return events.CharacterUpdate(**msgspec.structs.asdict(info), ref=ref)


def publish_update_of_owner(user_id: UserId) -> None:
    """Publish an update of the character that this user plays, if any."""
    character = selectors.played_by(user_id)
    if character is not None:
        publish_update(character)


def publish_update(character: Character) -> None:
    """Publish an update of this character to its place, after its health or level changed."""
    publish(events.CharacterChanged(character=selectors.character_info(character)))


def _publish_arrival(character: Character) -> CharacterInfo:
    """Publish that a character has come into play or to another place; return it as others see it."""
    info = selectors.character_info(character)
    publish(events.PlayerJoinedArea(location_id=character.location_id, character=info))
    publish(
        events.CharacterEnteredArea(
            character_id=character.pk,
            user_id=character.owner_id,
            faction_id=character.faction_id,
            location_id=character.location_id,
        )
    )
    return info


def _publish_departure(character: Character, reason: events.Departure) -> None:
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
