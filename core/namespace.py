"""The prefix of all our Redis keys; one Redis may serve installations with different databases."""

from typing import Final

from django.conf import settings

PREFIX: Final[str] = settings.REDIS_PREFIX


def key(name: str) -> str:
    """Return the Redis key or channel for ``name``; everything we store or publish in Redis uses it."""
    return PREFIX + name
