"""Figures for Prometheus: the database pool's, and a place for those that are the whole system's."""

from collections.abc import Iterator

from django.db import connections
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SHARED = CollectorRegistry(auto_describe=False)
"""What is the same whichever worker is asked, such as rows that wait in a table: told once, not by each."""


class DatabasePool(Collector):
    """psycopg's pool of connections: how many there are, and how long requests waited for one."""

    def collect(self) -> Iterator[Metric]:
        for pool in list(getattr(type(connections["default"]), "_connection_pools", {}).values()):
            stats = pool.get_stats()
            yield GaugeMetricFamily("database_pool_connections", "Connections", stats.get("pool_size", 0))
            yield GaugeMetricFamily(
                "database_pool_idle", "Connections to be had", stats.get("pool_available", 0)
            )
            yield GaugeMetricFamily(
                "database_pool_waiting", "Callers that wait for one", stats.get("requests_waiting", 0)
            )
            yield CounterMetricFamily(
                "database_pool_requests", "Times a connection was asked for", stats.get("requests_num", 0)
            )
            yield CounterMetricFamily(
                "database_pool_wait_seconds",
                "Time spent waiting for one",
                stats.get("requests_wait_ms", 0) / 1000,
            )


REGISTRY.register(DatabasePool())
