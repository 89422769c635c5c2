"""The example of docs/extend.md runs as it stands there, as an extra app of a real server."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from core.calls import Call
from gameplatform.testing.processes import ROOT, ServerProcess, fresh_database, manage
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game

PAGE = Path(__file__).resolve().parent.parent / "docs" / "extend.md"
Starting = Callable[..., contextlib.AbstractContextManager[ServerProcess]]


@pytest.fixture
def studio(tmp_path: Path, live_server_process: Starting) -> Iterator[ServerProcess]:
    """A server with the app that the page writes."""
    app = tmp_path / "studio"
    app.mkdir()
    (app / "__init__.py").touch()
    for name, text in re.findall(r"^```python\n# studio/(\S+)\n(.*?)^```", PAGE.read_text(), re.M | re.S):
        with (app / name).open("a") as file:
            file.write(text)
    with fresh_database(os.environ["DATABASE_URL"], tmp_path) as url:
        extra = {"EXTRA_APPS": "studio", "PYTHONPATH": str(tmp_path), "DATABASE_URL": url}
        manage(extra, "makemigrations", "studio")
        manage(extra, "migrate", "--verbosity=0")
        with live_server_process(**extra) as server:
            yield server


def test_its_routes_take_and_answer_structs_and_are_documented(studio: ServerProcess) -> None:
    ada = NetworkPlayer(studio.base_url, "ada")
    laps = f"{studio.base_url}/api/studio/laps"
    headers = {"Authorization": f"Bearer {ada.token}"}

    def drive(body: Any) -> httpx.Response:
        return httpx.post(laps, json=body, headers=headers)

    assert httpx.get(laps).status_code == 401
    assert ada.post("/api/studio/laps/", {"ms": 31_000}) == {"username": "ada", "ms": 31_000}
    assert ada.post("/api/studio/laps", {"ms": 45_000}) == {"username": "ada", "ms": 31_000}
    assert drive({"ms": 0}).json()["errors"] == {"ms": ["Expected `int` >= 1."]}
    assert drive({}).json()["errors"].keys() == {"ms"}
    assert drive({"ms": 5}).json()["code"] == "too_fast"
    assert [lap["ms"] for lap in httpx.get(laps, headers=headers).json()] == [31_000, 45_000]
    unknown = httpx.get(f"{studio.base_url}/api/studio/nothing", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")

    forgotten = ada.post("/api/rpc/laps/forget", {"over_ms": 40_000})
    assert forgotten == {"laps": 1}

    assert [ada.post("/api/rpc/garages/upgrade", {"car": "kart"})["laps"] for _ in range(2)] == [1, 2]
    (kept,) = ada.get("/api/storage/garages/?by=level&at_least=2")["results"]
    assert (kept["key"], kept["value"]) == ("kart", {"level": 2, "car": {"name": "kart"}})

    document = httpx.get(f"{studio.base_url}/api/openapi.json", timeout=60).json()
    posted = document["paths"]["/api/studio/laps"]["post"]
    assert posted["tags"] == ["studio"]
    assert "too_fast" in posted["responses"]["409"]["description"]
    asked = posted["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert document["components"]["schemas"][asked]["properties"]["ms"] == {
        "type": "integer",
        "minimum": 1,
        "description": "Milliseconds",
    }


async def test_its_hook_pays_the_winner_once_the_game_is_over(studio: ServerProcess) -> None:
    ada, bob = (NetworkPlayer(studio.base_url, name) for name in ("ada", "bob"))
    await begin(new_game(ada, bob), ada, bob)
    for player, cell in ((ada, 0), (bob, 8)):
        await player.send(type="player_move", movement={"cell": cell})
        await ada.hear("player_move")
    await bob.send(type="game_action", action="resign")
    await ada.hear("game_over")

    def paid() -> list[int]:
        entries = ada.get("/api/player/ledger")["results"]
        return [entry["amount"] for entry in entries if entry["cause"] == "studio: win"]

    async with asyncio.timeout(WITHIN_S):
        while not paid():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.1)
    assert paid() == [7]


async def test_its_hooks_refuse_names_and_change_messages(studio: ServerProcess) -> None:
    guest = f"{studio.base_url}/api/auth/guest"
    async with httpx.AsyncClient(timeout=WITHIN_S) as client:
        refused = await client.post(guest, json={"username": "Studio_ada"})
    assert (refused.status_code, refused.json()["code"]) == (403, "name_of_the_studio")

    ada = NetworkPlayer(studio.base_url, "ada")
    premium = "from accounts.models import User; User.objects.update(is_premium=True)"
    manage(studio.environment, "shell", "-c", premium)
    lobby = ada.post("/api/lobbies/", {"name": "den"})
    await ada.enter(f"/ws/chat/lobby/{lobby['name']}/")
    await ada.send(type="chat_message", message="I WON")
    assert (await ada.hear("chat_message"))["message"]["content"] == "I won"
    assert ada.post(f"/api/lobbies/{lobby['id']}/messages/", {"content": "AGAIN"})["content"] == "Again"


def test_the_page_lists_all_calls() -> None:
    rows = [
        f"| `{kind.__module__}.{kind.__name__}` | {described(kind)} | {fields(kind)} |"
        for kind in sorted(Call.__subclasses__(), key=lambda kind: f"{kind.__module__}.{kind.__name__}")
        if kind.__module__.partition(".")[0] in settings.OUR_APPS
    ]
    table = PAGE.read_text().partition("| call | asks to | fields |\n|---|---|---|\n")[2]

    assert len(rows) > 4
    assert table.splitlines()[: len(rows)] == rows
    assert table.splitlines()[len(rows)].startswith("| `Command` |")


def described(kind: type[Call]) -> str:
    text = " ".join(kind.__doc__.split()).replace("``", "`").removesuffix(".")
    return text[0].lower() + text[1:]


def fields(kind: type[Call]) -> str:
    return ", ".join(f"`{name}`" for name in kind.__struct_fields__)


TRIAL = """
from trials.figures import exactly
from trials.people import crowd, visitors
from trials.trial import Trial


async def run(ground, history, *, clients):
    servers = ground.start(1)
    async with visitors() as http:
        for person in await crowd(clients, http, servers):
            with history.operation(person.name, "look"):
                await person.ask("GET", "/api/player/me")


def check(operations, query):
    looks = [one for one in operations if one.name == "look" and one.outcome == "ok"]
    [(players,)] = query("SELECT count(*) FROM progression_player")
    return [exactly("players who looked", len(looks), 3), exactly("players stored", players, 3)]


TRIAL = Trial("laps", run, check, long={"clients": 3}, quick={"clients": 3})
"""


def test_the_trial_of_an_extra_app_is_run(tmp_path: Path) -> None:
    (tmp_path / "laps").mkdir()
    (tmp_path / "laps" / "__init__.py").touch()
    (tmp_path / "laps" / "trials.py").write_text(TRIAL)
    environment = {**os.environ, "EXTRA_APPS": "laps", "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "trials", "laps", "--quick"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "players who looked" in ran.stdout
    broken = (tmp_path / "laps" / "trials.py").read_text().replace("players, 3", "players, 4")
    (tmp_path / "laps" / "trials.py").write_text(broken)
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, "Broken: laps" in ran.stderr) == (1, True)


def test_an_app_whose_label_is_a_path_of_the_platform_is_reported(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "urls.py").write_text("urlpatterns = []")

    with pytest.raises(RuntimeError, match=r"E001.*'shop' would be below /api/shop/"):
        manage({"EXTRA_APPS": "shop", "PYTHONPATH": str(tmp_path)}, "check")
