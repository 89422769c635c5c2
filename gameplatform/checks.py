"""System checks of how the apps fit together."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register()
def check_games(**_: Any) -> list[CheckMessage]:
    """Require that the games which the settings name exist."""
    from game import games
    from game.author import Game, catalogue

    shipped = {one.name for one in vars(games).values() if isinstance(one, type) and issubclass(one, Game)}
    unknown = sorted(set(settings.SHIPPED_GAMES) - shipped - {"all", "none"})
    errors: list[CheckMessage] = [
        Error(f"SHIPPED_GAMES names {name!r}, which is no game of the platform.", id="gameplatform.E002")
        for name in unknown
    ]
    if settings.FIRST_GAME and not catalogue.offers(settings.FIRST_GAME):
        message = f"FIRST_GAME names {settings.FIRST_GAME!r}, which is not offered here."
        errors.append(Error(message, id="gameplatform.E003"))
    return errors


@register(Tags.urls)
def check_extra_routes(**_: Any) -> list[CheckMessage]:
    """Require that no extra app's routes are below a path of ours, which would take precedence."""
    from gameplatform import urls

    taken = {"rpc"} | {
        str(pattern.pattern).split("/")[1]
        for resolver in urls.ours
        for pattern in resolver.url_patterns
        if str(pattern.pattern).startswith("api/")
    }
    return [
        Error(
            f"The routes of the extra app {label!r} would be below /api/{label}/, which is ours.",
            hint="Rename the app, or give its AppConfig another label.",
            id="gameplatform.E001",
        )
        for label in sorted(urls.extra().keys() & taken)
    ]


@register(Tags.urls)
def check_leaderboards(**_: Any) -> list[CheckMessage]:
    """Require that no declared leaderboard has the name of a game, whose ratings it would hide."""
    from competition import boards
    from game.author import catalogue

    games = {game.name for game in catalogue.all()}
    return [
        Error(
            f"The leaderboard {board.name!r} has the name of a game.",
            hint="Give it another name.",
            id="gameplatform.E004",
        )
        for board in boards.declared()
        if board.name in games
    ]


@register()
def check_push_key(**_: Any) -> list[CheckMessage]:
    """Require that the key of push notifications is one, where there is any."""
    from notifications.push import rules

    if settings.PUSH_KEY:
        try:
            rules.private_key(settings.PUSH_KEY)
        except ValueError:
            message = "PUSH_KEY is no private key."
            return [Error(message, hint="Make one: manage.py make_push_key", id="gameplatform.E005")]
    return []
