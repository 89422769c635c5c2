"""Maintenance: no new games, running ones go on, operators stay in, and it is over by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import Device, register_guest
from core import maintenance
from core.models import Maintenance
from game.models import Game
from matchmaking import services as matchmaking
from operators import live

JSON = "application/json"


class Someone:
    """A user with a token."""

    def __init__(self, name: str) -> None:
        signed_in = register_guest(username=name, device=Device())
        self.id = signed_in.user.pk
        self._headers = {"authorization": f"Bearer {signed_in.tokens.access}"}
        self._client = Client()

    def post(self, path: str, **body: Any) -> Any:
        return self._client.post(path, body, content_type=JSON, headers=self._headers)


@pytest.fixture
def ada(db: None) -> Someone:
    return Someone("ada")


@pytest.fixture
def bob(db: None) -> Someone:
    return Someone("bob")


def begin(*options: str) -> None:
    call_command("maintenance", "begin", *options)
    maintenance.latest.forget()


def end() -> None:
    call_command("maintenance", "end")
    maintenance.latest.forget()


def status() -> Any:
    maintenance.latest.forget()
    return Client().get("/api/status").json()["maintenance"]


WAYS = [
    ("/game/join/", {"game": "tictactoe"}),
    ("/api/games/", {"game": "tictactoe"}),
    ("/api/games/", {"game": "tictactoe", "opponent": "bot", "level": 1}),
]


@pytest.mark.parametrize(("path", "body"), WAYS)
def test_no_new_game_begins_until_it_is_over(ada: Someone, path: str, body: Any) -> None:
    begin("--for", "30", "--message", "New cables.")

    refused = ada.post(path, **body)
    assert (refused.status_code, refused.json()["code"]) == (503, "maintenance")
    assert refused.json()["detail"] == "New cables."
    assert 0 < int(refused["Retry-After"]) <= 1800

    end()
    assert ada.post(path, **body).status_code in (200, 201)


def test_it_is_over_by_itself_at_its_time(ada: Someone, clock: time_machine.Traveller) -> None:
    begin("--in", "10", "--for", "30")
    assert ada.post("/api/games/", game="tictactoe").status_code == 201
    assert status()["message"] == ""

    clock.shift(timedelta(minutes=11))
    maintenance.latest.forget()
    assert ada.post("/api/games/", game="tictactoe").status_code == 503

    clock.shift(timedelta(minutes=30))
    maintenance.latest.forget()
    assert ada.post("/api/games/", game="tictactoe").status_code == 201
    assert status() is None


def test_who_waits_is_matched_afterwards_and_games_that_exist_go_on(ada: Someone, bob: Someone) -> None:
    game = ada.post("/api/games/", game="tictactoe").json()["id"]
    ada.post("/game/join/", game="pong")
    begin()

    assert bob.post(f"/api/games/{game}/join/").status_code == 200
    assert matchmaking.match_all() == 0
    assert bob.post("/game/join/", game="pong").status_code == 503
    end()
    assert bob.post("/game/join/", game="pong").json()["status"] == "matched"


def test_operators_stay_in(ada: Someone) -> None:
    User.objects.filter(pk=ada.id).update(is_staff=True)
    begin()

    assert ada.post("/api/games/", game="tictactoe").status_code == 201
    assert ada.post("/game/join/", game="pong").json()["status"] == "queued"


def test_those_who_are_connected_are_told_each_step_once(
    db: None, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(live, "publish", lambda event: told.append(event.state))
    begin("--in", "10", "--for", "30")

    for minutes in (0, 5, 6, 20, 20):
        clock.shift(timedelta(minutes=minutes))
        for _ in range(2):
            live.tell_of_maintenance()

    assert told == ["announced", "begun", "over"]
    begin()
    end()
    live.tell_of_maintenance()
    assert told[3:] == ["over"]


def test_there_is_one_at_a_time_with_an_end_after_its_start(db: None) -> None:
    begin()
    with pytest.raises(CommandError, match="announced already"):
        begin()
    end()
    with pytest.raises(CommandError, match="ends after it starts"):
        begin("--for", "0")
    begin()


def test_operators_announce_it_and_end_it_in_the_admin(
    operator: Callable[[str], Client], ada: Someone
) -> None:
    support = operator("support")
    now = timezone.now()
    form = {
        "message": "New cables.",
        "starts_at_0": f"{now:%Y-%m-%d}",
        "starts_at_1": f"{now:%H:%M:%S}",
        "ends_at_0": "",
        "ends_at_1": "",
    }

    assert support.post("/admin/core/maintenance/add/", form).status_code == 302
    row = Maintenance.objects.get()
    assert (row.message, row.by.username) == ("New cables.", "the_support")
    maintenance.latest.forget()
    assert ada.post("/api/games/", game="tictactoe").status_code == 503
    support.post("/admin/core/maintenance/", {"action": "end", "_selected_action": row.pk})
    maintenance.latest.forget()

    assert ada.post("/api/games/", game="tictactoe").status_code == 201
    assert Game.objects.count() == 1
