"""The admin of chat, the demo data, and personal data."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.events import LobbyId
from chat.models import DirectMessage, FilteredWord, Lobby, LobbyMessage, Membership, Report, Sanction
from chat.personal_data import erase
from chat.tests.conftest import Person
from core import personal_data, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    User.objects.create_superuser(username="root", password="correct horse battery")
    client = Client()
    client.force_login(User.objects.get(username="root"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def message(ada: Person, bob: Person, den: LobbyId) -> Any:
    said = bob.post(f"lobbies/{den}/messages/", content="hm")["id"]
    ada.post(f"lobbies/{den}/messages/{said}/report/", reason="rude")
    return said


@pytest.mark.parametrize("model", ["lobby", "lobbymessage", "report", "sanction", "filteredword"])
def test_operators_see_all_of_it(
    admin: Client, message: Any, ada: Person, bob: Person, den: LobbyId, model: str
) -> None:
    ada.post(f"lobbies/{den}/mute/", user_id=bob.id)
    assert admin.get(f"/admin/chat/{model}/?q=o").status_code == 200


def test_operators_see_who_belongs_to_a_lobby(
    admin: Client, bob: Person, den: LobbyId, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    crowd = [User(username=f"fan_{number}") for number in range(30)]
    Membership.objects.bulk_create(
        Membership(lobby_id=den, user=user) for user in User.objects.bulk_create(crowd)
    )

    with django_assert_max_num_queries(12):
        page = admin.get(f"/admin/chat/lobby/{den}/change/")

    assert page.status_code == 200
    assert "bob" in page.content.decode()
    assert "fan_29" in page.content.decode()


def test_of_a_crowd_operators_see_a_page_at_a_time(admin: Client, den: LobbyId) -> None:
    crowd = [User(username=f"fan_{number:03}") for number in range(120)]
    Membership.objects.bulk_create(
        Membership(lobby_id=den, user=user) for user in User.objects.bulk_create(crowd)
    )

    def seen(query: str = "") -> set[str]:
        page = admin.get(f"/admin/chat/lobby/{den}/change/{query}").content.decode()
        return {user.username for user in crowd if user.username in page}

    pages = [seen(), seen("?memberships-page=2"), seen("?memberships-page=3")]

    assert max(map(len, pages)) <= 50
    assert set.union(*pages) == {user.username for user in crowd}


def act(admin: Client, model: Any, action: Any, pk: Any) -> None:
    answer = admin.post(f"/admin/chat/{model}/", {"action": action, "_selected_action": [pk]})
    assert answer.status_code == 302


def test_operators_close_lobbies(admin: Client, den: LobbyId) -> None:
    act(admin, "lobby", "close", den)
    assert Lobby.objects.get(pk=den).status == "closed"


def test_operators_take_reported_messages_away(admin: Client, message: Any) -> None:
    act(admin, "report", "take_away", Report.objects.get().pk)
    assert LobbyMessage.objects.get().deleted_at is not None
    report = Report.objects.get()
    assert (report.settled_at is not None, report.settled_by.username) == (True, "root")


def test_operators_ban_the_author_of_a_reported_message_but_no_owner(
    admin: Client, message: Any, ada: Person, bob: Person, den: LobbyId
) -> None:
    ada_said = ada.post(f"lobbies/{den}/messages/", content="hm too")["id"]
    bob.post(f"lobbies/{den}/messages/{ada_said}/report/", reason="rude too")

    for report in Report.objects.all():
        act(admin, "report", "ban_author", report.pk)

    assert [(ban.user_id, ban.by, ban.reason) for ban in Sanction.objects.all()] == [(bob.id, None, "rude")]
    assert LobbyMessage.objects.get(pk=message).deleted_at is not None
    assert LobbyMessage.objects.get(pk=ada_said).deleted_at is None
    assert Report.objects.get(message=ada_said).settled_at is None


def test_operators_let_reported_messages_stand(admin: Client, message: Any) -> None:
    act(admin, "report", "let_stand", Report.objects.get().pk)
    assert LobbyMessage.objects.get().deleted_at is None
    assert Report.objects.get().settled_at is not None


def test_operators_take_any_message_away_and_lift_sanctions(
    admin: Client, ada: Person, bob: Person, den: LobbyId, message: Any
) -> None:
    act(admin, "lobbymessage", "take_away", message)
    assert LobbyMessage.objects.get().deleted_at is not None
    ada.post(f"lobbies/{den}/ban/", user_id=bob.id)
    act(admin, "sanction", "lift", Sanction.objects.get().pk)
    assert not Sanction.objects.exists()


def test_the_event_log_tells_what_owners_and_moderators_did_to_whom_and_why(
    admin: Client, ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    def log() -> list[tuple[str, str, str]]:
        return [
            (entry.user.username, entry.object_repr, entry.get_change_message())
            for entry in LogEntry.objects.order_by("pk")
        ]

    cyd.post(f"lobbies/{den}/join/")
    ada.post(f"lobbies/{den}/moderators/", user_id=bob.id)
    ada.post(f"lobbies/{den}/moderators/", user_id=bob.id)
    bob.post(f"lobbies/{den}/mute/", user_id=cyd.id, reason="shouts", until="2030-01-02T03:04:05Z")
    bob.post(f"lobbies/{den}/unmute/", user_id=cyd.id)
    bob.post(f"lobbies/{den}/unmute/", user_id=cyd.id)
    bob.post(f"lobbies/{den}/kick/", user_id=cyd.id, reason="rude")
    ada.post(f"lobbies/{den}/ban/", user_id=cyd.id)
    ada.post(f"lobbies/{den}/unban/", user_id=cyd.id)
    ada.post(f"lobbies/{den}/unban/", user_id=cyd.id)
    ada.call("delete", f"lobbies/{den}/moderators/?user_id={bob.id}")
    assert cyd.refused(f"lobbies/{den}/kick/", user_id=bob.id)[0] == 403

    assert log() == [
        ("ada", "bob", "Made a moderator of the lobby den"),
        ("bob", "cyd", "Muted in the lobby den until 2030-01-02 03:04 UTC: shouts"),
        ("bob", "cyd", "No longer muted in the lobby den"),
        ("bob", "cyd", "Kicked from the lobby den: rude"),
        ("ada", "cyd", "Banned from the lobby den"),
        ("ada", "cyd", "Let back into the lobby den"),
        ("ada", "bob", "No longer a moderator of the lobby den"),
    ]
    page = admin.get("/admin/admin/logentry/").content.decode()
    assert "Kicked from the lobby den: rude" in page


def test_the_demo_data_has_three_lobbies_with_people_who_talk_laid_once_and_cleared(
    development: None,
) -> None:
    def lay(*arguments: Any) -> tuple[int, int, int]:
        call_command("seed_demo", *arguments, stdout=io.StringIO())
        return (Lobby.objects.count(), Membership.objects.count(), LobbyMessage.objects.count())

    laid = lay()
    assert laid[0] == 3
    for lobby in Lobby.objects.all():
        assert lobby.memberships.count() > 1
        assert lobby.messages.exists()
        assert lobby.memberships.get(role="owner").user_id == lobby.owner_id
    assert lay() == laid
    assert lay("--only-clear") == (0, 0, 0)


def test_a_person_takes_all_away_and_is_forgotten(
    ada: Person, bob: Person, den: LobbyId, friends: None, message: Any
) -> None:
    bob.post(f"dm/{ada.id}/messages/", content="psst")
    ada.post(f"lobbies/{den}/mute/", user_id=bob.id, reason="caps")
    exported = dict(personal_data.export(bob.id))
    assert [row["content"] for row in exported["lobby_messages"]] == ["hm"]
    assert [row["content"] for row in exported["direct_messages"]] == ["psst"]
    assert exported["lobbies"][0]["lobby__name"] == "den"
    assert exported["lobby_sanctions"][0]["reason"] == "caps"

    assert bob.call("delete", "me/").status_code == 204
    assert not LobbyMessage.objects.exists()
    assert not DirectMessage.objects.exists()
    assert [member["username"] for member in ada.get(f"lobbies/{den}/")["members"]] == ["ada"]


def test_who_said_much_is_erased_in_as_few_queries_as_who_said_little(
    bob: Person, person: Callable[..., Person], den: LobbyId
) -> None:
    def queries_of(person: Person, messages: Any) -> int:
        LobbyMessage.objects.bulk_create(
            LobbyMessage(lobby_id=den, sender_id=person.id, content="hm") for _ in range(messages)
        )
        with CaptureQueriesContext(connection) as queries:
            erase(person.id)
        return len(queries)

    cyd = person("cyd")
    cyd.post(f"lobbies/{den}/join/")
    assert queries_of(bob, 50) == queries_of(cyd, 1)


def test_the_lobby_of_an_erased_owner_goes_to_another(ada: Person, bob: Person, den: LobbyId) -> None:
    assert ada.call("delete", "me/").status_code == 204
    assert bob.get(f"lobbies/{den}/")["owner"]["username"] == "bob"


def test_open_lobbies_are_counted_in_the_status(den: LobbyId) -> None:
    from core import status

    assert status._counts["lobbies"]() == 1


def test_operators_add_words_and_let_words_pass() -> None:
    assert words.mask("what a frobnicating dick") == "what a frobnicating ****"
    FilteredWord.objects.create(word="frob*")
    FilteredWord.objects.create(word="!dick")
    words.forget()
    assert words.mask("what a frobnicating dick") == "what a ************ dick"
