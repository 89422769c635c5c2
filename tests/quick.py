"""The checks of ``make quick``: under a minute, for the changed apps.

Runs format, lint, import contracts and types for everything, and the tests of changed apps without browser
and server processes, on SQLite. Changes are relative to ``main``; on ``main`` itself they are the uncommitted
ones, else the last commit.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = (
    (BIN / "ruff", "format", "--check", "--quiet", "."),
    (BIN / "ruff", "check", "--quiet", "."),
    (BIN / "lint-imports",),
    (BIN / "mypy", "."),
)
WORKERS = "3"


def changed_files() -> set[str]:
    """Return the paths that differ from ``main``, including new files, relative to the checkout."""
    here = _git("rev-parse", "HEAD")
    base = _git("merge-base", "HEAD", "main") or here
    if base == here:
        base = "HEAD" if _git("status", "--porcelain") else "HEAD~1"
    changed = _git("diff", "--name-only", base).splitlines()
    return {*changed, *_git("ls-files", "--others", "--exclude-standard").splitlines()}


def test_folders(changed: set[str]) -> list[str]:
    """Return the innermost ``tests`` folders for these files."""
    folders = set()
    for name in changed:
        for parent in Path(name).parents:
            if parent.name == "tests" or (ROOT / parent / "tests").is_dir():
                folders.add(str(parent if parent.name == "tests" else parent / "tests"))
                break
    return sorted(folders - {"tests"})


def main() -> None:
    started = time.monotonic()
    checks = [subprocess.Popen([str(part) for part in check], cwd=ROOT) for check in CHECKS]
    failed = False
    if folders := test_folders(changed_files()):
        tests = [
            sys.executable,
            "-m",
            "pytest",
            "--quick",
            "-q",
            "-n",
            WORKERS,
            "--dist",
            "worksteal",
            *folders,
        ]
        environment = {**os.environ, "TEST_DATABASE": "sqlite"}
        failed = subprocess.run(tests, cwd=ROOT, env=environment, check=False).returncode not in (0, 5)
    for check in checks:
        failed |= check.wait() != 0
    print(f"{'Failed' if failed else 'Passed'} in {time.monotonic() - started:.0f} s")
    sys.exit(failed)


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


if __name__ == "__main__":
    main()
