"""The admin's tests, run in a process without django-unfold."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_roles_and_operations_are_the_same_without_unfold() -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
            "--ds=operators.tests.stock_settings",
            *("operators/tests/test_roles.py", "operators/tests/test_operations.py"),
            *("-k", "each_role or evaluate or banned"),
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "sqlite://:memory:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
