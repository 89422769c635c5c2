"""A deployment under another name: which games, sections and ways to sign in there are, and how it looks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from playwright.sync_api import Browser, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core import theme
from gameplatform.testing.processes import ROOT, ServerProcess, manage
from tests.clients import NetworkPlayer
from web.tests.conftest import door_of, people, server_with  # noqa: F401
from web.tests.person import Person

THEME = """
title = "Lantern"
description = "Play in the light."
logo = "realtime/catalogue.css"

[light]
accent = "#a33c00"

[dark]
accent = "#ffb27a"

[texts.en]
"home.sentence" = "Light up."

[texts.de]
"home.sentence" = "Mach Licht."
"""


@pytest.fixture(scope="module")
def lantern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("lantern")
    (folder / "theme.toml").write_text(THEME)
    settings = {
        "SECTIONS": "lobbies",
        "SIGN_IN_WAYS": "guest",
        "SHIPPED_GAMES": "pong, chess",
        "FIRST_GAME": "chess",
        "THEME": str(folder / "theme.toml"),
    }
    with server_with(folder, **settings) as server:
        yield server


@pytest.fixture
def come(browser: Browser, lantern: ServerProcess, people: list[Person]) -> Callable[..., Person]:  # noqa: F811
    return door_of(lantern, browser, people)


def test_there_are_only_the_chosen_games_and_the_first_is_the_queue_s(lantern: ServerProcess) -> None:
    ada = NetworkPlayer(lantern.base_url, "ada")

    assert [game["name"] for game in ada.get("/api/games/catalog/")] == ["chess", "pong"]
    assert {queue["game"] for queue in ada.get("/api/queues/")} == {"chess", "pong"}
    assert ada.post("/game/join/")["game"] == "chess"
    ada.post("/game/leave/")
    headers = {"Authorization": f"Bearer {ada.token}"}
    refused = httpx.post(f"{lantern.base_url}/api/games/", json={"game": "hearts"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_game")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/shop/items/", 404),
        ("/api/pets/", 404),
        ("/api/battles/available", 404),
        ("/api/characters", 404),
        ("/api/world/state", 404),
        ("/api/auth/login/", 404),
        ("/api/token/", 404),
        ("/shop", 404),
        ("/profile/shop", 404),
        ("/world", 404),
        ("/api/lobbies/", 401),
        ("/api/inventory/", 401),
        ("/lobbies", 200),
    ],
)
def test_what_is_left_out_is_not_found(lantern: ServerProcess, path: str, status: int) -> None:
    assert httpx.get(f"{lantern.base_url}{path}").status_code == status


@pytest.mark.parametrize(("path", "code"), [("/ws/battle/1/", 4404), ("/ws", 4404), ("/ws/lobbies/1/", 4404)])
def test_the_sockets_of_what_is_left_out_are_not_found(lantern: ServerProcess, path: str, code: int) -> None:
    ada = NetworkPlayer(lantern.base_url, f"ada{len(path)}")
    url = f"{lantern.ws_url}{path}?token={ada.token}"
    with connect(url) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


def test_its_checks_pass(lantern: ServerProcess) -> None:
    manage(lantern.environment, "check", "--fail-level", "WARNING")


def test_the_documents_tell_of_what_there_is(lantern: ServerProcess) -> None:
    rest = httpx.get(f"{lantern.base_url}/api/openapi.json", timeout=60).json()
    messages = httpx.get(f"{lantern.base_url}/api/asyncapi.json", timeout=60).json()

    assert rest["info"]["title"] == "Lantern"
    assert "/api/lobbies/" in {f"{path.rstrip('/')}/" for path in rest["paths"]}
    assert not [path for path in rest["paths"] if re.match("/api/(shop|pets|battles|world|characters)", path)]
    addresses = {channel["address"] for channel in messages["channels"].values()}
    assert any(address.startswith("/ws/lobbies/") for address in addresses)
    assert not [address for address in addresses if address.startswith("/ws/battle/") or address == "/ws"]


def test_background_work_of_sections_that_are_left_out_does_not_run() -> None:
    def work(**environment: str) -> set[str]:
        told = (
            "import gameplatform.asgi; from core import background, due;"
            "print(*(f'{one.__module__}/' for one in background.tasks + background.sweeps), *due.looks)"
        )
        command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", told]
        surroundings = {**os.environ, "DATABASE_URL": "sqlite://:memory:", **environment}
        return set(subprocess.check_output(command, cwd=ROOT, env=surroundings, text=True).split())

    every, few = work(), work(SECTIONS="lobbies")
    left_out = {one for one in every if one.startswith(("world.", "game.battles.", "voice."))}
    assert {"world.combat.live/", "world.live.keeping/", "game.battles.live/"} <= left_out
    assert every - few == left_out | {"battles", "captures", "fights", "growth", "trades"}
    assert few <= every


@pytest.mark.browser
def test_the_page_has_its_name_colours_texts_and_language(come: Callable[..., Person]) -> None:
    page = come(locale="de-AT", color_scheme="light").page
    page.goto("/")

    expect(page).to_have_title("Lantern")
    expect(page.get_by_role("heading", name="Mach Licht.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    style = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    assert page.evaluate(style) == "#a33c00"
    expect(page.locator(".rail .brand")).to_contain_text("Lantern")
    expect(page.locator(".rail a:not(.brand) > span:first-of-type")).to_have_text(
        ["Spielen", "Zusehen", "Lobbys", "Freunde", "Rangliste", "Profil"]
    )
    page.get_by_role("button", name="Jetzt spielen").click()
    expect(page.get_by_text("Wir suchen jemanden zum Spielen")).to_be_visible()
    expect(page.get_by_text(re.compile("^Schach: Schnellschach"))).to_be_visible()
    page.goto("/profile")
    expect(page.get_by_role("navigation", name="Deine Bereiche").get_by_role("link")).to_have_text(
        ["Profil", "Inventar", "Konto"]
    )
    page.goto("/leaderboard")
    expect(page.get_by_text("Schach", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Sprache").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Chess", exact=True).first).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Light up.")).to_be_visible()


@pytest.mark.browser
def test_only_the_chosen_ways_to_sign_in_are_offered(come: Callable[..., Person]) -> None:
    page = come(locale="fr-FR").page
    page.goto("/signin")

    expect(page.get_by_role("button", name="Play as guest")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    page.goto("/")
    expect(page.get_by_role("heading", name="Light up.")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("title = 3", "Expected `str`, got `int` - at `$.title`"),
        ("[light]\naccent = 'red; }'", "matching regex"),
        ("tittle = 'Lantern'", "unknown field `tittle`"),
        ("title =", "Invalid value"),
    ],
)
def test_a_theme_that_is_none_is_reported(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "theme.toml"
    file.write_text(text)

    with pytest.raises(ImproperlyConfigured, match=re.escape(fault)):
        theme.read(str(file))


def test_the_theme_s_names_are_those_of_the_page() -> None:
    static = Path(__file__).resolve().parents[1] / "web" / "static" / "web"
    read = theme.read("")

    assert f'title: "{read.title}"' in (static / "page.js").read_text()
    assert json.dumps(os.path.basename(read.logo)).strip('"') in {path.name for path in static.iterdir()}
