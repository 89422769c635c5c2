"""The catalogue of games, ready as JSON: the same for everybody for as long as the process runs."""

from functools import lru_cache

from accounts import live, tokens
from core.refusals import Unauthenticated
from core.renderers import encode
from game.author import catalogue
from game.author.game import Game as Rules


def body() -> bytes:
    """``GET /api/games/catalog/``: the entries of all games."""
    return _encoded(tuple(catalogue.all()))


@lru_cache(maxsize=1)
def _encoded(games: tuple[type[Rules], ...]) -> bytes:
    return encode([catalogue.entry(game) for game in games])


def hot_read(token: str) -> bytes | None:
    """The catalogue if no database is needed to know that the token's session lives, else None."""
    try:
        return body() if live.is_live_here(tokens.identify(token).session_id) else None
    except Unauthenticated:
        return None
