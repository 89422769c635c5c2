"""This server's part of Redis, which servers with other databases may use too."""

from typing import Final

from django.conf import settings

PREFIX: Final[str] = settings.REDIS_PREFIX


def key(name: str) -> str:
    """The key or channel of this name: all that the platform keeps or publishes in Redis is named by it."""
    return PREFIX + name
