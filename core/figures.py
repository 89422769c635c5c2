"""Prometheus metrics of the database pool, and the registry of system-wide metrics."""

from collections.abc import Iterator

from django.db import connections
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SHARED = CollectorRegistry(auto_describe=False)
"""Metrics that are equal on every worker, such as rows waiting in a table: reported once, not per worker."""


class DatabasePool(Collector):
    """Metrics of psycopg's connection pool: its size and the time that requests waited for a connection."""

    def collect(self) -> Iterator[Metric]:
        for pool in list(getattr(type(connections["default"]), "_connection_pools", {}).values()):
            stats = pool.get_stats()
            yield GaugeMetricFamily("database_pool_connections", "Connections", stats.get("pool_size", 0))
            yield GaugeMetricFamily("database_pool_idle", "Idle connections", stats.get("pool_available", 0))
            yield GaugeMetricFamily(
                "database_pool_waiting", "Requests waiting for a connection", stats.get("requests_waiting", 0)
            )
            yield CounterMetricFamily(
                "database_pool_requests", "Connections requested", stats.get("requests_num", 0)
            )
            yield CounterMetricFamily(
                "database_pool_wait_seconds",
                "Time spent waiting for a connection",
                stats.get("requests_wait_ms", 0) / 1000,
            )


REGISTRY.register(DatabasePool())
