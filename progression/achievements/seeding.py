"""The initial achievements."""

from core.seeding import seeds
from progression.achievements.metrics import Metric
from progression.achievements.models import Achievement

ACHIEVEMENTS = {
    "first-game": ("First game", "Play a game to its end.", Metric.GAMES_PLAYED, 1, {"gold": 20}),
    "regular": ("Regular", "Play 50 games.", Metric.GAMES_PLAYED, 50, {"gold": 200, "xp": 100}),
    "first-win": ("First win", "Win a game.", Metric.GAMES_WON, 1, {"xp": 25}),
    "champion": ("Champion", "Win 25 games.", Metric.GAMES_WON, 25, {"gems": 25}),
    "monster-slayer": ("Monster slayer", "Win a battle.", Metric.BATTLES_WON, 1, {"gold": 50}),
    "hero": ("Hero", "Win 20 battles.", Metric.BATTLES_WON, 20, {"gems": 25, "xp": 200}),
    "shopper": ("Shopper", "Buy ten things.", Metric.ITEMS_BOUGHT, 10, {"gold": 50}),
    "breeder": ("Breeder", "Hatch five eggs.", Metric.PETS_HATCHED, 5, {"gems": 10}),
    "faithful": ("Faithful", "Come back on seven days.", Metric.DAYS_CLAIMED, 7, {"gems": 10}),
    "seasoned": ("Seasoned", "Reach level 10.", Metric.LEVEL, 10, {"gold": 300, "gems": 10}),
}


def clear() -> None:
    """Delete achievements that nobody has earned."""
    Achievement.objects.filter(code__in=ACHIEVEMENTS, earned=None).delete()


@seeds(order=16, clear=clear)
def seed() -> None:
    """Create missing achievements; operators' changes are kept."""
    there = set(Achievement.objects.values_list("code", flat=True))
    Achievement.objects.bulk_create(
        Achievement(code=code, name=name, description=description, metric=metric, goal=goal, **gives)
        for code, (name, description, metric, goal, gives) in ACHIEVEMENTS.items()
        if code not in there
    )
