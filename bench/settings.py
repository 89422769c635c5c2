"""The platform's own settings; ``BENCH_JOURNAL=off`` leaves out the journal, to see what it costs."""

from gameplatform.settings import *  # noqa: F403
from gameplatform.settings import env

if not env.bool("BENCH_JOURNAL", default=True):
    GAME_JOURNAL = "bench.journal.NoJournal"
