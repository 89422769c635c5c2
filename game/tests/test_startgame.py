"""A game made by ``startgame`` passes its own test, and bots play it on a real server."""

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from game.management.commands import simulate
from gameplatform.testing.processes import ServerProcess


def run(command: Any) -> str:
    """Run a command that was shown to the author, in the project's folder."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gameplatform.settings"}
    done = subprocess.run(
        command.replace("python ", f"{sys.executable} "),
        shell=True,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_game_is_played_as_it_is(
    tmp_path: Path, live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]]
) -> None:
    said = io.StringIO()
    call_command("startgame", "dice_duel", into=str(tmp_path), stdout=said)
    _, tested, _, simulated = re.findall(r"^  (\S.*?)(?:  |$)", said.getvalue(), re.MULTILINE)
    assert "3 passed" in run(tested)

    with live_server_process(EXTRA_APPS="dice_duel", PYTHONPATH=str(tmp_path)) as server:
        page = httpx.get(f"{server.base_url}/static/dice_duel/index.html", timeout=60)
        told = run(simulated.replace("--serve", f"--bots 4 --seconds 5 --url {server.base_url}"))

    assert "<h1>Dice duel</h1>" in page.text
    finished = re.search(r"games\s+(\d+) finished", told)
    assert finished is not None
    assert int(finished[1]) > 0
    assert re.search(r"errors\s+0 \(none\)", told)


TOLD = """
from game.author import Game, move


class Told(Game):
    \"\"\"A move is a list, which nobody can guess.\"\"\"

    tells_legal = True

    def setup(self, random):
        return {"sum": 0, "last": None}

    @move
    def add(self, state, seat, numbers: list[int]):
        self.require(numbers in ([3, 4], [2, 5]), "wrong_numbers", "Not these.")
        state["sum"] += sum(numbers)
        state["last"] = seat

    def legal(self, state, seat):
        return [{"numbers": [3, 4]}, {"numbers": [2, 5]}, *self.lies]

    def result(self, state):
        return state["last"] if state["sum"] > 20 else None

    lies = ()


class Lying(Told):
    tells_legal = True
    lies = [{"numbers": [1]}] * 100
"""


def test_bots_play_by_the_legal_moves_that_they_are_told(
    tmp_path: Path, live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]]
) -> None:
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "__init__.py").touch()
    (tmp_path / "told" / "games.py").write_text(TOLD)
    extra = {"EXTRA_APPS": "told", "PYTHONPATH": str(tmp_path)}
    with live_server_process(**extra) as server:
        simulating = f"{sys.executable} manage.py simulate %s --bots 2 --seconds 3 --url {server.base_url}"
        told, lying = (
            subprocess.run(
                (simulating % name).split(),
                cwd=settings.BASE_DIR,
                env={**os.environ, **extra},
                capture_output=True,
                text=True,
                check=False,
            )
            for name in ("told", "lying")
        )

    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"games\s+[1-9]", told.stdout)
    assert re.search(r"refused\s+0 moves", told.stdout)
    head, row = told.stdout.splitlines()[-2:]
    assert head.split() == ["game", "length", "choices", "wins"]
    assert re.fullmatch(r"told\s+3\.0\s+2\.0  left 100%", row)
    assert re.search(r"wrong_numbers: \{'numbers': \[1\]\}: Not these\.", lying.stdout)


@pytest.mark.parametrize("name", ["tictactoe", "chat", "Dice", "class", "x" * 41])
def test_names_that_are_taken_or_none_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("startgame", name, into=str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_simulation_of_nothing_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match=r"No server answers at http://127\.0\.0\.1:9: .*--serve"):
        call_command("simulate", "--url", "http://127.0.0.1:9")
    with monkeypatch.context() as answering, pytest.raises(CommandError, match=r"No game ended in 0.3 s"):
        answering.setattr(simulate, "_reach", lambda url: None)
        call_command("simulate", "--bots", "2", "--seconds", "0.3", "--url", "http://127.0.0.1:9")
    for wrong in (["--bots", "0"], ["--seconds", "-1"]):
        with pytest.raises(CommandError, match=r"a number above 0"):
            call_command("simulate", *wrong)
    with pytest.raises(CommandError, match=r"There are: .*tictactoe"):
        call_command("simulate", "no_such_game")
