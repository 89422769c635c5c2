"""The history of a trial as JSON lines: operations with their outcomes, and observations.

A trial only writes; its checker only reads, so a verdict can be repeated from the file.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

INVOKE, OK, FAIL, UNKNOWN, SEEN = "invoke", "ok", "fail", "unknown", "seen"


class Unknown(Exception):
    """Raised when no answer came: the operation may or may not have been executed."""


class Refused(Exception):
    """Raised when an operation was refused."""


@dataclass
class Operation:
    """An operation or observation of ``who``; times are seconds since the trial began.

    ``outcome`` is ``ok``, ``fail`` (not executed), ``unknown`` (perhaps executed) or ``seen``.
    """

    who: str
    name: str
    asked: dict[str, Any]
    started: float
    outcome: str = UNKNOWN
    told: dict[str, Any] = field(default_factory=dict)
    ended: float = float("inf")


class Asked:
    """A running operation: entries of ``told`` are recorded with its outcome."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}


class History:
    """Writes a history to ``path``; each line is ``{at, type, number, who, name, value}``."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("wb")
        self._began = time.perf_counter()
        self._number = 0

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @contextlib.contextmanager
    def operation(self, who: str, name: str, **asked: Any) -> Iterator[Asked]:
        """Record an operation and its outcome: ok, unless the block raises.

        ``Refused`` means that it was not executed, ``Unknown`` that nobody can say; both are swallowed.
        """
        number = self._write(INVOKE, who, name, asked)
        under_way = Asked()
        try:
            yield under_way
        except Refused as refusal:
            self._write(FAIL, who, name, under_way.told | {"why": str(refusal)}, number)
        except Unknown as problem:
            self._write(UNKNOWN, who, name, under_way.told | {"why": str(problem)}, number)
        else:
            self._write(OK, who, name, under_way.told, number)

    def seen(self, who: str, name: str, **value: Any) -> None:
        """Record an observation or an action that needs no answer."""
        self._write(SEEN, who, name, value)

    def _write(self, kind: str, who: str, name: str, value: Any, number: int | None = None) -> int:
        if number is None:
            self._number += 1
            number = self._number
        line = {
            "at": round(time.perf_counter() - self._began, 6),
            "type": kind,
            "number": number,
            "who": who,
            "name": name,
            "value": value,
        }
        self._file.write(msgspec.json.encode(line) + b"\n")
        return number


def read(path: Path) -> list[Operation]:
    """Return the operations of a history in order of their start; one that never ended is ``unknown``."""
    operations: dict[int, Operation] = {}
    with path.open("rb") as lines:
        for line in map(msgspec.json.decode, lines):
            if line["type"] in (INVOKE, SEEN):
                made = Operation(line["who"], line["name"], line["value"], line["at"])
                operations[line["number"]] = made
                if line["type"] == SEEN:
                    made.outcome, made.ended = SEEN, line["at"]
            else:
                made = operations[line["number"]]
                made.outcome, made.told, made.ended = line["type"], line["value"], line["at"]
    return list(operations.values())
