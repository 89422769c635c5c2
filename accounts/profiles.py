"""Public profiles: what the account itself says, and facts that higher floors add (level, rating, online)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from accounts.models import User
from realtime import presence

Facts = Callable[[list[int]], Mapping[int, Any]]
AnyFacts = TypeVar("AnyFacts", bound=Facts)

_facts: dict[str, Facts] = {}
_DEFAULTS: dict[str, Any] = {"level": 1, "rating": None, "online": False}


def profile_fact(name: str) -> Callable[[AnyFacts], AnyFacts]:
    """Register ``function(user_ids) -> {user_id: value}`` for ``level``, ``rating`` or ``online``.

    Users that the answer leaves out keep the default (1, null, false).
    """
    if name not in _DEFAULTS:
        raise ValueError(f"A public profile has no {name!r}")

    def register(function: AnyFacts) -> AnyFacts:
        _facts[name] = function
        return function

    return register


def public(users: Iterable[User]) -> list[dict[str, Any]]:
    """The public profiles of these users, with one question to each app for all of them."""
    users = list(users)
    ids = [user.pk for user in users]
    facts = {name: function(ids) for name, function in _facts.items()} if ids else {}
    return [
        {
            "id": user.pk,
            "username": user.username,
            "is_premium": user.is_premium,
            **{name: facts.get(name, {}).get(user.pk, default) for name, default in _DEFAULTS.items()},
        }
        for user in users
    ]


@profile_fact("online")
def _online(user_ids: list[int]) -> dict[int, bool]:
    return dict.fromkeys(presence.online_sync(user_ids), True)
