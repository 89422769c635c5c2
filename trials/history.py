"""What happened in a trial, as JSON lines: who asked what and how it ended, and what was seen.

A trial only writes; its checker only reads, so a verdict can be made again from the file.
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
    """Whether the operation took place cannot be said: its answer never came."""


class Refused(Exception):
    """The operation did not take place, and its caller was told so."""


@dataclass
class Operation:
    """One thing that ``who`` asked, or saw; times are seconds since the trial began.

    ``outcome`` is ``ok``, ``fail`` (it did not take place), ``unknown`` (it may have) or ``seen``.
    """

    who: str
    name: str
    asked: dict[str, Any]
    started: float
    outcome: str = UNKNOWN
    told: dict[str, Any] = field(default_factory=dict)
    ended: float = float("inf")


class Asked:
    """An operation under way: what is put into ``told`` stands with its outcome."""

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
        """Write that ``who`` asks this and how it ends: ok, unless the block raises.

        ``Refused`` means that it did not take place, ``Unknown`` that nobody can say; both end here.
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
        """Write what ``who`` saw or did, that needs no answer."""
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
    """The operations of a history in the order of their beginning; one never ended is ``unknown``."""
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
