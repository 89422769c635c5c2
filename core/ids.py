"""Types that keep ids apart, at run time each the plain id; and ids that rise with time."""

import secrets
import time
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

from django.db import models

UserId = NewType("UserId", int)


def uuid7() -> UUID:
    """Return a new UUIDv7: 48 bits of time in milliseconds, then 74 random ones (RFC 9562)."""
    now = time.time_ns() // 1_000_000
    return UUID(int=now << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))


def first_uuid7(moment: datetime) -> UUID:
    """Return the lower bound of all UUIDv7s from this moment on."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


class IdKey(models.BigAutoField):  # type: ignore[type-arg]
    """The base of keys of a type of their own, which for the type checker all foreign keys to them have."""

    _pyi_private_set_type: Any

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigAutoField", args, kwargs


class UserIdKey(IdKey):
    """The key of users."""

    _pyi_private_get_type: UserId


class UserIdColumn(models.BigIntegerField):  # type: ignore[type-arg]
    """A user's id where a foreign key costs too much."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: UserId

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs
