"""Runs trials in sequence and prints a table of figures; exits with 1 when a promise is broken.

Each one's history is kept in .run/trials/NAME.jsonl. With --faulty each trial runs against its planted fault,
and must detect it.
"""

import argparse
import resource
import sys
import time
import traceback

from gameplatform.testing.processes import ROOT
from trials.catalogue import TRIALS
from trials.figures import Figure, exactly, table
from trials.trial import Trial, conduct


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m trials", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"of {', '.join(TRIALS)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="small: shows that all works")
    parser.add_argument("--faulty", action="store_true", help="plant the trial's fault; it must be found")
    given = parser.parse_args()
    if unknown := set(given.name) - set(TRIALS):
        parser.error(f"no such trial: {', '.join(sorted(unknown))}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rows: list[tuple[str, Figure]] = []
    broken = []
    for name in given.name or TRIALS:
        trial = TRIALS[name]
        if given.faulty and not trial.fault:
            continue
        began = time.monotonic()
        fault = trial.fault if given.faulty else ""
        try:
            figures = _figures(trial, quick=given.quick, fault=fault)
        except Exception:
            # A trial that hangs has found nothing, and must not block the others.
            traceback.print_exc()
            figures = []
        rows += [(name, figure) for figure in figures or [exactly("came to its end", 0, 1)]]
        if not figures or all(figure.holds for figure in figures) == given.faulty:
            broken.append(name)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(rows))
    if broken:
        print(f"{'Not found' if given.faulty else 'Broken'}: {', '.join(broken)}", file=sys.stderr)
    return bool(broken)


def _figures(trial: Trial, *, quick: bool, fault: str) -> list[Figure]:
    path = ROOT / ".run" / "trials" / f"{trial.name}.jsonl"
    return conduct(trial, path, quick=quick, fault=fault)


if __name__ == "__main__":
    sys.exit(main())
