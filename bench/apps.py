"""The benchmark as an app of the server under load: games that never end, and rooms without a journal."""

import os
from collections.abc import Callable
from typing import Any

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Installed by ``EXTRA_APPS=bench``; with ``BENCH_JOURNAL=off`` rooms do not wait for a commit."""

    name = "bench"

    def ready(self) -> None:
        if os.environ.get("BENCH_JOURNAL") == "off":
            from game.live import rooms

            rooms.Journal = no_journal()


def no_journal() -> type:
    """The journal's class with nothing written: every row is told at once."""
    from game.live.journal import Journal

    class NoJournal(Journal):
        def append(self, row: Any, written: Callable[[], None], lost: Callable[[bool], None]) -> None:
            written()

    return NoJournal
