"""Moderation of lobbies: kicks, bans, mutes, moderators, reports."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from chat import selectors
from chat.events import LobbyId
from chat.models import Report, Sanction
from chat.tests.conftest import Person
from chat.tests.test_rooms import together
from core.database import in_database
from realtime.worker import Worker

pytestmark = pytest.mark.django_db
over_sockets = pytest.mark.django_db(transaction=True)


def in_an_hour() -> str:
    return (timezone.now() + timedelta(hours=1)).isoformat()


@over_sockets
async def test_who_is_kicked_hears_why_is_shut_out_and_may_come_back(
    here: Worker, ada: Person, bob: Person, den: LobbyId
) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    laptop = await bob.enter(f"lobbies/{den}/")
    await laptop.hear("presence_state")
    await ada.do(f"lobbies/{den}/kick/", user_id=bob.id, reason="noise")
    for who in (ada_hears, bob_hears, laptop):
        told = await who.hear("moderation_kick")
        assert (told["target_id"], told["target_username"], told["reason"]) == (bob.id, "bob", "noise")
    assert await bob_hears.closed() == 4403
    assert await laptop.closed() == 4403
    await bob_hears.leave()
    await laptop.leave()
    assert (await ada_hears.hear("presence_leave"))["user_id"] == bob.id
    assert await (await bob.enter(f"lobbies/{den}/")).closed() == 4403
    await bob.do(f"lobbies/{den}/join/")
    await bob.sit(den)


@over_sockets
async def test_who_is_kicked_at_the_moment_of_coming_back_is_shut_out_too(
    here: Worker, ada: Person, bob: Person, den: LobbyId, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await ada_hears.send(type="chat_message", message="one")
    seen = (await bob_hears.hear("chat_message"))["seq"]
    await bob_hears.leave()

    def entered(*who: Any, **which: Any) -> tuple[int, str]:
        lobby = lobby_entered_by(*who, **which)
        monkeypatch.setattr(selectors, "lobby_entered_by", lobby_entered_by)
        ada.post(f"lobbies/{den}/kick/", user_id=bob.id)
        asyncio.run_coroutine_threadsafe(ada_hears.hear_until("moderation_kick"), loop).result(60)
        return lobby

    loop, lobby_entered_by = asyncio.get_running_loop(), selectors.lobby_entered_by
    monkeypatch.setattr(selectors, "lobby_entered_by", entered)
    back = await bob.enter(f"lobbies/{den}/?since={seen}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert await back.closed() == 4403


@over_sockets
async def test_who_is_banned_stays_out_until_the_ban_ends_by_itself(
    here: Worker, ada: Person, bob: Person, den: LobbyId
) -> None:
    (bob_hears,) = await together(den, bob)
    await ada.do(f"lobbies/{den}/ban/", user_id=bob.id, reason="noise", until=in_an_hour())
    assert (await bob_hears.hear("moderation_ban"))["reason"] == "noise"
    assert await bob_hears.closed() == 4403
    refused = await in_database(bob.call, "post", f"lobbies/{den}/join/")
    assert (refused.status_code, refused.json()["code"]) == (403, "banned")
    assert refused.json()["details"]["reason"] == "noise"
    await in_database(Sanction.objects.update, until=timezone.now() - timedelta(seconds=1))
    await bob.do(f"lobbies/{den}/join/")


def test_a_ban_without_end_lasts_until_it_is_lifted(ada: Person, bob: Person, den: LobbyId) -> None:
    ada.post(f"lobbies/{den}/ban/", user_id=bob.id)
    assert bob.refused(f"lobbies/{den}/join/") == (403, "banned")
    (listed,) = ada.get(f"lobbies/{den}/sanctions/")["results"]
    assert (listed["user"]["username"], listed["kind"], listed["until"]) == ("bob", "ban", None)
    ada.post(f"lobbies/{den}/unban/", user_id=bob.id)
    bob.post(f"lobbies/{den}/join/")


def test_who_never_was_a_member_can_be_banned(ada: Person, cyd: Person, den: LobbyId) -> None:
    ada.post(f"lobbies/{den}/ban/", user_id=cyd.id)
    assert cyd.refused(f"lobbies/{den}/join/") == (403, "banned")
    assert ada.refused(f"lobbies/{den}/ban/", user_id=10**12) == (404, "not_found")


@over_sockets
async def test_who_is_muted_hears_and_does_not_speak_until_it_ends(
    here: Worker, ada: Person, bob: Person, den: LobbyId
) -> None:
    (bob_hears,) = await together(den, bob)
    await ada.do(f"lobbies/{den}/mute/", user_id=bob.id, reason="caps", until=in_an_hour())
    told = await bob_hears.hear("moderation_mute")
    assert (told["target_id"], told["reason"]) == (bob.id, "caps")
    await bob_hears.send(type="chat_message", message="LET ME")
    assert await bob_hears.refused() == "muted"
    # Leaving does not lift a mute.
    await bob.do(f"lobbies/{den}/leave/")
    await bob.do(f"lobbies/{den}/join/")
    back = await bob.enter(f"lobbies/{den}/")
    assert (await back.hear("presence_state"))["you"]["muted_until"] is not None
    refused = await in_database(bob.call, "post", f"lobbies/{den}/messages/", {"content": "LET ME"})
    assert (refused.status_code, refused.json()["code"]) == (403, "muted")
    await in_database(Sanction.objects.update, until=timezone.now() - timedelta(seconds=1))
    await bob.do(f"lobbies/{den}/messages/", content="thanks")


@over_sockets
async def test_a_mute_can_be_ended(here: Worker, ada: Person, bob: Person, den: LobbyId) -> None:
    (bob_hears,) = await together(den, bob)
    await ada.do(f"lobbies/{den}/mute/", user_id=bob.id)
    assert (await bob_hears.hear("moderation_mute"))["until"] is not None
    await ada.do(f"lobbies/{den}/unmute/", user_id=bob.id)
    assert (await bob_hears.hear("moderation_mute"))["until"] is None
    await bob_hears.send(type="chat_message", message="thanks")
    await bob_hears.hear("chat_message")


def test_a_mute_lasts_ten_minutes_if_nothing_else_is_said(ada: Person, bob: Person, den: LobbyId) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        ada.post(f"lobbies/{den}/mute/", user_id=bob.id)
        assert Sanction.objects.get().until == timezone.now() + timedelta(minutes=10)


@pytest.mark.parametrize("verb", ["ban", "mute"])
def test_an_end_in_the_past_is_refused(ada: Person, bob: Person, den: LobbyId, verb: str) -> None:
    answer = ada.call("post", f"lobbies/{den}/{verb}/", {"user_id": bob.id, "until": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["until"])


VERBS = ["kick", "ban", "mute"]


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_acts_on_the_owner_and_moderators_not_on_each_other(
    ada: Person, bob: Person, cyd: Person, dan: Person, den: LobbyId, verb: str
) -> None:
    for somebody in (cyd, dan):
        somebody.post(f"lobbies/{den}/join/")
    for moderator in (bob, cyd):
        ada.post(f"lobbies/{den}/moderators/", user_id=moderator.id)

    def act(actor: Any, target: Any) -> Any:
        return actor.refused(f"lobbies/{den}/{verb}/", user_id=target.id)

    for actor, target in ((bob, ada), (bob, cyd), (bob, bob), (ada, ada), (dan, ada), (dan, bob), (dan, dan)):
        assert act(actor, target) == (403, "rank_too_low"), (actor.name, target.name)
    assert act(bob, dan) == (204, "done")
    assert act(ada, bob) == (204, "done")


def test_the_owner_alone_makes_and_unmakes_moderators(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    cyd.post(f"lobbies/{den}/join/")
    ada.post(f"lobbies/{den}/moderators/", user_id=bob.id)
    assert bob.get(f"lobbies/{den}/")["role"] == "moderator"
    assert bob.refused(f"lobbies/{den}/moderators/", user_id=cyd.id) == (403, "owner_only")
    assert ada.refused(f"lobbies/{den}/moderators/", user_id=ada.id) == (403, "rank_too_low")
    assert ada.call("delete", f"lobbies/{den}/moderators/", {"user_id": bob.id}).status_code == 204
    assert bob.get(f"lobbies/{den}/")["role"] == "member"
    ada.post(f"lobbies/{den}/moderators/", user_id=bob.id)
    assert ada.call("delete", f"lobbies/{den}/moderators/?user_id={bob.id}").status_code == 204


@over_sockets
async def test_a_new_moderator_is_told_to_all(here: Worker, ada: Person, bob: Person, den: LobbyId) -> None:
    (bob_hears,) = await together(den, bob)
    await ada.do(f"lobbies/{den}/moderators/", user_id=bob.id)
    changed = (await bob_hears.hear("lobby_update"))["member"]
    assert (changed["user_id"], changed["role"], changed["online"]) == (bob.id, "moderator", True)


def test_moderators_take_away_what_lower_ranks_said(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    cyd.post(f"lobbies/{den}/join/")
    ada.post(f"lobbies/{den}/moderators/", user_id=bob.id)
    of_ada, of_bob, of_cyd = (
        somebody.post(f"lobbies/{den}/messages/", content="hm")["id"] for somebody in (ada, bob, cyd)
    )

    def delete(who: Person, message: Any) -> Any:
        return who.call("delete", f"lobbies/{den}/messages/{message}/").status_code

    assert delete(cyd, of_bob) == 403
    assert delete(bob, of_ada) == 403
    assert delete(bob, of_cyd) == 204
    assert delete(bob, of_bob) == 204
    assert delete(ada, of_ada) == 204


def test_a_message_of_another_lobby_is_unknown_here(ada: Person, bob: Person, den: LobbyId) -> None:
    other = ada.open("lair")
    message = ada.post(f"lobbies/{other}/messages/", content="hm")["id"]
    answer = ada.call("delete", f"lobbies/{den}/messages/{message}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_message")


def test_a_message_is_reported_once_by_each(ada: Person, bob: Person, cyd: Person, den: LobbyId) -> None:
    message = ada.post(f"lobbies/{den}/messages/", content="hm")["id"]
    path = f"lobbies/{den}/messages/{message}/report/"
    assert bob.post(path, reason="rude")["id"] == bob.post(path, reason="very rude")["id"]
    assert cyd.refused(path) == (403, "not_a_member")
    assert Report.objects.get().reason == "rude"


def test_a_sanction_of_a_user_replaces_the_one_before(ada: Person, bob: Person, den: LobbyId) -> None:
    ada.post(f"lobbies/{den}/ban/", user_id=bob.id, until=in_an_hour())
    ada.post(f"lobbies/{den}/ban/", user_id=bob.id)
    assert Sanction.objects.get().until is None


@pytest.mark.parametrize("verb", [*VERBS, "unban", "unmute", "moderators"])
@pytest.mark.parametrize(
    "body", [{}, {"user_id": "bob"}, {"user_id": None}, {"user_id": 2**63}, {"user_id": 0}]
)
def test_a_target_is_a_users_id(ada: Person, den: LobbyId, verb: Any, body: dict[str, Any]) -> None:
    assert ada.call("post", f"lobbies/{den}/{verb}/", body).status_code == 422
