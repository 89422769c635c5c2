"""What operators see of the sockets (Prometheus)."""

from prometheus_client import Counter, Gauge, Histogram

sockets_open = Gauge("realtime_sockets_open", "Sockets open in this process", multiprocess_mode="livesum")
sockets_closed = Counter("realtime_sockets_closed_total", "Sockets closed by the server", ["code"])
sockets_too_slow = Counter("realtime_sockets_too_slow_total", "Sockets closed because they did not read")
refusals = Counter("realtime_refusals_total", "Messages refused", ["code"])
relay_batches = Counter("realtime_relay_batches_total", "Batches of frames sent to other workers")
stream_repairs = Counter("realtime_stream_repairs_total", "Gaps in a stream filled from its history")
stream_resyncs = Counter("realtime_stream_resyncs_total", "Streams that needed a fresh snapshot")
tick_lag = Histogram(
    "realtime_tick_lag_seconds",
    "How late the real-time scheduler woke",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1),
)
