"""Prometheus metrics of the database pool, and the registry of system-wide metrics."""

from collections.abc import Iterator

from django.db import connections
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SHARED = CollectorRegistry(auto_describe=False)
"""Metrics that are equal on every worker, such as rows waiting in a table: reported once, not per worker."""


class DatabasePools(Collector):
    """Metrics of psycopg's connection pools: their sizes, and how long requests waited for a connection."""

    def collect(self) -> Iterator[Metric]:
        labels = ["database"]
        size = GaugeMetricFamily("database_pool_connections", "Connections", labels=labels)
        most = GaugeMetricFamily("database_pool_max_connections", "Most connections", labels=labels)
        idle = GaugeMetricFamily("database_pool_idle", "Idle connections", labels=labels)
        waiting = GaugeMetricFamily(
            "database_pool_waiting", "Requests waiting for a connection", labels=labels
        )
        requests = CounterMetricFamily("database_pool_requests", "Connections requested", labels=labels)
        waited = CounterMetricFamily(
            "database_pool_wait_seconds", "Time spent waiting for a connection", labels=labels
        )
        for alias, pool in dict(getattr(type(connections["default"]), "_connection_pools", {})).items():
            stats = pool.get_stats()
            size.add_metric([alias], stats.get("pool_size", 0))
            most.add_metric([alias], stats.get("pool_max", 0))
            idle.add_metric([alias], stats.get("pool_available", 0))
            waiting.add_metric([alias], stats.get("requests_waiting", 0))
            requests.add_metric([alias], stats.get("requests_num", 0))
            waited.add_metric([alias], stats.get("requests_wait_ms", 0) / 1000)
        yield from (size, most, idle, waiting, requests, waited)


REGISTRY.register(DatabasePools())
