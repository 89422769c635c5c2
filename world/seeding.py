"""Demo content of the world: three factions, and ten locations with the paths between them."""

from core.seeding import seeds
from world.models import Character, Faction, Location

FACTIONS = {
    "Dawnguard": ("#e0a030", "Keepers of the sunlit east, who trust in walls and oaths."),
    "Tideborn": ("#2f8fd0", "Sailors and scholars of the western shore, who trust in the moon."),
    "Rootkin": ("#4f9f4a", "People of the deep forest, who trust in what grows."),
}
# Name: home faction (if any), map position, description.
LOCATIONS: dict[str, tuple[str | None, float, float, str]] = {
    "Sunspire": ("Dawnguard", 86, 24, "A white town on a hill; its bells ring at first light."),
    "Pearl Harbour": ("Tideborn", 12, 36, "Masts, gulls, and a lighthouse that never sleeps."),
    "Mossheart": ("Rootkin", 48, 90, "Houses grown, not built, among trees as wide as towers."),
    "Crossroads": (None, 50, 46, "Where all roads meet, and all rumours."),
    "Amber Fields": (None, 70, 34, "Barley to the horizon, and a crystal between two stones."),
    "Salt Flats": (None, 30, 38, "A white plain; footprints last for weeks."),
    "Whispering Wood": (None, 48, 68, "The paths here change when nobody looks."),
    "Old Quarry": (None, 72, 60, "Terraces of blue stone round a flooded pit."),
    "Drowned Ruins": (None, 26, 62, "Columns that stand in the sea up to their knees."),
    "Starfall Crater": (None, 50, 16, "Glass underfoot, and at night a faint hum."),
}
PATHS = (
    ("Sunspire", "Amber Fields"),
    ("Pearl Harbour", "Salt Flats"),
    ("Mossheart", "Whispering Wood"),
    ("Crossroads", "Amber Fields"),
    ("Crossroads", "Salt Flats"),
    ("Crossroads", "Whispering Wood"),
    ("Crossroads", "Starfall Crater"),
    ("Amber Fields", "Old Quarry"),
    ("Amber Fields", "Starfall Crater"),
    ("Salt Flats", "Drowned Ruins"),
    ("Salt Flats", "Starfall Crater"),
    ("Whispering Wood", "Old Quarry"),
    ("Whispering Wood", "Drowned Ruins"),
)


def clear() -> None:
    """Delete the demo world and the characters in it."""
    Character.objects.filter(faction__name__in=FACTIONS).delete()
    Character.objects.filter(location__name__in=LOCATIONS).delete()
    Location.objects.filter(name__in=LOCATIONS).delete()
    # Keep factions that an operator's locations or characters use.
    Faction.objects.filter(name__in=FACTIONS, locations=None, characters=None).delete()


@seeds(order=70, clear=clear)
def seed() -> None:
    """Create missing demo content; do not change what operators have edited."""
    factions = {
        name: Faction.objects.get_or_create(
            name=name, defaults={"colour": colour, "description": description}
        )[0]
        for name, (colour, description) in FACTIONS.items()
    }
    new: set[str] = set()
    places: dict[str, Location] = {}
    for name, (home_of, x, y, description) in LOCATIONS.items():
        faction = None if home_of is None else factions[home_of]
        places[name], is_new = Location.objects.get_or_create(
            name=name,
            defaults={
                "faction": faction,
                "respawn": faction is not None,
                "x": x,
                "y": y,
                "description": description,
            },
        )
        if is_new:
            new.add(name)
    for one, other in PATHS:
        if one in new or other in new:
            places[one].paths.add(places[other])
