"""The platform's settings; ``BENCH_JOURNAL=off`` disables the journal, to measure its cost."""

from gameplatform.settings import *  # noqa: F403
from gameplatform.settings import env

if not env.bool("BENCH_JOURNAL", default=True):
    GAME_JOURNAL = "bench.journal.NoJournal"
