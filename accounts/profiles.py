"""Public profiles: what the account itself says, and facts that higher floors add (level, rating, online)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from accounts.models import User
from accounts.shapes import PublicProfile
from realtime import presence

Facts = Callable[[list[int]], Mapping[int, Any]]
AnyFacts = TypeVar("AnyFacts", bound=Facts)

Veil = Callable[[int, list[int]], set[int]]
AnyVeil = TypeVar("AnyVeil", bound=Veil)

_facts: dict[str, Facts] = {}
_veils: list[Veil] = []
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


def looks_offline(function: AnyVeil) -> AnyVeil:
    """Register ``function(viewer_id, user_ids)``: those of whom this viewer must not see that they are
    online.
    """
    _veils.append(function)
    return function


def public(users: Iterable[User], viewer_id: int) -> list[PublicProfile]:
    """The public profiles of these users for this viewer, with one question to each app for all of them."""
    users = list(users)
    ids = [user.pk for user in users]
    if not ids:
        return []
    facts = {name: dict(function(ids)) for name, function in _facts.items()}
    for hide in _veils:
        for user_id in hide(viewer_id, ids):
            facts["online"].pop(user_id, None)
    return [
        PublicProfile(
            id=user.pk,
            username=user.username,
            is_premium=user.is_premium,
            **{name: facts.get(name, {}).get(user.pk, default) for name, default in _DEFAULTS.items()},
        )
        for user in users
    ]


@profile_fact("online")
def _online(user_ids: list[int]) -> dict[int, bool]:
    return dict.fromkeys(presence.online_sync(user_ids), True)
