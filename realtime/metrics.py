"""Prometheus metrics of the sockets.

What happens with every message is counted in plain integers, which are only read at a scrape.
"""

from collections import defaultdict

from prometheus_client import Counter, Histogram

sockets_closed = Counter("realtime_sockets_closed_total", "Sockets closed by the server", ["code"])
sockets_too_slow = Counter("realtime_sockets_too_slow_total", "Sockets closed because they did not read")
frames_replaced = Counter(
    "realtime_frames_replaced_total", "Unsent frames that a newer one of the same key took the place of"
)
refusals = Counter("realtime_refusals_total", "Messages refused", ["code"])
stream_repairs = Counter("realtime_stream_repairs_total", "Gaps in a stream filled from its history")
stream_resyncs = Counter("realtime_stream_resyncs_total", "Streams that needed a fresh snapshot")
tick_lag = Histogram(
    "realtime_tick_lag_seconds",
    "How late the real-time scheduler woke",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1),
)
loop_lag = Histogram(
    "realtime_loop_lag_seconds",
    "How late the loop woke a task that slept",
    buckets=(0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)

received: defaultdict[str, int] = defaultdict(int)
"""Commands received from clients, by class name."""

published: defaultdict[str, int] = defaultdict(int)
"""Events published, by class name; each counts once, however many sockets receive it."""
