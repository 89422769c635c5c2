"""The platform's own settings; ``BENCH_JOURNAL=off`` leaves out the journal, to see what it costs."""

from gameplatform.settings import *  # noqa: F403
from gameplatform.settings import CHANNEL_LAYERS, env

# Several servers share a Redis, whose channels know no database numbers.
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = env.str("BENCH_SERVER", default="asgi")

if not env.bool("BENCH_JOURNAL", default=True):
    GAME_JOURNAL = "bench.journal.NoJournal"
