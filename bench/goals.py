"""The loads to measure, and the goals."""

from dataclasses import dataclass, field

from bench import fleet

NAIVE, NAIVE_STORED = "naive", "naive-stored"
OURS, OURS_MEMORY = "ours", "ours-memory"
CEILING = "ceiling"


@dataclass(frozen=True)
class Load:
    """A scenario of ``bench.loadgen`` with its parameters and the servers to test."""

    scenario: str
    servers: tuple[str, ...]
    options: dict[str, int] = field(default_factory=dict)
    quick: dict[str, int] = field(default_factory=dict)
    """Smaller parameters for a smoke test."""
    by_server: dict[str, dict[str, int]] = field(default_factory=dict)
    """Parameters for one server only, of a load that is not measured in turns."""
    workers: int = 1
    in_turns: bool = False
    """Whether all servers run at once and are measured in turns, rather than in sequence."""


@dataclass(frozen=True)
class Goal:
    """A figure of our server, with its target value and its target ratio to the naive one."""

    title: str
    load: str
    server: str
    figure: str
    value: float
    ratios: dict[str, float] = field(default_factory=dict)
    """Target ratio to each naive server, in the same run."""
    lower_is_better: bool = False


_PLAYED = (CEILING, NAIVE, NAIVE_STORED, OURS_MEMORY, OURS)

# idle first: memory per socket can only be measured on a fresh server.
LOADS = {
    "idle": Load("idle", (CEILING, NAIVE, OURS), {"sockets": 2000}, {"sockets": 100}),
    "relay-1": Load("relay", _PLAYED, {"rooms": 1}, in_turns=True),
    "relay-50": Load("relay", _PLAYED, {"rooms": 50}, {"rooms": 5}, in_turns=True),
    "relay-200": Load("relay", _PLAYED, {"rooms": 200}, {"rooms": 10}, in_turns=True),
    "fanout-100": Load(
        "fanout", (CEILING, NAIVE, OURS_MEMORY, OURS), {"members": 100}, {"members": 20}, in_turns=True
    ),
    "fanout-500": Load(
        "fanout", (CEILING, NAIVE, OURS_MEMORY, OURS), {"members": 500}, {"members": 50}, in_turns=True
    ),
    "tick": Load(
        "tick",
        (CEILING, NAIVE, OURS),
        {"first": 400, "last": 2000},
        {"first": 10, "last": 10},
        by_server={CEILING: {"first": 1000, "last": 3000}, NAIVE: {"first": 6, "last": 200}},
    ),
    **{
        f"crowd-{players}": Load(
            "crowd", (OURS,), {"players": players, "first": first}, {"first": 1, "last": 1, "players": 2}
        )
        for players, first in ((2, 300), (8, 60), (64, 4), (200, 1))
    },
    **{
        f"crowd-{players}-{name}": Load(
            "crowd",
            (OURS,),
            {"players": players, "first": rooms, "last": rooms, **network},
            {"players": 2, "first": 1, "last": 1},
        )
        for name, network in (("far", {"delay": 100, "jitter": 30}), ("lossy", {"loss": 10}))
        for players, rooms in ((2, 60), (8, 15), (64, 2), (200, 1))
    },
    "arena": Load("arena", (OURS,), {"rooms": 20}, {"rooms": 1}),
    "tick-deltas": Load(
        "tick", (OURS,), {"first": 400, "last": 2000, "deltas": 1}, {"first": 10, "last": 10, "deltas": 1}
    ),
    "queue": Load("queue", (OURS,), {"tickets": 5000}, {"tickets": 100}),
    "world": Load("world", (OURS,), {"characters": 500, "steps": 4}, {"characters": 20}),
    "world-2000": Load(
        "world", (OURS,), {"characters": 2000, "steps": 1, "seen": 50}, {"characters": 20, "seen": 5}
    ),
    "at-rest": Load("at_rest", (OURS,), {"users": 40}, {"users": 6}),
    "idle-worker": Load("idle_worker", (OURS,), {"settle": 6, "rest": 65}, {"settle": 0, "rest": 1}),
    "rest-of-fleet": Load(
        "idle_worker",
        (OURS,),
        {"settle": 6, "rest": 65, "elsewhere": 20_000},
        {"settle": 0, "rest": 1, "elsewhere": 10},
    ),
    "basket": Load("first_minutes", (NAIVE, OURS), quick={"alone": 2, "ten": 10, "crowd": 10}, in_turns=True),
    "rest": Load("rest", ("ceiling-http", NAIVE, OURS), {"connections": 32}, in_turns=True),
}

FLEET = {
    **{
        f"fleet-moves-{workers}": Load("relay", (OURS,), {"rooms": 48}, {"rooms": 4}, workers=workers)
        for workers in fleet.WORKERS
    },
    "fleet-frames": Load(
        "tick",
        (OURS,),
        {"first": 400, "last": 400, "deltas": 1},
        {"first": 10, "last": 10, "deltas": 1},
    ),
    "fleet-steps": Load("world", (OURS,), {"characters": 50, "steps": 4}, {"characters": 5}),
    "fleet-deliveries": Load("fanout", (OURS,), {"members": 100}, {"members": 10}),
    "fleet-connects": Load("idle", (OURS,), {"sockets": 2000}, {"sockets": 50}),
    "fleet-calls": Load("first_minutes", (OURS,), quick={"alone": 2, "ten": 10, "crowd": 10}),
    "fleet-tickets": Load("queue", (OURS,), {"tickets": 2000}, {"tickets": 50}),
}
"""The loads that ``fleet`` stands for: what the model of ``bench.fleet`` is computed from."""

GOALS = [
    Goal(
        "relay, 50 rooms, moves/s, each committed first",
        "relay-50",
        OURS,
        "moves_per_s",
        67_000,
        {NAIVE: 40, NAIVE_STORED: 60},
    ),
    Goal(
        "relay, 50 rooms, p50 ms, each committed first", "relay-50", OURS, "p50_ms", 2.0, lower_is_better=True
    ),
    Goal(
        "relay, 200 rooms, moves/s, each committed first",
        "relay-200",
        OURS,
        "moves_per_s",
        67_000,
        {NAIVE: 40, NAIVE_STORED: 60},
    ),
    Goal("relay, 50 rooms, moves/s, no journal", "relay-50", OURS_MEMORY, "moves_per_s", 75_000, {NAIVE: 60}),
    Goal(
        "relay, 200 rooms, moves/s, no journal", "relay-200", OURS_MEMORY, "moves_per_s", 75_000, {NAIVE: 60}
    ),
    Goal(
        "one room, p50 ms of a move, each committed first",
        "relay-1",
        OURS,
        "p50_ms",
        0.35,
        lower_is_better=True,
    ),
    Goal(
        "one room, p50 ms of a move, no journal", "relay-1", OURS_MEMORY, "p50_ms", 0.08, lower_is_better=True
    ),
    Goal(
        "fan-out to 100, deliveries/s, no journal",
        "fanout-100",
        OURS_MEMORY,
        "deliveries_per_s",
        220_000,
        {NAIVE: 20},
    ),
    Goal(
        "fan-out to 500, deliveries/s, no journal",
        "fanout-500",
        OURS_MEMORY,
        "deliveries_per_s",
        220_000,
        {NAIVE: 35},
    ),
    Goal(
        "fan-out to 500, deliveries/s, each committed first", "fanout-500", OURS, "deliveries_per_s", 160_000
    ),
    Goal("real-time rooms of two at 30 Hz, p99 < 50 ms", "tick", OURS, "rooms", 2000, {NAIVE: 50}),
    Goal("connects/s, signed in", "idle", OURS, "connects_per_s", 3500, {NAIVE: 2.5}),
    Goal("KiB of memory per open socket", "idle", OURS, "kib_per_socket", 18, lower_is_better=True),
    Goal("the same with changes only (gp.delta.msgpack)", "tick-deltas", OURS, "rooms", 2000),
    Goal(
        "bytes/s to each client of pong, with changes only",
        "tick-deltas",
        OURS,
        "bytes_per_client_s",
        24 * 30,
        lower_is_better=True,
    ),
    Goal(
        "bytes/s to each of eight in the arena, 20 frames a second",
        "arena",
        OURS,
        "bytes_per_client_s",
        6_000,
        lower_is_better=True,
    ),
    Goal("5,000 tickets at once to the last match, s", "queue", OURS, "matched_s", 8, lower_is_better=True),
    Goal("500 characters in one place, p99 ms of a step", "world", OURS, "p99_ms", 100, lower_is_better=True),
    Goal(
        "2,000 characters in one place, each of whom sees 50, p99 ms of a step",
        "world-2000",
        OURS,
        "p99_ms",
        100,
        lower_is_better=True,
    ),
    *(
        Goal(f"{title}, p50 ms", "at-rest", OURS, f"{figure}_ms", value, lower_is_better=True)
        for title, figure, value in (
            ("notifications socket to its first frame, alone", "notifications_alone", 3),
            ("notifications socket to its first frame, ten at a time", "notifications_ten", 5),
            ("lobby to its first frame, alone", "lobby_alone", 8),
            ("lobby to its first frame, ten at a time", "lobby_ten", 8),
            ("world to its first frame, alone", "world_alone", 8),
            ("world to its first frame, ten at a time", "world_ten", 8),
            ("lobby message to the other's socket", "lobby_message", 4),
            ("direct message to the other's socket", "direct_message", 4),
            ("whisper to the other's socket", "whisper", 4),
            ("presence to a friend's socket", "presence", 4),
            ("notification to the other's socket", "notification", 4),
        )
    ),
    *(
        Goal(f"{title}, {unit}", load, OURS, figure, value, lower_is_better=True)
        for load, title in (
            ("idle-worker", "a worker at rest"),
            ("rest-of-fleet", "the same with 20,000 games and visits elsewhere"),
        )
        for unit, figure, value in (
            ("statements/s", "statements_per_s", 1),
            ("Redis commands/s", "redis_commands_per_s", 2),
            ("% of a core", "cpu_pct", 1),
        )
    ),
    Goal("GET /api/me/, requests/s", "rest", OURS, "requests_per_s", 8500, {NAIVE: 5}),
]
