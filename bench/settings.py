"""The platform's settings; ``BENCH_JOURNAL=off`` disables the journal, to measure its cost."""

from gameplatform.settings import *  # noqa: F403
from gameplatform.settings import CHANNEL_LAYERS, env

# Several servers share a Redis, whose pub/sub channels are not separated by database.
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = env.str("BENCH_SERVER", default="asgi")

if not env.bool("BENCH_JOURNAL", default=True):
    GAME_JOURNAL = "bench.journal.NoJournal"
