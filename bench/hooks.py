"""The procedure by which the load of a world with a sight lays out its place."""

from math import sqrt
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from gameplatform.extend import rpc
from world.models import Character, Location

SIGHT_M = 30.0
SQUARES_SEEN = 9


class Placed(Struct):
    """Where a character is."""

    id: int
    x: float


@rpc("POST", "bench/spread")
def spread(who: object, seen: Annotated[int, Meta(ge=1)]) -> list[Placed]:
    """Put all characters somewhere in a place in which each of them sees about so many."""
    characters = list(Character.objects.order_by("pk"))
    half = SIGHT_M * sqrt(SQUARES_SEEN * len(characters) / seen) / 2
    Location.objects.update(sight=SIGHT_M, size=2 * half)
    dice = Random(1)
    for character in characters:
        character.x, character.y = round(dice.uniform(-half, half), 2), round(dice.uniform(-half, half), 2)
    Character.objects.bulk_update(characters, ["x", "y"], batch_size=500)
    return [Placed(character.pk, character.x) for character in characters]
