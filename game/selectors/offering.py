"""The games that are offered on this server."""

from django.db.models import QuerySet

from core.refusals import Invalid
from game.author import catalogue
from game.models import Game


def offered() -> list[str]:
    """Return the names of the games that are offered here."""
    return [rules.name for rules in catalogue.all()]


def known(name: str) -> str:
    """Return the name of a game that is offered here. Raises ``Invalid``."""
    if name not in offered():
        raise Invalid("There is no such game.", details={"game": [f"{name!r} is no game of this server."]})
    return name


def offered_games() -> QuerySet[Game]:
    """Return the games with these names."""
    return Game.objects.filter(name__in=offered())
