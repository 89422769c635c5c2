"""Compiled modules behave like their sources, on every kind of server."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from pytest_django import Settings

from gameplatform import compiled
from gameplatform.testing.processes import ROOT, START_TIMEOUT, ServerProcess

RUN_COMPILED = """
import sys
from gameplatform import compiled
assert compiled.use()
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def built() -> None:
    if not compiled.is_fresh():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("Nothing is compiled (python -m gameplatform.compiled).")
        pytest.skip("Nothing is compiled: servers ran as they are written (python -m gameplatform.compiled).")


def has_loaded(pid: Any, module: Any) -> bool:
    loaded = psutil.Process(pid).memory_maps()
    return any(mapped.path.startswith(f"{compiled.FOLDER}/{module}.") for mapped in loaded)


def test_each_worker_uses_what_is_compiled(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(workers=2) as server:
        assert "(compiled)" in server.log()
        deadline = time.monotonic() + START_TIMEOUT
        for pid in server.pids:
            for module in ("game/live/room/actor", "realtime/connections/connection", "realtime/server/turn"):
                # One worker may answer while the other is still starting.
                while not has_loaded(pid, module):
                    assert time.monotonic() < deadline, f"a worker runs without a compiled {module}"
                    time.sleep(0.05)


def test_what_is_compiled_can_be_switched_off(settings: Settings) -> None:
    settings.COMPILED = False
    assert not compiled.use()


def test_compiled_rules_pass_the_tests_of_those_that_are_not() -> None:
    url = urlsplit(os.environ["DATABASE_URL"])
    url = url._replace(path=f"{url.path.rpartition('/')[0]}/compiled")
    done = subprocess.run(
        [sys.executable, "-c", RUN_COMPILED, "-q", "-p", "no:cacheprovider", "game/tests/test_author.py"],
        cwd=ROOT,
        # A server of this run, with its own database and Redis.
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": url.geturl(),
            "PYTEST_XDIST_WORKER": "gw9",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_what_was_built_from_other_sources_is_not_used(tmp_path: Path) -> None:
    for folder in (
        ".compiled",
        "accounts",
        "core",
        "friends",
        "game",
        "gameplatform",
        "progression",
        "realtime",
    ):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "requirements-compile.txt", tmp_path)

    def is_fresh() -> bool:
        program = "from gameplatform import compiled; print(compiled.is_fresh())"
        asked = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return asked.stdout == "True\n"

    assert is_fresh()
    with (tmp_path / "game" / "author" / "game.py").open("a") as source:
        source.write("# This is not what was compiled.\n")
    assert not is_fresh()
