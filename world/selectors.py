"""Queries about the world."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, Func, IntegerField, Q, QuerySet
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from core.ids import UserId
from core.statements import statement
from progression import selectors as progression
from world import shapes
from world.events import Area, CharacterInfo, FactionInfo, LocationInfo, OwnCharacter
from world.models import Character, Faction, Location, Visit, WorldEvent, WorldState
from world.refusals import NoCharacterInPlay, NoHome, StaffOnly, UnknownCharacter, UnknownFaction
from world.rules import CharacterId, Vector


def announcer(user_id: UserId) -> User:
    """Return the user if they are an operator who may announce. Raises ``StaffOnly``."""
    user = accounts.by_id(user_id)
    if not user.has_perm("operators.add_announcement"):
        raise StaffOnly
    return user


def in_play() -> QuerySet[Character]:
    """Return all characters in the world now."""
    return Character.objects.filter(visit__isnull=False)


def in_area(location_id: int) -> QuerySet[Character]:
    """Return the characters in a place now."""
    return in_play().filter(location=location_id)


@statement
def _played_by(user_id: UserId) -> QuerySet[Character]:
    return in_play().select_related("faction", "location").filter(owner=user_id)


def played_by(user_id: UserId) -> Character | None:
    """Return the character that the user plays now, or None."""
    return _played_by.first(user_id)


def character_in_play(user_id: UserId) -> Character:
    """Return the character that the user plays now. Raises ``NoCharacterInPlay``."""
    found = played_by(user_id)
    if found is None:
        raise NoCharacterInPlay
    return found


@statement
def online() -> QuerySet[Visit, int]:
    """Return the number of users in the world."""
    return Visit.objects.values_list(Func(F("pk"), function="COUNT", output_field=IntegerField()), flat=True)


@statement
def characters_of(user_id: UserId) -> QuerySet[Character]:
    """Return the user's characters, oldest first."""
    return Character.objects.filter(owner=user_id).select_related("faction").order_by("pk")


def own_characters(user_id: UserId) -> list[OwnCharacter]:
    """Return the user's characters in the form shown to their owner."""
    return owner_infos(user_id, characters_of(user_id))


def owner_infos(user_id: UserId, characters: Iterable[Character]) -> list[OwnCharacter]:
    """Return characters of this user in the form shown to their owner."""
    strength = progression.strengths_of([user_id])[user_id]
    most = strength.combat.max_hp
    return [
        OwnCharacter(
            id=character.pk,
            name=character.name,
            faction=character.faction.name,
            location_id=character.location_id,
            position=Vector(x=character.x, y=character.y, z=character.z),
            level=strength.level,
            health=min(character.health, most),
            max_health=most,
            selected=character.is_selected,
            last_seen=character.last_seen,
            created_at=character.created_at,
        )
        for character in characters
    ]


def visible_character(user_id: UserId, character_id: CharacterId) -> CharacterInfo:
    """Return one of the user's characters, or one in the same place. Raises ``UnknownCharacter``."""
    found = _visible.first(user_id, character_id)
    if found is None:
        raise UnknownCharacter
    return character_info(found)


@statement
def _visible(user_id: UserId, character_id: CharacterId) -> QuerySet[Character]:
    own = Q(owner=user_id)
    here = Q(visit__isnull=False, location__in=in_play().filter(owner=user_id).values("location"))
    return Character.objects.select_related("faction").filter(own | here, pk=character_id)


def visits() -> list[tuple[UserId, str]]:
    """Return the user id and the socket's address of every visit."""
    return list(Visit.objects.values_list("user_id", "socket"))


class Whereabouts(NamedTuple):
    """A visit: its user, and the character in play with the id of its location."""

    user_id: UserId
    place: tuple[CharacterId, int] | None


def whereabouts(prefix: str) -> dict[str, Whereabouts]:
    """Return the visits on sockets whose addresses start with ``prefix``, by address."""
    rows = Visit.objects.filter(socket__startswith=prefix)
    return {
        socket: Whereabouts(user_id, None if character_id is None else (character_id, location_id))
        for socket, user_id, character_id, location_id in rows.values_list(
            "socket", "user_id", "character_id", "character__location_id"
        )
    }


@statement
def recent_events() -> QuerySet[WorldEvent, Any]:
    """Return the world's events, as rows for :func:`shown_events`."""
    return WorldEvent.objects.values_list("id", "kind", "detail", "created_at", named=True)


def shown_events(rows: Iterable[Any]) -> list[shapes.WorldEvent]:
    """Return events in the form shown to clients."""
    return [
        shapes.WorldEvent(id=event_id, type=kind, detail=detail, created_at=created_at)
        for event_id, kind, detail, created_at in rows
    ]


def max_health(user_id: UserId) -> int:
    """Return the maximum health of this user's characters."""
    return progression.combat_stats(user_id).max_hp


def character_infos(characters: Iterable[Character]) -> list[CharacterInfo]:
    """Return characters in the form shown to everybody. Select their factions beforehand to avoid queries."""
    listed = list(characters)
    strengths = progression.strengths_of(character.owner_id for character in listed)
    return [
        CharacterInfo(
            character_id=character.pk,
            user_id=character.owner_id,
            character_name=character.name,
            location_id=character.location_id,
            position=Vector(x=character.x, y=character.y, z=character.z),
            level=strength.level,
            faction=character.faction.name,
            health=min(character.health, strength.combat.max_hp),
            max_health=strength.combat.max_hp,
            last_seen=character.last_seen,
        )
        for character in listed
        for strength in [strengths[character.owner_id]]
    ]


def character_info(character: Character) -> CharacterInfo:
    """Return a character in the form shown to everybody."""
    return character_infos([character])[0]


@dataclass(frozen=True)
class Visitor:
    """The character that a user plays now, and the size of its place, with its ``sight`` unless all is seen.

    ``rested_s`` is the time since it reached its saved position, in seconds.
    """

    info: CharacterInfo
    faction_id: int
    size: float
    sight: float | None
    rested_s: float


def visitor(user_id: UserId) -> Visitor | None:
    """Return the character that the user plays now, or None."""
    found = played_by(user_id)
    return None if found is None else visitor_as(found, character_info(found))


def visitor_as(character: Character, info: CharacterInfo) -> Visitor:
    """Return a character in play as a visitor. Select its location beforehand to avoid a query."""
    walked_at = character.walked_at
    rested_s = math.inf if walked_at is None else (timezone.now() - walked_at).total_seconds()
    place = character.location
    return Visitor(info, character.faction_id, place.size, place.sight, rested_s)


@statement
def _members(location_id: int) -> QuerySet[Character]:
    return in_area(location_id).select_related("faction").order_by("pk")


def area(location_id: int) -> Area:
    """Return a place and the characters in it, at their saved positions."""
    return Area(location_id=location_id, members=character_infos(_members(location_id)))


@statement
def epoch_and_ruler() -> QuerySet[WorldState, tuple[int, str | None]]:
    """Return the epoch, and the name of the faction that controls reality, if any; no row in the first."""
    return WorldState.objects.values_list("epoch", "current_reality__name")


@statement
def factions() -> QuerySet[Faction, tuple[int, str, str, str]]:
    """Return all factions, as rows for :func:`faction_infos`."""
    return Faction.objects.order_by("pk").values_list("id", "name", "colour", "description")


def faction_infos(
    rows: Iterable[tuple[int, str, str, str]], shards: Mapping[int | None, int]
) -> list[FactionInfo]:
    """Return factions in the form shown to clients, given the number of shards of each by its id."""
    return [
        FactionInfo(
            id=faction_id,
            name=name,
            colour=colour,
            description=description,
            shards=shards.get(faction_id, 0),
        )
        for faction_id, name, colour, description in rows
    ]


@statement
def locations() -> QuerySet[Location, Any]:
    """Return all locations, as rows for :func:`location_infos`: one for each path, or without any."""
    return Location.objects.order_by("pk", "paths").values_list(
        "id", "name", "description", "faction__name", "x", "y", "size", "paths"
    )


def location_infos(rows: Iterable[Any]) -> list[LocationInfo]:
    """Return locations with the paths between them."""
    infos: dict[int, LocationInfo] = {}
    for location_id, name, description, faction, x, y, size, other in rows:
        if location_id not in infos:
            infos[location_id] = LocationInfo(
                id=location_id,
                name=name,
                description=description,
                faction=faction,
                x=x,
                y=y,
                size=size,
                paths=[],
            )
        if other is not None:
            infos[location_id].paths.append(other)
    return list(infos.values())


def respawn_of(faction_id: int) -> Location:
    """Return the location where this faction's characters start and respawn. Raises ``NoHome``."""
    home = Location.objects.filter(faction=faction_id, respawn=True).first()
    if home is None:
        raise NoHome
    return home


def faction_named(name: str) -> Faction:
    """Return the faction with this name. Raises ``UnknownFaction``."""
    found = Faction.objects.filter(name=name).first()
    if found is None:
        raise UnknownFaction(f"There is no faction {name!r}.", details={"faction": ["No such faction."]})
    return found
