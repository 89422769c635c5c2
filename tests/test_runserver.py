"""``manage.py migrate`` and ``manage.py runserver`` are enough for a server with sockets."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gameplatform.testing import services
from gameplatform.testing.processes import ROOT, DevelopmentServer, fresh_database
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game

GAME = """
from game.author import DRAW, Game, move


class Nothing(Game):
    name = "nothing"
    title = "{title}"
    players = 2

    def setup(self, random):
        return {{}}

    @move
    def wait(self, state, seat):
        pass

    def result(self, state):
        return DRAW
"""


@pytest.fixture
def runserver(tmp_path: Path) -> Iterator[Any]:
    """``runserver(**environment)``: start the server on a migrated SQLite database."""

    def runserver(**environment: Any) -> DevelopmentServer:
        environment = {"DATABASE_URL": url, "REDIS_URL": services.another_redis_url(), **environment}
        return DevelopmentServer(environment, log_path=tmp_path / "runserver.log")

    with fresh_database("sqlite:///", tmp_path) as url:
        yield runserver


async def test_a_game_is_played_and_friends_see_who_is_online(runserver: Any) -> None:
    with runserver() as server:
        ada, bob = NetworkPlayer(server.base_url, "ada"), NetworkPlayer(server.base_url, "bob")
        await begin(new_game(ada, bob), ada, bob)
        await ada.send(type="player_move", movement={"cell": 4})
        heard = [await player.hear("player_move") for player in (ada, bob)]
        assert [frame["view"]["board"][1][1] for frame in heard] == ["X", "X"]

        request = ada.post("/api/friends/requests", {"user_id": bob.id})
        bob.post(f"/api/friends/requests/{request['id']}/accept")
        await ada.enter("/ws/friends/status/")
        (friend,) = (await ada.hear("presence_state"))["friends"]
        assert (friend["username"], friend["online"]) == ("bob", True)


def test_the_server_starts_anew_when_code_changes(runserver: Any, tmp_path: Path) -> None:
    app = tmp_path / "packages" / "nothing"
    app.mkdir(parents=True)
    (app / "__init__.py").touch()
    (app / "games.py").write_text(GAME.format(title="As it was"))
    with runserver(EXTRA_APPS="nothing", PYTHONPATH=str(app.parent)) as server:
        ada = NetworkPlayer(server.base_url, "ada")
        assert title_for(ada) == "As it was"
        (app / "games.py").write_text(GAME.format(title="As it is"))
        while title_for(ada) != "As it is":
            pass


def title_for(player: Any) -> Any:
    """Return the game's title on the server; None while it starts."""
    try:
        games = player.get("/api/games/catalog")
    except httpx.TransportError:
        return None
    return next(game["title"] for game in games if game["name"] == "nothing")


@pytest.mark.parametrize("address", ["eight", "host:", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "runserver", address],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        f"CommandError: {address!r} is not a port, nor an address and a port such as 127.0.0.1:8000.\n"
    )
