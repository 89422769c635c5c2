"""The served page: one shell for all places, a strict content security policy, and small files."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from pytest_django import Settings

from core import call_costs
from tests import node
from web.tests.conftest import collect
from web.urls import PLACES

STATIC = Path(__file__).resolve().parent.parent / "static" / "web"
FIRST_VIEW_BUDGET = 60 * 1024
"""Of any place, as a shared link may lead there first."""
PLACE_BUDGET = 25 * 1024
ADDRESSES = [re.sub(r"\(\?P<\w+>[^)]+\)", "something", place) for place in PLACES]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_place_answers_with_the_same_shell(client: Client, address: str, slash: str) -> None:
    response = client.get(f"/{address}{slash}" if address else "/")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert 'id="app"' in response.text
    assert response.text == client.get("/").text


@pytest.mark.parametrize(("sections", "microphone"), [(["voice"], "(self)"), (["lobbies"], "()")])
def test_the_page_alone_may_use_the_microphone_where_there_is_voice(
    client: Client, settings: Settings, sections: list[str], microphone: str
) -> None:
    settings.SECTIONS = sections
    policy = client.get("/")["Permissions-Policy"]
    assert policy == f"microphone={microphone}, camera=(), geolocation=()"


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", ["/nowhere", "/play/nowhere", "/nowhere/"])
def test_an_unknown_address_is_not_found(client: Client, path: str, *, debug: bool) -> None:
    with override_settings(DEBUG=debug):
        asked_by_a_browser = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert asked_by_a_browser.status_code == 404
        assert 'id="app"' in asked_by_a_browser.text
        for accept in ("*/*", "application/json"):
            answer = client.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        posted = client.post(path, headers={"Accept": "text/html"})
        assert (posted.status_code, posted["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("chosen", "preferred", "language"),
    [
        ("de", "en", "de"),
        ("en", "de", "en"),
        ("xx", "de-AT", "de"),
        ("", "fr, de;q=0.5", "de"),
        ("", "fr", "en"),
    ],
)
def test_the_shell_has_the_language_that_was_chosen_or_else_is_preferred(
    client: Client, chosen: str, preferred: str, language: str
) -> None:
    client.cookies["language"] = chosen
    shell = client.get("/", headers={"accept-language": preferred})

    assert f'<html lang="{language}"' in shell.content.decode()
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in shell["Vary"].split(",")}


def test_the_shell_only_answers_reading(client: Client) -> None:
    assert client.post("/play").status_code == 405


@pytest.mark.parametrize("address", ["/api/games/1", "/game/status/", "/health/live"])
def test_no_place_hides_an_address_of_the_api(client: Client, address: str) -> None:
    assert 'id="app"' not in client.get(address).text


def test_only_our_own_files_may_run_or_style(client: Client) -> None:
    policy = dict(
        part.strip().split(" ", 1)
        for part in client.get("/")["Content-Security-Policy"].split(";")
        if part.strip()
    )
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"


def test_the_shell_obeys_its_own_policy(client: Client) -> None:
    shell = client.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", shell)
    assert not re.search(r"<style|\sstyle=|\son\w+=", shell)


def test_every_file_that_the_shell_names_is_there(client: Client) -> None:
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', client.get("/").text)
    assert len(named) == 11
    assert [name for name in named if finders.find(name) is None] == []


def test_every_import_is_relative_and_leads_to_a_file() -> None:
    # LiveKit's client is a script, no module.
    modules = set(STATIC.rglob("*.js")) - {STATIC / "vendor" / "livekit-client.js"}
    served = {path: f"web/{path.relative_to(STATIC)}" for path in modules}
    for path, name in served.items():
        for target in re.findall(r"""(?:from|import)\s*\(?["']([^"']+)["']""", path.read_text()):
            assert target.startswith("."), f"{name} imports {target}"
            address = Path("/", Path(name).parent, target).as_posix()
            parts: list[str] = []
            for part in address.strip("/").split("/"):
                parts = parts[:-1] if part == ".." else parts if part == "." else [*parts, part]
            assert finders.find("/".join(parts)), f"{name} imports {target}"


def served_size(script: Path) -> int:
    """Return the size in bytes for a browser that accepts Brotli."""
    compressed = script.with_name(f"{script.name}.br")
    return (compressed if compressed.exists() else script).stat().st_size


def imported(script: Path, known: set[Path]) -> set[Path]:
    """Return the script with everything it loads before it runs, added to ``known``."""
    if script not in known:
        known.add(script)
        for target in re.findall(r"""(?:from|import)\s*["']([^"']+)["']""", script.read_text()):
            imported((script.parent / target).resolve(), known)
    return known


def test_no_place_loads_more_than_its_share(collected: Path) -> None:
    page = (collected / "web").resolve()
    frame = imported(page / "main.js", set())
    assert {script.name for script in frame} == {"main.js", "gameplatform.js"}
    sizes = {
        place.name.partition("-")[0]: sum(map(served_size, imported(place, set(frame)) - frame))
        for place in page.glob("chunks/*.js")
    }
    assert {"battles", "chess", "people", "play", "player", "world"} < set(sizes)
    assert max(sizes.values()) < PLACE_BUDGET, sizes
    assert sum(map(served_size, frame)) + max(sizes.values()) < FIRST_VIEW_BUDGET, sizes


def test_boards_of_games_import_what_the_page_itself_uses(collected: Path) -> None:
    page = (collected / "web").resolve()
    shared = imported(page / "board.js", set())
    assert page / "main.js" in shared
    for script in shared - {page / "board.js"}:
        assert "preact" not in script.read_text().lower() or script.name == "main.js"


def test_collected_scripts_are_small_and_compressed(collected: Path) -> None:
    script = (collected / "web" / "main.js").read_bytes()
    assert b"/**" not in script
    assert script == gzip.decompress((collected / "web" / "main.js.gz").read_bytes())


def test_without_the_bundler_the_modules_are_collected_as_they_are_written(tmp_path: Path) -> None:
    with override_settings(BASE_DIR=tmp_path):
        collect(tmp_path / "static")
    collected = tmp_path / "static" / "web"
    names = {path.relative_to(collected) for path in collected.rglob("*.js")}
    assert names == {path.relative_to(STATIC) for path in STATIC.rglob("*.js")}


def test_what_is_collected_again_is_the_same(collected: Path) -> None:
    before = {path: path.read_bytes() for path in collected.rglob("*.js")}
    (collected / "web" / "chunks" / "of-an-older-version.js").write_text("")
    collect(collected)
    assert {path: path.read_bytes() for path in collected.rglob("*.js")} == before


def test_the_script_knows_the_places_that_the_server_serves() -> None:
    known = re.findall(r'path: "/([^"]*)"', (STATIC / "places.js").read_text())
    served = [re.sub(r"\(\?P<\w+>[^)]+\)", ":field", place) for place in PLACES]
    assert sorted(re.sub(r":\w+", ":field", path) for path in known) == sorted(served)


def test_who_has_agreed_to_a_draw_of_several_waits_for_the_others() -> None:
    state = {"type": "game_state", "players": [], "view": {}, "you": {"user_id": 2, "side": "east"}}
    offer, agreed = (
        {"type": "game_action", "action": action, "data": {}, "user_id": user_id}
        for action, user_id in (("offer_draw", 1), ("accept_draw", 2))
    )
    told = [{**state, "draw_offered_by": []}, offer, agreed, {**state, "draw_offered_by": [1, 2]}]
    script = f"""
        import {{ NEW_ROOM, told }} from {json.dumps((STATIC / "play" / "room.js").as_uri())};
        let room = NEW_ROOM;
        const asked = {json.dumps(told)}.map((message) => (room = told(room, message)).drawOfferedBy);
        console.log(JSON.stringify(asked));
    """
    command = [node.executable(), "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, json.loads(done.stdout)) == ("", [None, 1, 2, 2])


def test_the_page_knows_who_may_move_by_the_phase_and_hears_of_what_was_no_move() -> None:
    state = {
        "type": "game_state",
        "players": [],
        "view": {"n": 0},
        "you": {"user_id": 2, "side": "east"},
        "turn": None,
        "clock": None,
        "phase": {"name": "choose", "ends_at": None, "waiting_for": [1, 2]},
    }
    moved = {
        "type": "player_move",
        "user_id": 2,
        "movement": {},
        "turn": None,
        "clock": None,
        "view": {"n": 0},
    }
    looked = {"type": "phase", "name": "look", "ends_at": None, "waiting_for": []}
    update = {
        "type": "game_update",
        "cause": "timer",
        "user_id": None,
        "turn": 2,
        "clock": None,
        "view": {"n": 1},
    }
    asked = {"type": "game_action", "action": "ask_undo", "data": {}, "user_id": 1}
    shouted = {
        "type": "game_action",
        "action": "shout",
        "data": {},
        "user_id": 1,
        "turn": 2,
        "view": {"n": 2},
    }
    undone = update | {"cause": "undo", "view": {"n": 3}}
    script = f"""
        import * as play from {json.dumps((STATIC / "play" / "room.js").as_uri())};
        let room = play.NEW_ROOM;
        const seen = {json.dumps([state, moved, looked, update, asked, shouted, undone])}.map((message) => {{
          room = play.told(room, message);
          return [play.mayMove(room, 2, false), room.phase.name, room.undoAskedBy, room.view.n];
        }});
        const clock = {{ byo_yomi_ms: 5000, periods: 3 }};
        const times = [20000, 15000, 7000].map((left) => play.timeShown(clock, left));
        console.log(JSON.stringify([seen, times]));
    """
    command = [node.executable(), "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    seen, times = json.loads(done.stdout)
    assert seen == [
        [True, "choose", None, 0],
        [False, "choose", None, 0],
        [False, "look", None, 0],
        [True, "look", None, 1],
        [True, "look", 1, 1],
        [True, "look", 1, 2],
        [True, "look", None, 3],
    ]
    assert times == [
        {"left": 5000, "periods": 3},
        {"left": 5000, "periods": 3},
        {"left": 2000, "periods": 2},
    ]


@pytest.mark.parametrize("path", ["/dev/calls", "/dev/calls/", "/dev/looks", "/dev/looks/"])
def test_outside_development_there_is_no_page_of_calls_or_looks(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    asked_by_a_browser = client.get(path, headers={"Accept": "text/html"})
    assert (asked_by_a_browser.status_code, asked_by_a_browser.text) == (404, client.get("/").text)


@pytest.mark.parametrize(
    "path", ["/dev/games/tictactoe", "/dev/games/tictactoe/", "/dev/games/no_such_game/"]
)
def test_outside_development_there_is_no_page_for_authors(client: Client, path: str) -> None:
    for answer in (client.get(path), client.post(path, {"type": "new"}, content_type="application/json")):
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    asked_by_a_browser = client.get(path, headers={"Accept": "text/html"})
    assert (asked_by_a_browser.status_code, asked_by_a_browser.text) == (404, client.get("/").text)


@pytest.mark.django_db
def test_in_development_the_slowest_calls_are_shown_with_their_statements(
    client: Client, development: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_costs, "keeps_recent", True)
    monkeypatch.setattr(call_costs, "_recent", {})
    assert "No calls yet" in client.get("/dev/calls/").text
    client.post("/api/auth/guest/", {"username": "ada-of-nowhere"}, content_type="application/json")
    client.get("/api/users/?q=whom-nobody-knows", headers={"Authorization": "Bearer of-nobody"})

    page = client.get("/dev/calls/").text

    assert re.search(r"<strong[^>]*>POST</strong> <code>/api/auth/guest</code>", page)
    assert "INSERT INTO &quot;accounts_user&quot;" in page
    assert "/dev/calls" not in page
    for value in ("ada-of-nowhere", "whom-nobody-knows", "of-nobody"):
        assert value not in page
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
