"""Parties over the world's socket."""

import pytest

from realtime.worker import Worker
from world.tests.conftest import Person

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_party_lives_and_ends_in_the_world(
    here: Worker, ada: Person, bob: Person, cyd: Person
) -> None:
    leader, member, other = await ada.enter(), await bob.enter(), await cyd.enter()
    await leader.hear("player_joined_area")
    await leader.send(type="party_create")
    party = (await leader.hear("party_update"))["party"]
    assert party["leader_id"] == ada.id
    for invitee in (bob, cyd):
        await leader.send(type="party_invite", user_id=invitee.id)
        assert (await leader.hear("party_invite"))["to_user_id"] == invitee.id
    invite = await member.hear("party_invite")
    assert (invite["from_username"], invite["party_id"]) == ("ada", party["id"])
    await member.send(type="party_accept", user_id=ada.id)
    assert (await member.hear("party_update"))["change"] == "joined"
    await leader.hear("party_update")
    await member.send(type="party_chat", content="hi, chief")
    for player in (leader, member):
        said = await player.hear("party_chat")
        assert (said["channel"], said["sender_id"], said["content"]) == ("party", bob.id, "hi, chief")
    await other.hear("party_invite")
    await other.send(type="party_decline")
    await other.hear("party_decline")
    assert (await leader.hear("party_decline"))["to_user_id"] == cyd.id
    await member.send(type="party_kick", user_id=ada.id)
    assert await member.refused() == "not_party_leader"
    await leader.send(type="party_kick", user_id=bob.id)
    assert (await member.hear("party_update"))["change"] == "kicked"
    await leader.hear("party_update")
    await member.send(type="party_leave")
    assert await member.refused() == "not_in_party"
    await leader.send(type="party_disband")
    assert (await leader.hear("party_update"))["change"] == "disbanded"
    await other.hear_nothing()
