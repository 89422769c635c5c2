"""Public profiles: account data, and facts added by higher apps (level, rating, online)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from accounts.models import User
from accounts.shapes import PublicProfile
from core.ids import UserId
from realtime.membership import presence

Facts = Callable[[list[UserId]], Mapping[UserId, Any]]
AnyFacts = TypeVar("AnyFacts", bound=Facts)

VisibilityFilter = Callable[[UserId, list[UserId]], set[UserId]]
AnyVisibilityFilter = TypeVar("AnyVisibilityFilter", bound=VisibilityFilter)

_facts: dict[str, Facts] = {}
_visibility_filters: list[VisibilityFilter] = []
_DEFAULTS: dict[str, Any] = {"level": 1, "rating": None, "online": False}


def profile_fact(name: str) -> Callable[[AnyFacts], AnyFacts]:
    """Register ``function(user_ids) -> {user_id: value}`` for ``level``, ``rating`` or ``online``.

    Users missing from the result get the default (1, null, false).
    """
    if name not in _DEFAULTS:
        raise ValueError(f"A public profile has no {name!r}")

    def register(function: AnyFacts) -> AnyFacts:
        _facts[name] = function
        return function

    return register


def hides_online_status(function: AnyVisibilityFilter) -> AnyVisibilityFilter:
    """Register ``function(viewer_id, user_ids)``: the users who must look offline to this viewer."""
    _visibility_filters.append(function)
    return function


def public(users: Iterable[User], viewer_id: UserId) -> list[PublicProfile]:
    """Return the public profiles of these users for this viewer, with one query per app."""
    users = list(users)
    ids = [user.pk for user in users]
    if not ids:
        return []
    facts = {name: dict(function(ids)) for name, function in _facts.items()}
    for hide in _visibility_filters:
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
def _online(user_ids: list[UserId]) -> dict[UserId, bool]:
    return dict.fromkeys(presence.online_anywhere_sync(user_ids), True)
