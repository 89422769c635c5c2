"""Retention periods: what is deleted after so many days, by ``RETENTION`` in the settings.

Each app registers its part in its ``personal_data``. Every night a worker deletes what is due, and
``manage.py apply_retention`` does so at once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.background import every

Deletes = Callable[[datetime], int]

NIGHT_HOUR = 3
"""The hour (UTC) of the nightly run."""

_kinds: dict[str, Deletes] = {}


def retains(kind: str) -> Callable[[Deletes], Deletes]:
    """Register ``function(before)``, which deletes what is older and returns how much that was."""

    def register(function: Deletes) -> Deletes:
        _kinds[kind] = function
        return function

    return register


def apply() -> Iterator[tuple[str, int]]:
    """Delete what is due; yield each kind with the number deleted. A period of 0 days keeps it for ever."""
    for kind, function in sorted(_kinds.items()):
        if days := settings.RETENTION[kind]:
            yield kind, function(timezone.now() - timedelta(days=days))


@every(3600)
def nightly() -> None:
    """Apply the periods in the hour of the night."""
    if timezone.now().hour == NIGHT_HOUR:
        list(apply())
