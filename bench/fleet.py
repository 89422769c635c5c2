"""A model of a fleet: what so many players at once need, from the measured cost of each operation.

A cell is workers, a PostgreSQL and a Redis; a fleet is as many cells as its players fill. Each operation that
a player causes costs processor time of each of the three, bandwidth and storage; a need is the sum over all
operations, divided by how far its resource may be loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

SECONDS_A_MONTH = 30 * 24 * 3600
WORKERS = (1, 2, 4, 8)
"""The fleets on this machine whose cost is predicted and measured."""


@dataclass(frozen=True)
class Operation:
    """An operation, the load that measures it, and how often a player causes it while online."""

    title: str
    load: str
    figure: str
    per_player_s: float


# Of the players online half play turn-based games (a move every eight seconds), one in four plays in real
# time, one in eight walks in the world. A session of half an hour opens three sockets and makes 60 calls; six
# times an hour a player joins a queue; twice a minute they read a lobby message.
OPERATIONS = (
    Operation("a committed move of a turn-based game", "fleet-moves-1", "moves_per_s", 0.5 / 8),
    Operation("a frame of a real-time game", "fleet-frames", "frames_per_s", 0.25 * 30),
    Operation("a step in the world, told to who sees it", "fleet-steps", "steps_per_s", 0.125),
    Operation("a lobby message delivered", "fleet-deliveries", "deliveries_per_s", 2 / 60),
    Operation("a socket opened", "fleet-connects", "connects_per_s", 3 / 1800),
    Operation("a REST call", "fleet-calls", "calls_per_s", 60 / 1800),
    Operation("a ticket, until it is matched", "fleet-tickets", "tickets_per_s", 6 / 3600),
)


@dataclass(frozen=True)
class Cost:
    """Cost of one operation: microseconds of the workers', PostgreSQL's and Redis's processors, and bytes."""

    worker_us: float
    database_us: float
    redis_us: float
    wire_bytes: float
    stored_bytes: float

    @classmethod
    def measured(cls, result: Mapping[str, Any], figure: str) -> "Cost":
        """Return the cost from a result of the load generator."""
        rate = result[figure]
        seconds = result["seconds"]
        return cls(
            result["server_us_each"],
            result["database_cpu_pct"] * 1e4 / rate,
            result["redis_cpu_pct"] * 1e4 / rate,
            result["wire_bytes_per_s"] / rate,
            max(result["stored_bytes"], 0) / (rate * seconds),
        )


@dataclass(frozen=True)
class Limits:
    """The highest load of each resource of a cell at the peak."""

    worker_load: float = 0.6
    database_cores: float = 32 * 0.6
    redis_cores: float = 0.6
    """Of Redis's one thread."""
    connections: float = 500
    wire_gbit_s: float = 10 * 0.7


@dataclass(frozen=True)
class Prices:
    """Euros a month: round list prices of European hosts with dedicated cores; replace them with yours."""

    core: float = 12.0
    stored_tb: float = 60.0
    traffic_tb: float = 1.0


@dataclass(frozen=True)
class Needs:
    """The needs of this many players at their peak, and in a month whose average is half of that."""

    players: int
    cells: int
    workers: int
    database_cores: float
    redis_cores: float
    connections: int
    wire_gbit_s: float
    stored_tb: float
    euros: float


@dataclass(frozen=True)
class Model:
    """The measured costs by operation, and the connections that a worker holds."""

    costs: Mapping[str, Cost]
    connections_each: float
    limits: Limits = Limits()
    prices: Prices = Prices()
    cell_players: int = 50_000

    @classmethod
    def measured(cls, results: Mapping[str, Mapping[str, Any]]) -> "Model":
        """Return the model of these results by load."""
        costs = {each.title: Cost.measured(results[each.load], each.figure) for each in OPERATIONS}
        return cls(costs, results["fleet-moves-1"]["connections"])

    def rate(self, part: str) -> float:
        """Return how much of this part of a cost a player causes each second."""
        return sum(each.per_player_s * float(getattr(self.costs[each.title], part)) for each in OPERATIONS)

    def needs(self, players: int) -> Needs:
        """Return the needs of this many players at once."""
        workers = ceil(players * self.rate("worker_us") / 1e6 / self.limits.worker_load)
        database = players * self.rate("database_us") / 1e6
        redis = players * self.rate("redis_us") / 1e6
        wire = players * self.rate("wire_bytes")
        cells = ceil(players / self.cell_players)
        # Players sleep: over a month the average is about half of the peak.
        moved_tb = wire / 2 * SECONDS_A_MONTH / 1e12
        stored_tb = players * self.rate("stored_bytes") / 2 * SECONDS_A_MONTH / 1e12
        cores = workers + cells + max(database / 0.6, cells * 2)
        euros = (
            cores * self.prices.core + stored_tb * self.prices.stored_tb + moved_tb * self.prices.traffic_tb
        )
        return Needs(
            players,
            cells,
            workers,
            round(database, 2),
            round(redis, 2),
            ceil(workers * self.connections_each),
            round(wire * 8 / 1e9, 2),
            round(stored_tb, 2),
            round(euros),
        )

    def walls(self) -> list[tuple[str, int]]:
        """Return each limit of one cell with the players who reach it, the first first."""
        limits = self.limits
        connections = self.rate("worker_us") / 1e6 / limits.worker_load * self.connections_each
        reached = {
            "PostgreSQL's processor": limits.database_cores * 1e6 / self.rate("database_us"),
            "Redis's one thread": limits.redis_cores * 1e6 / self.rate("redis_us"),
            "connections to PostgreSQL": limits.connections / connections,
            "the network of one machine": limits.wire_gbit_s * 1e9 / 8 / self.rate("wire_bytes"),
        }
        return sorted(((title, int(players)) for title, players in reached.items()), key=lambda wall: wall[1])


def predictions(results: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Return a table of the predicted and the measured cost of a move in fleets of 1, 2, 4 and 8 workers.

    All workers share a port here, without the balancer that brings a room's sockets to its owner: with n
    workers a socket is on another worker than its room with probability 1 - 1/n. What that costs is taken
    from two workers; four and eight are predicted.
    """
    measured = {
        workers: Cost.measured(results[f"fleet-moves-{workers}"], "moves_per_s") for workers in WORKERS
    }
    rows = [["workers", "us a move", "predicted", "PostgreSQL us", "predicted", "connections", "predicted"]]
    for workers in WORKERS:
        apart = 1 - 1 / workers
        cells = [str(workers)]
        for part in ("worker_us", "database_us"):
            one, two, now = (float(getattr(measured[count], part)) for count in (1, 2, workers))
            cells += [f"{now:.1f}", f"{one + (two - one) * 2 * apart:.1f}"]
        held = results[f"fleet-moves-{workers}"]["connections"]
        rows.append([*cells, str(held), str(workers * results["fleet-moves-1"]["connections"])])
    return rows


def needs(model: Model, sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)) -> list[list[str]]:
    """Return a table of the needs of each of these numbers of players."""
    rows = [
        [
            *("players", "cells", "workers", "PostgreSQL cores", "Redis cores", "connections"),
            *("Gbit/s", "TB a month", "euros a month"),
        ]
    ]
    for size in sizes:
        found = model.needs(size)
        rows.append([f"{each:,}" for each in vars(found).values()])
    return rows


def costs(model: Model) -> list[list[str]]:
    """Return a table of the costs of each operation."""
    rows = [["operation", "a second each", "worker us", "PostgreSQL us", "Redis us", "bytes", "stored"]]
    for each in OPERATIONS:
        cost = model.costs[each.title]
        rows.append(
            [each.title, f"{each.per_player_s:.4g}", *(f"{value:,.1f}" for value in vars(cost).values())]
        )
    return rows


def walls(model: Model) -> list[list[str]]:
    """Return a table of the limits of one cell."""
    return [["first wall of a cell", "players"], *([title, f"{count:,}"] for title, count in model.walls())]
