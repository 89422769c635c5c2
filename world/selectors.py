"""Queries about the world."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from progression import selectors as progression
from world.events import Area, CharacterInfo, FactionInfo, LocationInfo, OwnCharacter
from world.models import Character, Faction, Location, Visit, WorldEvent, WorldState
from world.refusals import NoCharacterInPlay, NoHome, StaffOnly, UnknownCharacter, UnknownFaction
from world.rules import Vector


def announcer(user_id: int) -> User:
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


def played_by(user_id: int) -> Character | None:
    """Return the character that the user plays now, or None."""
    return in_play().select_related("faction", "location").filter(owner=user_id).first()


def character_in_play(user_id: int) -> Character:
    """Return the character that the user plays now. Raises ``NoCharacterInPlay``."""
    found = played_by(user_id)
    if found is None:
        raise NoCharacterInPlay
    return found


def online() -> int:
    """Return the number of users in the world."""
    return Visit.objects.count()


def characters_of(user_id: int) -> QuerySet[Character]:
    """Return the user's characters, oldest first."""
    return Character.objects.filter(owner=user_id).select_related("faction").order_by("pk")


def own_characters(user_id: int) -> list[OwnCharacter]:
    """Return the user's characters in the form shown to their owner."""
    return owner_infos(user_id, characters_of(user_id))


def owner_infos(user_id: int, characters: Iterable[Character]) -> list[OwnCharacter]:
    """Return characters of this user in the form shown to their owner."""
    level = progression.levels([user_id]).get(user_id, 1)
    most = max_health(user_id)
    return [
        OwnCharacter(
            id=character.pk,
            name=character.name,
            faction=character.faction.name,
            location_id=character.location_id,
            position=Vector(x=character.x, y=character.y, z=character.z),
            level=level,
            health=min(character.health, most),
            max_health=most,
            selected=character.is_selected,
            last_seen=character.last_seen,
            created_at=character.created_at,
        )
        for character in characters
    ]


def visible_character(user_id: int, character_id: int) -> CharacterInfo:
    """Return one of the user's characters, or one in the same place. Raises ``UnknownCharacter``."""
    own = Q(owner=user_id)
    here = Q(visit__isnull=False, location__in=in_play().filter(owner=user_id).values("location"))
    found = Character.objects.select_related("faction").filter(own | here, pk=character_id).first()
    if found is None:
        raise UnknownCharacter
    return character_infos([found])[0]


def visits() -> list[tuple[int, str]]:
    """Return the user id and the socket's address of every visit."""
    return list(Visit.objects.values_list("user_id", "socket"))


class Whereabouts(NamedTuple):
    """A visit: its user, and the character in play with the id of its location."""

    user_id: int
    place: tuple[int, int] | None


def whereabouts(prefix: str) -> dict[str, Whereabouts]:
    """Return the visits on sockets whose addresses start with ``prefix``, by address."""
    rows = Visit.objects.filter(socket__startswith=prefix)
    return {
        socket: Whereabouts(user_id, None if character_id is None else (character_id, location_id))
        for socket, user_id, character_id, location_id in rows.values_list(
            "socket", "user_id", "character_id", "character__location_id"
        )
    }


def recent_events() -> QuerySet[WorldEvent]:
    """Return the world's events."""
    return WorldEvent.objects.all()


def event_rows(rows: Iterable[WorldEvent]) -> list[dict[str, Any]]:
    """Return events in the form shown to clients."""
    return [
        {"id": row.pk, "type": row.kind, "detail": row.detail, "created_at": row.created_at} for row in rows
    ]


def max_health(user_id: int) -> int:
    """Return the maximum health of this user's characters."""
    return progression.combat_stats(user_id).max_hp


def character_infos(characters: Iterable[Character]) -> list[CharacterInfo]:
    """Return characters in the form shown to everybody. Select their factions beforehand to avoid queries."""
    listed = list(characters)
    owners = {character.owner_id for character in listed}
    levels, stats = progression.levels(owners), progression.combat_stats_of(owners)
    return [
        CharacterInfo(
            character_id=character.pk,
            user_id=character.owner_id,
            character_name=character.name,
            location_id=character.location_id,
            position=Vector(x=character.x, y=character.y, z=character.z),
            level=levels.get(character.owner_id, 1),
            faction=character.faction.name,
            health=min(character.health, stats[character.owner_id].max_hp),
            max_health=stats[character.owner_id].max_hp,
            last_seen=character.last_seen,
        )
        for character in listed
    ]


@dataclass(frozen=True)
class Visitor:
    """The character that a user plays now, and the size of its place.

    ``rested_s`` is the time since it reached its saved position, in seconds.
    """

    info: CharacterInfo
    faction_id: int
    size: float
    rested_s: float


def visitor(user_id: int) -> Visitor | None:
    """Return the character that the user plays now, or None."""
    found = played_by(user_id)
    if found is None:
        return None
    rested_s = math.inf if found.walked_at is None else (timezone.now() - found.walked_at).total_seconds()
    return Visitor(character_infos([found])[0], found.faction_id, found.location.size, rested_s)


def area(location_id: int) -> Area:
    """Return a place and the characters in it, at their saved positions."""
    members = in_area(location_id).select_related("faction").order_by("pk")
    return Area(location_id=location_id, members=character_infos(members))


def state() -> WorldState:
    """Return the state of the world; the initial state if nothing has happened yet."""
    return WorldState.objects.select_related("current_reality").first() or WorldState()


def faction_infos(shards: Mapping[int, int]) -> list[FactionInfo]:
    """All factions, given how many shards each holds by its id."""
    return [
        FactionInfo(
            id=faction.pk,
            name=faction.name,
            colour=faction.colour,
            description=faction.description,
            shards=shards.get(faction.pk, 0),
        )
        for faction in Faction.objects.order_by("pk")
    ]


def location_infos() -> list[LocationInfo]:
    """Return all locations with the paths between them."""
    locations = Location.objects.select_related("faction").prefetch_related("paths").order_by("pk")
    return [
        LocationInfo(
            id=location.pk,
            name=location.name,
            description=location.description,
            faction=None if location.faction is None else location.faction.name,
            x=location.x,
            y=location.y,
            size=location.size,
            paths=sorted(other.pk for other in location.paths.all()),
        )
        for location in locations
    ]


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
