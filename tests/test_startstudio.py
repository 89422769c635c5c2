"""``manage.py startstudio``: a project of one's own outside the checkout, and the faults it is told of."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gameplatform.testing.processes import ROOT

OF_THIS_RUN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "GAMEPLATFORM_TEST_", "PYTEST_")


@pytest.fixture
def lantern(tmp_path: Path) -> Path:
    folder = tmp_path / "lantern"
    call_command("startstudio", str(folder), stdout=io.StringIO())
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project, as from a shell of its own."""
    return command(folder, sys.executable, *arguments)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project, as from a shell of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_THIS_RUN)}
    return subprocess.run(
        arguments,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "TEST_DATABASE": "sqlite"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_own_tests_pass_outside_the_checkout_and_leave_the_platform_unchanged(lantern: Path) -> None:
    # Stands for the packages that `make` would install from the network.
    python = lantern / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (lantern / ".venv" / ".installed").touch()

    tested = command(lantern, "make", "test")

    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed" in tested.stdout
    assert run(lantern, "manage.py", "check").returncode == 0
    assert run(lantern, "manage.py", "makemigrations", "--check").returncode == 0
    assert not any(ROOT.glob("lantern*"))


def test_its_check_names_each_module_that_no_longer_fits(lantern: Path) -> None:
    app = lantern / "lantern"
    hooks = (app / "hooks.py").read_text()
    (app / "hooks.py").write_text(hooks.replace("call: Register | Rename, user_id: int | None", "call"))
    (app / "reactions.py").write_text("from game.events import GameForgotten\n")
    (app / "urls.py").write_text("from lantern.api import Gone\n")

    checked = run(lantern, "manage.py", "check")

    assert checked.returncode == 1
    assert "Traceback" not in checked.stderr
    assert checked.stderr.splitlines() == [
        "These extensions do not fit:",
        "lantern.hooks: keep_our_name(call) -> None is called with (call, user_id): "
        "too many positional arguments",
        "lantern.reactions: cannot import name 'GameForgotten' from 'game.events' "
        f"({ROOT / 'game' / 'events.py'})",
        f"lantern.urls: cannot import name 'Gone' from 'lantern.api' ({app / 'api.py'})",
    ]


@pytest.mark.parametrize(("hook", "what"), [("before", "a call"), ("after", "an event")])
def test_a_hook_needs_something_that_has_hooks(lantern: Path, hook: str, what: str) -> None:
    (lantern / "lantern" / "hooks.py").write_text(
        f"from gameplatform.extend import {hook}\n\n\n@{hook}(dict)\ndef look(what, id):\n    pass\n"
    )
    assert f"lantern.hooks: dict is not {what}" in run(lantern, "manage.py", "check").stderr


@pytest.mark.parametrize(
    ("name", "why"),
    [("Lantern-1", "not a valid name"), ("pong", "named pong already"), ("lantern", "exists already")],
)
def test_it_refuses_a_name_that_is_taken_or_no_package(lantern: Path, name: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("startstudio", str(lantern.parent / name))


def test_it_stays_outside_the_platform() -> None:
    with pytest.raises(CommandError, match="outside the platform"):
        call_command("startstudio", str(ROOT / "lantern"))
