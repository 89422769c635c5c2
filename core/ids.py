"""Types that keep ids apart; at run time each is the plain id."""

from typing import Any, NewType

from django.db import models

UserId = NewType("UserId", int)


class UserIdKey(models.BigAutoField):  # type: ignore[type-arg]
    """The key of users. For the type checker, it and all foreign keys to it are a ``UserId``."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: UserId

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigAutoField", args, kwargs


class UserIdColumn(models.BigIntegerField):  # type: ignore[type-arg]
    """A user's id where a foreign key costs too much."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: UserId

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs
