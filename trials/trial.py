"""A trial: a run that records a history, and a checker that judges it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.embedded import postgres
from trials.figures import Figure
from trials.ground import Ground, prepared
from trials.history import History, Operation, read

Query = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Trial:
    """``run(ground, history, **size)`` performs the trial; ``check(operations, query)`` judges it.

    The checker only sees the history and the final database. ``fault`` is a fault of ``trials.faults`` that
    breaks the promise, and that the trial must detect.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    check: Callable[[list[Operation], Query], list[Figure]]
    long: Mapping[str, int]
    quick: Mapping[str, int]
    fault: str = ""


def conduct(
    trial: Trial,
    history_path: Path,
    *,
    quick: bool = False,
    fault: str = "",
    cluster: postgres.Server | None = None,
) -> list[Figure]:
    """Run a trial and judge it."""
    with prepared(fault=fault, cluster=cluster) as ground:
        with History(history_path) as history:
            asyncio.run(_run(trial, ground, history, trial.quick if quick else trial.long))
        return trial.check(read(history_path), ground.query)


async def _run(trial: Trial, ground: Ground, history: History, size: Mapping[str, int]) -> None:
    await trial.run(ground, history, **size)
