"""The admin in a real browser with two workers: figures update, and no content is blocked."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from websockets.sync.client import connect

from gameplatform.testing.processes import ServerProcess
from tests.clients import WITHIN_S

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "testpass123"

pytestmark = pytest.mark.browser


@pytest.fixture
def server(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> Iterator[ServerProcess]:
    with live_server_process(workers=2, demo=True, DEBUG="1") as server:
        yield server


@contextmanager
def two_at_a_game(server: Any) -> Iterator[tuple[Any, tuple[Any, Any]]]:
    """A running game of two demo users; yields its id and their sockets."""
    with httpx.Client(base_url=server.base_url, timeout=WITHIN_S) as http:
        first, second = (
            {"Authorization": f"Bearer {http.post('/api/auth/login', json=body).json()['access']}"}
            for body in ({"username": name, "password": PASSWORD} for name in ("user_1", "user_2"))
        )
        game = http.post("/api/games/", json={"game": "tictactoe"}, headers=first).json()["id"]
        http.post(f"/api/games/{game}/join/", headers=second)
    url = f"{server.ws_url}/ws/game/{game}/"
    with (
        connect(url, additional_headers=first, proxy=None) as one,
        connect(url, additional_headers=second, proxy=None) as two,
    ):
        for socket in (one, two):
            socket.send(json.dumps({"type": "player_ready"}))
        until(one, lambda frame: frame["type"] == "game_state" and frame["state"] == "active")
        yield game, (one, two)


def until(socket: Any, wanted: Any) -> Any:
    while True:
        frame = json.loads(socket.recv(timeout=WITHIN_S))
        if wanted(frame):
            return frame


def test_an_operator_watches_a_game_and_ends_it(server: ServerProcess, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{server.base_url}/admin/login/")
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    with two_at_a_game(server) as (game, sockets):
        expect(page.get_by_text("2 workers")).to_be_visible()
        expect(page.get_by_role("img", name=re.compile("^Sockets open: 2$"))).to_be_visible()
        expect(page.locator(".figures-row", has_text="tictactoe")).to_contain_text("1 active")

        page.goto(f"{server.base_url}/admin/game/game/{game}/change/")
        expect(page.get_by_text('"spectators": 0')).to_be_visible()
        page.goto(f"{server.base_url}/admin/game/game/?q={game}")
        page.locator("input.action-select").check()
        page.locator("select[name=action]").select_option("end")
        page.get_by_title("Run the selected action").click()
        expect(page.get_by_text("End the game without a winner: done for 1.")).to_be_visible()
        for socket in sockets:
            over = until(socket, lambda frame: frame["type"] == "game_over")
            assert over["reason"] == "operator"

    page.goto(f"{server.base_url}/admin/admin/logentry/")
    expect(page.get_by_text("End the game without a winner")).to_be_visible()
    assert said == []
