"""Reports of direct messages, names and players, and the queue in which operators decide them."""

from typing import Any

import pytest
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from chat.models import DirectMessage, LobbyMessage, Report
from chat.services.reports import MAX_REPORTS_A_MINUTE
from chat.tests.conftest import Person, befriend
from operators.tests.conftest import operator

__all__ = ["operator"]

pytestmark = pytest.mark.django_db


def decide(client: Client, action: str, report: Report, **more: Any) -> str:
    form = {"action": action, "_selected_action": report.pk, **more}
    return client.post("/admin/chat/report/", form, follow=True).content.decode()


def page_of(client: Client, report: Report) -> str:
    return client.get(f"/admin/chat/report/{report.pk}/change/").content.decode()


@pytest.fixture
def game(ada: Person, bob: Person) -> Any:
    game = ada.post("games/", game="tictactoe", private=True)["id"]
    bob.post(f"games/{game}/join/")
    return game


def test_a_direct_message_is_reported_by_who_got_it_and_the_lines_around_are_shown(
    ada: Person, bob: Person, cyd: Person, operator: Any
) -> None:
    befriend(ada, bob)
    said = [bob.post(f"dm/{ada.id}/messages/", content=f"line {number}") for number in range(3)]

    made = ada.post("reports/", kind="direct", message_id=said[1]["id"], reason="rude")
    assert made == ada.post("reports/", kind="direct", message_id=said[1]["id"])
    for other in (bob, cyd):
        assert other.refused("reports/", kind="direct", message_id=said[1]["id"]) == (404, "unknown_message")

    report = Report.objects.get()
    assert (report.about.username, report.text, report.reason) == ("bob", "line 1", "rude")
    shown = page_of(operator("moderator"), report)
    assert all(f"line {number}" in shown for number in range(3))
    assert f"/admin/support/person/{bob.id}/change/" in shown


def test_a_name_is_reported_again_only_once_it_was_decided(ada: Person, bob: Person, operator: Any) -> None:
    first = ada.post("reports/", kind="name", user_id=bob.id, reason="rude")["id"]
    assert ada.post("reports/", kind="name", user_id=bob.id)["id"] == first

    decide(operator("moderator"), "let_stand", Report.objects.get())

    assert ada.post("reports/", kind="name", user_id=bob.id)["id"] != first


def test_a_player_is_reported_by_who_sees_the_game(ada: Person, bob: Person, cyd: Person, game: Any) -> None:
    about_bob = {"kind": "game", "game_id": game, "user_id": bob.id}

    assert ada.post("reports/", **about_bob, reason="stalls")["kind"] == "game"
    assert cyd.refused("reports/", **about_bob) == (404, "unknown_match")
    assert ada.refused("reports/", **{**about_bob, "user_id": cyd.id}) == (404, "unknown_match")
    assert Report.objects.get().about.username == "bob"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "planet", "user_id": 1},
        {"kind": "name"},
        {"kind": "name", "user_id": 0},
        {"kind": "name", "user_id": 2**63},
        {"kind": "name", "user_id": "1"},
        {"kind": "direct", "user_id": 1},
        {"kind": "game", "user_id": 1},
        {"kind": "game", "game_id": "x", "user_id": 1},
        {"kind": "name", "user_id": 1, "reason": "x" * 201},
    ],
)
def test_a_report_names_what_it_is_about(ada: Person, body: dict[str, Any]) -> None:
    answer = ada.api.post("/api/reports/", body, format="json")
    assert answer.status_code == 422
    assert not Report.objects.exists()


def test_nobody_reports_themselves_or_without_end(ada: Person, bob: Person) -> None:
    assert ada.refused("reports/", kind="name", user_id=ada.id) == (422, "yourself")
    for _ in range(MAX_REPORTS_A_MINUTE):
        ada.post("reports/", kind="name", user_id=bob.id)
    assert ada.refused("reports/", kind="name", user_id=bob.id) == (429, "rate_limited")


def test_what_one_operator_looks_at_no_other_decides(ada: Person, bob: Person, operator: Any) -> None:
    ada.post("reports/", kind="name", user_id=bob.id)
    report = Report.objects.get()
    one, other = operator("moderator"), operator("root")

    decide(one, "claim", report)
    assert "Another operator looks at this report" in decide(other, "claim", report)
    assert "Another operator looks at this report" in decide(other, "let_stand", report)
    decide(one, "acted", report, reason="renamed")
    assert "This report has been decided" in decide(one, "let_stand", report)

    report.refresh_from_db()
    assert (report.decision, report.settled_by.username) == ("acted: renamed", "the_moderator")


def test_a_message_that_is_no_lobbys_is_not_taken_away(ada: Person, bob: Person, operator: Any) -> None:
    ada.post("reports/", kind="name", user_id=bob.id)

    shown = decide(operator("moderator"), "take_away", Report.objects.get())

    assert "This is no message in a lobby." in shown
    assert Report.objects.get().settled_at is None


def test_support_sees_on_the_players_page_who_reported_whom(ada: Person, bob: Person, operator: Any) -> None:
    ada.post("reports/", kind="name", user_id=bob.id, reason="very rude")
    support = operator("support")

    for user in (ada, bob):
        shown = support.get(f"/admin/support/person/{user.id}/change/").content.decode()
        assert "very rude" in shown, user.name


def test_the_reports_by_and_about_an_erased_person_are_gone(ada: Person, bob: Person, den: int) -> None:
    befriend(ada, bob)
    lobby = bob.post(f"lobbies/{den}/messages/", content="hm")["id"]
    ada.post(f"lobbies/{den}/messages/{lobby}/report/")
    direct = bob.post(f"dm/{ada.id}/messages/", content="hm")["id"]
    ada.post("reports/", kind="direct", message_id=direct)
    bob.post("reports/", kind="name", user_id=ada.id)

    accounts.erase(User.objects.get(pk=bob.id))

    assert not Report.objects.exists()
    assert not DirectMessage.objects.exists()
    assert not LobbyMessage.objects.exists()
