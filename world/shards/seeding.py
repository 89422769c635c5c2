"""Demo shards, without owners, in locations that are nobody's home."""

from core.seeding import seeds
from world.models import Location
from world.shards.models import Shard

SHARDS = {
    "Shard of Dawn": "Amber Fields",
    "Shard of Tides": "Salt Flats",
    "Shard of Roots": "Whispering Wood",
    "Shard of Roads": "Crossroads",
    "Shard of Stone": "Old Quarry",
    "Shard of Depths": "Drowned Ruins",
    "Shard of Stars": "Starfall Crater",
}


def clear() -> None:
    """Delete the demo shards."""
    Shard.objects.filter(name__in=SHARDS).delete()


@seeds(order=72, clear=clear)
def seed() -> None:
    """Create missing shards; do not change the location and owner of existing ones."""
    places = Location.objects.in_bulk(SHARDS.values(), field_name="name")
    there = set(Shard.objects.values_list("name", flat=True))
    Shard.objects.bulk_create(
        Shard(name=name, location=places[place])
        for name, place in SHARDS.items()
        if name not in there and place in places
    )
