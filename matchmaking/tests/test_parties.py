"""Parties through the API: create, invite, join, leave, lead, and queue together."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import services as accounts
from accounts.models import User
from chat import pacing
from core import personal_data
from game.models import Game
from matchmaking.invites.models import Invite
from matchmaking.models import Member, Ticket
from matchmaking.parties.models import Party, PartyMember
from matchmaking.tests.conftest import Waiter

pytestmark = pytest.mark.django_db


def names(party: Any) -> list[Any]:
    return [member["username"] for member in party["members"]]


@pytest.fixture
def form() -> Any:
    """``form(ada, bob)``: create a party led by ada."""

    def form(leader: Any, *others: Any) -> Any:
        party = leader.party("create").json()
        for other in others:
            leader.party("invite", user_id=other.id, party_id=party["id"])
            assert other.party("accept", party_id=party["id"]).status_code == 200
        return leader.get("/api/party/").json()

    return form


def updates(told: Any, who: Waiter) -> list[tuple[Any, list[Any], Any]]:
    """Return the user's party updates."""
    return [
        (event.change, [member.username for member in event.party.members], event.party.version)
        for event in told
        if type(event).__name__ == "PartyUpdate" and f"user_{who.id}" in event.audience()
    ]


def test_who_makes_a_party_leads_it_alone(ada: Waiter) -> None:
    answer = ada.party("create")

    assert answer.status_code == 201
    party = answer.json()
    assert party == {
        "id": party["id"],
        "leader_id": ada.id,
        "members": [{"user_id": ada.id, "username": "ada", "ready": False}],
        "max_size": 4,
        "open": False,
        "version": 1,
        "region": None,
    }
    assert ada.get(f"/api/party/{party['id']}").json() == ada.get("/api/party").json() == party


def test_who_accepts_is_in_and_all_are_told(
    ada: Waiter, bob: Waiter, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    with telling() as told:
        party = ada.party("create").json()
        invite = ada.party("invite", party_id=party["id"], user_id=bob.id)
        answer = bob.party("accept", party_id=party["id"])

    assert invite.status_code == 201
    assert (invite.json()["kind"], invite.json()["party_id"]) == ("party", party["id"])
    assert answer.status_code == 200
    assert names(answer.json()) == ["ada", "bob"]
    assert updates(told, ada) == [("created", ["ada"], 1), ("joined", ["ada", "bob"], 2)]
    assert updates(told, bob) == [("joined", ["ada", "bob"], 2)]
    assert f"party_{party['id']}" in told[0].audience()
    assert Invite.objects.get().status == "accepted"
    assert "invite_accepted" in [event.__struct_config__.tag for event in told]


@pytest.mark.parametrize("named_by", ["party", "invite", "nothing"])
def test_an_invite_to_a_party_is_answered_by_any_name_of_it(ada: Waiter, bob: Waiter, named_by: str) -> None:
    party = ada.party("create").json()
    invite = ada.party("invite", user_id=bob.id).json()
    named = {"party": {"party_id": party["id"]}, "invite": {"invite_id": invite["id"]}, "nothing": {}}

    assert bob.party("decline", **named[named_by]).json()["status"] == "declined"
    assert bob.party("accept", **named[named_by]).status_code in (404, 409)
    invite = ada.party("invite", user_id=bob.id).json()
    named["invite"] = {"invite_id": invite["id"]}
    assert names(bob.party("accept", **named[named_by]).json()) == ["ada", "bob"]


def test_an_invite_to_a_party_is_one_of_the_invites(ada: Waiter, bob: Waiter) -> None:
    party = ada.party("create").json()
    invite = ada.invite(bob, party_id=party["id"]).json()
    assert bob.invites() == [invite]

    accepted = bob.answer(invite, "accept").json()

    assert (accepted["status"], accepted["party_id"]) == ("accepted", party["id"])
    assert names(ada.get("/api/party").json()) == ["ada", "bob"]


def test_a_party_has_room_for_four(ada: Waiter, player: Callable[..., Waiter], form: Any) -> None:
    party = form(ada, *(player(name) for name in ("bob", "cyd")))
    late, later = player("dan"), player("eve")
    for each in (late, later):
        ada.party("invite", user_id=each.id)
    assert late.party("accept").status_code == 200

    answer = later.party("accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "party_full")
    assert later.invites()[0]["status"] == "pending"
    refused = ada.party("invite", user_id=player("fay").id)
    assert (refused.status_code, refused.json()["code"]) == (409, "party_full")
    ada.party("kick", user_id=late.id)
    assert later.party("accept", party_id=party["id"]).status_code == 200


def test_nobody_is_in_two_parties(ada: Waiter, bob: Waiter, form: Any) -> None:
    form(ada)
    own = bob.party("create").json()
    ada.party("invite", user_id=bob.id)

    for answer in (bob.party("create"), bob.party("accept")):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_in_party")
    assert bob.get("/api/party").json() == own
    bob.party("leave")
    assert bob.party("accept").status_code == 200


def test_a_leader_who_leaves_hands_over_to_who_has_been_in_longest(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    party = form(ada, bob, cyd)

    with telling() as told:
        assert ada.party("leave").json() == {"status": "left"}

    now = bob.get("/api/party").json()
    assert (now["leader_id"], names(now)) == (bob.id, ["bob", "cyd"])
    assert updates(told, ada) == updates(told, cyd) == [("left", ["bob", "cyd"], party["version"] + 1)]
    assert cyd.party("kick", user_id=bob.id).status_code == 403
    assert bob.party("kick", user_id=cyd.id).status_code == 200


def test_the_last_one_out_ends_the_party(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    party = form(ada, bob)
    ada.party("invite", user_id=cyd.id)
    bob.party("leave")

    with telling() as told:
        ada.party("leave")

    assert updates(told, ada) == [("disbanded", [], party["version"] + 2)]
    assert Party.objects.count() == PartyMember.objects.count() == 0
    assert ada.get(f"/api/party/{party['id']}").status_code == 404
    assert cyd.invites() == []
    assert cyd.party("accept", party_id=party["id"]).status_code == 404
    assert Invite.objects.get(to_user=cyd.id).status == "cancelled"


def test_disbanding_is_told_to_all_who_were_in_and_cancels_its_invites(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    form(ada, bob)
    invite = ada.party("invite", user_id=cyd.id).json()

    with telling() as told:
        assert ada.party("disband").json() == {"status": "disbanded"}

    assert [change for change, *_ in updates(told, ada)] == ["disbanded"]
    assert [change for change, *_ in updates(told, bob)] == ["disbanded"]
    assert [event.invite.id for event in told if type(event).__name__ == "InviteCancelled"] == [invite["id"]]
    answer = cyd.answer(invite, "accept")
    assert (answer.status_code, answer.json()["details"]) == (409, {"status": "cancelled"})


def test_who_is_sent_away_is_told_and_may_be_invited_again(
    ada: Waiter, bob: Waiter, form: Any, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    form(ada, bob)

    with telling() as told:
        assert names(ada.party("kick", user_id=bob.id).json()) == ["ada"]

    assert [(change, members) for change, members, _ in updates(told, bob)] == [("kicked", ["ada"])]
    assert bob.get("/api/party").status_code == 204
    assert ada.party("invite", user_id=bob.id).status_code == 201


def test_readiness_is_seen_by_all(
    ada: Waiter, bob: Waiter, form: Any, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    form(ada, bob)

    with telling() as told:
        bob.party("ready")
        bob.party("ready", ready=True)

    assert [member["ready"] for member in ada.get("/api/party").json()["members"]] == [False, True]
    assert [change for change, *_ in updates(told, ada)] == ["ready"]
    bob.party("ready", ready=False)
    assert [member["ready"] for member in ada.get("/api/party").json()["members"]] == [False, False]


def test_anybody_may_enter_an_open_party_by_its_id(ada: Waiter, bob: Waiter, cyd: Waiter) -> None:
    party = ada.party("create", open=True).json()
    ada.party("invite", user_id=bob.id)

    assert names(bob.party("join", party_id=party["id"]).json()) == ["ada", "bob"]
    assert Invite.objects.get().status == "accepted"
    assert names(cyd.party("join", party_id=party["id"]).json()) == ["ada", "bob", "cyd"]


def test_an_open_party_is_closed_to_whom_its_leader_blocks(ada: Waiter, bob: Waiter) -> None:
    party = ada.party("create", open=True).json()
    ada.post(f"/api/friends/{bob.id}/block/")

    assert bob.party("join", party_id=party["id"]).json()["code"] == "unknown_party"
    assert bob.get(f"/api/party/{party['id']}/").status_code == 404


def test_who_is_in_needs_no_invite(ada: Waiter, bob: Waiter, form: Any) -> None:
    form(ada, bob)

    assert ada.party("invite", user_id=bob.id).json()["code"] == "already_member"


def test_the_erased_are_in_no_party(ada: Waiter, bob: Waiter, form: Any) -> None:
    form(ada, bob)
    assert dict(personal_data.export(ada.id))["party"].leader_id == ada.id

    accounts.erase(User.objects.get(pk=ada.id))

    assert bob.get("/api/party").json()["leader_id"] == bob.id


# Talking


def heard(told: Any, who: Waiter) -> list[tuple[Any, Any]]:
    """Return the party messages that the user received."""
    return [
        (event.sender_name, event.content)
        for event in told
        if type(event).__name__ == "PartyChat" and f"user_{who.id}" in event.audience()
    ]


def test_what_a_member_says_is_heard_by_the_members_alone(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    party = form(ada, bob, cyd)
    cyd.party("leave")

    with telling() as told:
        answer = bob.party("chat", content="  over here ")

    assert answer.status_code == 201
    assert answer.json() == {
        "type": "party_chat",
        "channel": "party",
        "party_id": party["id"],
        "sender_id": bob.id,
        "sender_name": "bob",
        "content": "over here",
        "member_ids": [ada.id, bob.id],
    }
    assert heard(told, ada) == heard(told, bob) == [("bob", "over here")]
    assert heard(told, cyd) == []
    assert f"party_{party['id']}" in told[0].audience()


def test_members_hear_each_other_though_one_blocks_the_other(
    ada: Waiter, bob: Waiter, form: Any, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    form(ada, bob)
    ada.post(f"/api/friends/{bob.id}/block/")

    with telling() as told:
        bob.party("chat", content="still here")

    assert heard(told, ada) == [("bob", "still here")]


def test_the_word_filter_and_the_allowance_of_chat_hold_in_parties(
    ada: Waiter,
    bob: Waiter,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "WINDOW_S", 60.0)
    form(ada, bob)
    with telling() as told:
        answers = [ada.party("chat", content=content) for content in ("shit", "one", "two", "three")]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert heard(told, bob) == [("ada", "****"), ("ada", "one"), ("ada", "two")]


# Queueing as one


def test_a_party_waits_as_one_and_is_matched_as_one(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    player: Callable[..., Waiter],
    table: str,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    party = form(ada, bob, cyd)
    with telling() as told:
        assert ada.join(table, party_id=party["id"]).json()["position"] == 1
    heard = {(event.user_id, event.party_id) for event in told if type(event).__name__ == "QueueJoined"}
    assert heard == {(member.id, party["id"]) for member in (ada, bob, cyd)}
    assert {member.status()["queue_size"] for member in (ada, bob, cyd)} == {1}
    assert ada.join(table, party_id=party["id"]).json()["position"] == 1
    dan = player("dan")

    with telling() as told:
        match = dan.join(table).json()

    assert match["status"] == "matched"
    found = {event.user_id for event in told if type(event).__name__ == "MatchFound"}
    assert found == {ada.id, bob.id, cyd.id, dan.id}
    assert {member.status()["game_id"] for member in (ada, bob, cyd)} == {match["game_id"]}
    assert names(ada.get("/api/party").json()) == ["ada", "bob", "cyd"]


def test_a_party_that_finds_others_waiting_plays_at_once(
    ada: Waiter, bob: Waiter, player: Callable[..., Waiter], table: str, form: Any
) -> None:
    party = form(ada, bob)
    for number in range(2):
        player(f"p{number}").join(table)

    answer = ada.join(table, party_id=party["id"])

    assert answer.status_code == 201
    assert bob.status()["game_id"] == answer.json()["game_id"]


@pytest.mark.parametrize("change", ["join", "leave", "kick", "disband", "hand over"])
def test_a_party_that_changes_is_taken_out_of_the_queue(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    table: str,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
    change: str,
) -> None:
    party = form(ada, bob)
    ada.party("invite", user_id=cyd.id)
    ada.join(table, party_id=party["id"])

    with telling() as told:
        {
            "join": lambda: cyd.party("accept"),
            "leave": lambda: bob.party("leave"),
            "kick": lambda: ada.party("kick", user_id=bob.id),
            "disband": lambda: ada.party("disband"),
            "hand over": lambda: ada.party("leave"),
        }[change]()

    assert Ticket.objects.count() == Member.objects.count() == 0
    assert ada.status() == bob.status() == {"status": "idle"}
    assert {event.user_id for event in told if type(event).__name__ == "QueueLeft"} == {ada.id, bob.id}


def test_readiness_leaves_the_party_in_its_place(ada: Waiter, bob: Waiter, table: str, form: Any) -> None:
    party = form(ada, bob)
    ada.join(table, party_id=party["id"])

    bob.party("ready")

    assert bob.status()["position"] == 1


def test_one_of_the_party_who_leaves_the_queue_takes_all_out_and_they_are_told(
    ada: Waiter,
    bob: Waiter,
    table: str,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    party = form(ada, bob)
    ada.join(table, party_id=party["id"])

    with telling() as told:
        assert bob.leave().json() == {"status": "left"}

    assert ada.status() == {"status": "idle"}
    assert [event.user_id for event in told] == [ada.id, bob.id]
    assert names(ada.get("/api/party").json()) == ["ada", "bob"]


def test_a_party_queues_by_its_leader_alone(
    ada: Waiter, bob: Waiter, cyd: Waiter, table: str, form: Any
) -> None:
    party = form(ada, bob)

    answer = bob.join(table, party_id=party["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_party_leader")
    answer = cyd.join(table, party_id=party["id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_party")
    assert Ticket.objects.count() == 0


def test_a_party_does_not_queue_for_a_game_with_too_few_seats(
    ada: Waiter, bob: Waiter, cyd: Waiter, form: Any
) -> None:
    party = form(ada, bob, cyd)

    answer = ada.join("tictactoe", party_id=party["id"])

    assert (answer.status_code, answer.json()["code"]) == (422, "party_too_large")


def test_a_party_does_not_queue_while_one_of_it_waits_elsewhere(
    ada: Waiter, bob: Waiter, table: str, form: Any
) -> None:
    party = form(ada, bob)
    bob.join("pong")

    answer = ada.join(table, party_id=party["id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "already_queued")
    assert (ada.status()["status"], bob.status()["game"]) == ("idle", "pong")


def test_a_leader_who_waits_alone_does_not_wait_for_the_party_too(
    ada: Waiter, bob: Waiter, table: str, form: Any
) -> None:
    party = form(ada, bob)
    ada.join(table)

    answer = ada.join(table, party_id=party["id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "already_queued")
    assert bob.status() == {"status": "idle"}


def test_a_party_does_not_queue_while_one_of_it_plays_there(
    ada: Waiter, bob: Waiter, cyd: Waiter, player: Callable[..., Waiter], table: str, form: Any
) -> None:
    party = form(ada, bob)
    for number in range(3):
        player(f"p{number}").join(table)
    assert bob.join(table).status_code == 201

    answer = ada.join(table, party_id=party["id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "already_playing")
    assert Game.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "body", "status", "code"),
    [
        ("create", {"open": "yes"}, 422, "invalid"),
        ("create", {"open": 1}, 422, "invalid"),
        ("join", {}, 422, "invalid"),
        ("join", {"party_id": 5}, 404, "unknown_party"),
        ("invite", {"user_id": 5}, 409, "not_in_party"),
        ("invite", {"user_id": 5, "party_id": 5}, 404, "unknown_party"),
        ("accept", {}, 404, "unknown_invite"),
        ("accept", {"party_id": "5"}, 422, "invalid"),
        ("accept", {"invite_id": 5}, 404, "unknown_invite"),
        ("decline", {"party_id": 5}, 404, "unknown_invite"),
        ("ready", {}, 409, "not_in_party"),
        ("chat", {"content": "hi"}, 409, "not_in_party"),
        ("leave", {}, 409, "not_in_party"),
        ("leave", {"party_id": 5}, 404, "unknown_party"),
        ("kick", {"user_id": 5}, 409, "not_in_party"),
        ("disband", {}, 409, "not_in_party"),
    ],
)
def test_what_cannot_be_done_is_refused(
    ada: Waiter, step: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = ada.party(step, **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Party.objects.count() == 0


@pytest.mark.parametrize(
    ("step", "body", "code"),
    [
        ("invite", {}, "invalid"),
        ("invite", {"user_id": "bob"}, "invalid"),
        ("ready", {"ready": 1}, "invalid"),
        ("chat", {"content": "  "}, "invalid_message"),
        ("chat", {}, "invalid"),
        ("kick", {}, "invalid"),
    ],
)
def test_a_member_is_told_what_is_wrong_with_the_body(
    ada: Waiter, form: Any, step: str, body: dict[str, Any], code: str
) -> None:
    form(ada)

    answer = ada.party(step, **body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [("ada", 422, "cannot_kick_oneself"), ("cyd", 404, "unknown_member")],
)
def test_whom_a_leader_cannot_send_away(
    ada: Waiter, bob: Waiter, cyd: Waiter, form: Any, target: str, status: int, code: str
) -> None:
    form(ada, bob)

    answer = ada.party("kick", user_id={"ada": ada, "cyd": cyd}[target].id)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_operators_see_parties_and_can_disband_them(
    admin_client: Client, ada: Waiter, bob: Waiter, form: Any
) -> None:
    party = form(ada, bob)

    assert b"ada, bob" in admin_client.get("/admin/parties/party/").content
    assert admin_client.get(f"/admin/parties/party/{party['id']}/change/").status_code == 200
    admin_client.post("/admin/parties/party/", {"action": "disband", "_selected_action": [str(party["id"])]})

    assert Party.objects.count() == 0


def test_reading_parties_and_invites_takes_few_queries(
    ada: Waiter, bob: Waiter, cyd: Waiter, form: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    party = form(ada, bob)
    ada.party("invite", user_id=cyd.id, party_id=party["id"])
    (invite,) = cyd.get("/api/invites/").json()["results"]

    for who, path, queries in (
        (ada, "/api/party/", 1),
        (ada, f"/api/party/{party['id']}/", 1),
        (cyd, f"/api/party/{party['id']}/", 3),
        (cyd, "/api/invites/", 1),
        (cyd, f"/api/invites/{invite['id']}/", 1),
    ):
        with django_assert_num_queries(queries):
            assert who.get(path).status_code == 200


@pytest.fixture
def regions(settings: Any) -> None:
    settings.REGIONS = {name: f"https://{name}.example.com" for name in ("eu", "sa", "us")}


def test_everybody_may_see_the_regions(client: Client, regions: None) -> None:
    eu, *_ = client.get("/api/regions/").json()
    assert eu == {
        "id": "eu",
        "url": "https://eu.example.com",
        "ping_url": "https://eu.example.com/health/live",
    }


def test_a_party_plays_where_its_slowest_member_is_quickest(
    ada: Waiter,
    bob: Waiter,
    form: Any,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
    regions: None,
) -> None:
    form(ada, bob)

    with telling() as told:
        assert ada.party("latencies", latencies={"eu": 10, "us": 90, "sa": 5}).json()["region"] is None
        assert bob.party("latencies", latencies={"eu": 150, "us": 80}).json()["region"] == "us"
        assert bob.party("latencies", latencies={"eu": 149, "us": 81}).json()["region"] == "us"

    assert [change for change, *_ in updates(told, ada)] == ["latencies"]
    assert ada.get("/api/party/").json()["region"] == "us"
    bob.party("leave")
    assert ada.get("/api/party/").json()["region"] == "sa"


@pytest.mark.parametrize(
    "latencies",
    [{"moon": 1}, {"eu": -1}, {"eu": 60_001}, {"eu": "1"}, {"eu": 1.5}, [], None, {"x" * 9999: 1}],
)
def test_a_latency_is_of_a_region_and_in_milliseconds(
    ada: Waiter, form: Any, regions: None, latencies: Any
) -> None:
    form(ada)
    assert ada.party("latencies", latencies=latencies).status_code == 422
    assert PartyMember.objects.get().latencies == {}
