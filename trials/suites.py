"""Trials that run test suites of the apps repeatedly.

- ``streams``: for every kind of event, a snapshot and the events after it lead to the later snapshot.
- ``authorisation``: every route and command, for every kind of user.
- ``sync``: nobody is sent an entity out of sight, and changes applied are the full state.
- ``protocol``: the rules of RFC 6455, on raw sockets, against each server that we run on.
"""

import asyncio
import functools
import os
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from gameplatform.testing.processes import ROOT
from trials.figures import Figure, at_least, exactly
from trials.ground import Ground
from trials.history import History, Operation
from trials.trial import Query, Trial

STREAMS = (
    "chat/tests/test_streams.py",
    "world/tests/test_snapshots.py",
    "friends/tests/test_snapshots.py",
    "game/tests/test_rules_replay.py",
    "matchmaking/tests/test_people_stories.py",
)
AUTHORISATION = (
    "tests/test_trials_surface.py",
    "chat/tests/test_authorisation.py",
    "friends/tests/test_authorisation.py",
    "matchmaking/tests/test_authorisation.py",
    "progression/tests/test_authorisation.py",
    "world/tests/test_authorisation.py",
)
SYNC = (
    "game/tests/test_interest.py",
    "game/tests/test_rules_arena.py",
    "game/tests/test_state_sync_stateful.py",
)
PROTOCOL = ("realtime/tests/server/test_rfc6455.py",)


async def run(ground: Ground, history: History, *, paths: Sequence[str], times: int) -> None:
    for number in range(times):
        report = ground.folder / f"report-{number}.xml"
        fault = ground.environment["PLANTED_FAULT"]
        planted = {"EXTRA_APPS": "trials", "PLANTED_FAULT": fault} if fault else {}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *paths),
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": ground.cluster.url()} | planted,
            stdout=asyncio.subprocess.DEVNULL,
        )
        await process.wait()
        counts = ElementTree.parse(report).getroot()[0].attrib
        history.seen("suite", "ran", **{name: int(counts[name]) for name in ("tests", "failures", "errors")})


def check(operations: list[Operation], query: Query) -> list[Figure]:
    runs = [operation.asked for operation in operations]
    return [
        at_least("tests run", sum(run["tests"] for run in runs), 1),
        exactly("tests failed", sum(run["failures"] + run["errors"] for run in runs), 0),
    ]


def _suite(name: str, paths: Sequence[str], *, times: int, fault: str) -> Trial:
    return Trial(
        name,
        functools.partial(run, paths=paths),
        check,
        long={"times": times},
        quick={"times": 1},
        fault=fault,
    )


SUITES = (
    _suite("streams", STREAMS, times=5, fault="new_roles_are_not_told"),
    _suite("authorisation", AUTHORISATION, times=1, fault="all_are_owners_of_lobbies"),
    _suite("sync", SYNC, times=3, fault="all_fighters_are_seen"),
    _suite("protocol", PROTOCOL, times=1, fault="any_close_code_will_do"),
)
