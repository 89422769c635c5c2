"""The audiences of chat, and messages that are not delivered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from jsonschema import Draft202012Validator

from chat import pacing
from core.database import in_database
from realtime.catalogue.sockets import Description, components, sockets
from realtime.worker import Worker
from world.models import WorldEvent
from world.tests.conftest import Person, block

pytestmark = pytest.mark.django_db(transaction=True)


async def test_talk_is_heard_where_it_is_meant(here: Worker, ada: Person, bob: Person, cyd: Person) -> None:
    """Ada and Bob are in one place; Ada and Cyd are in one faction."""
    at_crossroads, with_her, at_home = await ada.enter(), await bob.enter(), await cyd.enter()
    await at_crossroads.hear("player_joined_area")
    await at_crossroads.send(type="chat", content="hello", channel="area")
    said = await with_her.hear("chat")
    assert said | {"location_id": 0} == {
        "type": "chat",
        "channel": "area",
        "location_id": 0,
        "sender_id": ada.id,
        "sender_name": "Ada",
        "content": "hello",
    }
    await at_crossroads.hear("chat")
    await at_home.hear_nothing()
    await at_crossroads.send(type="faction_chat", content="for the dawn")
    assert (await at_home.hear("faction_chat"))["channel"] == "faction"
    await at_crossroads.hear("faction_chat")
    await with_her.hear_nothing()
    await at_crossroads.send(type="whisper", to_user_id=cyd.id, content="psst")
    for player in (at_home, at_crossroads):
        whispered = await player.hear("whisper")
        assert (whispered["content"], whispered["to_user_id"]) == ("psst", cyd.id)
    await with_her.hear_nothing()
    for asked in ({"channel": "world"}, {}):
        await with_her.send(type="chat", content="hear me", **asked)
        for player in (at_crossroads, with_her, at_home):
            assert (await player.hear("chat"))["channel"] == "world"


async def test_an_under_age_player_says_nothing_in_the_world(
    here: Worker, ada: Person, bob: Person, settings: Any
) -> None:
    settings.ADULT_AGE = 16
    with_her = await bob.enter()
    child = await ada.enter()
    await with_her.hear("player_joined_area")
    for said in (
        {"type": "chat", "channel": "world"},
        {"type": "chat", "channel": "area"},
        {"type": "faction_chat"},
        {"type": "whisper", "to_user_id": bob.id},
    ):
        await child.send(content="hello", **said)
        assert (await child.hear("error"))["code"] == "under_age", said
    await with_her.hear_nothing()


async def test_who_whispers_to_oneself_hears_it_once(here: Worker, ada: Person) -> None:
    player = await ada.enter()
    for content in ("one", "two"):
        await player.send(type="whisper", to_user_id=ada.id, content=content)
        assert (await player.hear("whisper"))["content"] == content
    await player.hear_nothing()


async def test_what_is_said_has_the_form_that_clients_are_told_of(
    here: Worker, ada: Person, bob: Person
) -> None:
    (world,) = [socket for socket in sockets() if socket.name == "World"]
    told = {description.type: description for description in world.messages}
    player, other = await ada.enter(), await bob.enter()
    frames = [await player.hear("player_joined_area")]
    await player.send(type="chat", content="hello", channel="area")
    frames.append(await other.hear("chat"))
    await player.send(type="whisper", to_user_id=bob.id, content="psst")
    frames.append(await other.hear("whisper"))
    await other.send(type="chat", channel="world", content="hear me")
    frames.append(await other.hear("chat"))
    for frame in frames:
        _form_of(told[frame["type"]]).validate(frame)


def _form_of(told: Description) -> Draft202012Validator:
    return Draft202012Validator(told.schema() | {"components": {"schemas": components([told])}})


async def test_nobody_whispers_to_who_is_away_unknown_or_blocks_them(
    here: Worker, ada: Person, bob: Person, cyd: Person
) -> None:
    await in_database(block, bob, ada)
    player, deaf = await ada.enter(), await bob.enter()
    await player.hear("player_joined_area")
    for to_user_id in (bob.id, cyd.id, 2**40):
        await player.send(type="whisper", to_user_id=to_user_id, content="psst")
        assert await player.refused() == "not_in_world"
    await deaf.hear_nothing()


async def test_all_channels_share_the_allowance_and_the_word_filter(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "WINDOW_S", 60.0)
    player = await ada.enter()
    await player.send(type="chat", content="what shit")
    assert (await player.hear("chat"))["content"] == "what ****"
    await player.send(type="faction_chat", content="one")
    await player.send(type="chat", channel="world", content="two")
    await player.hear_until("chat")
    await player.send(type="whisper", to_user_id=ada.id, content="three")
    refused = await player.hear_until("error")
    assert refused["code"] == "rate_limited"
    assert 0 < refused["retry_after"] <= 60


@pytest.mark.parametrize("roles", [[], ["economist"]])
def test_staff_whose_role_says_nothing_of_announcements_make_none(
    person: Callable[..., Person], roles: list[Any] | list[str]
) -> None:
    clerk = person("clerk", roles=roles)
    refused = clerk.call("post", "world/announce", {"content": "I am king"})
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    assert not WorldEvent.objects.exists()
    assert not LogEntry.objects.exists()


async def test_operators_who_may_announce_and_it_is_kept_and_in_the_audit_trail(
    here: Worker, ada: Person, person: Callable[..., Person]
) -> None:
    boss = await in_database(lambda: person("boss", roles=["moderator"]))
    player, staff = await ada.enter(), await boss.enter()
    await player.hear("player_joined_area")
    await player.send(type="world_announcement", content="I am king")
    assert await player.refused() == "staff_only"
    refused = await in_database(ada.call, "post", "world/announce", {"content": "I am king"})
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    await staff.send(type="world_announcement", content="Bread is free")
    assert (await player.hear("world_announcement"))["content"] == "Bread is free"
    done = await in_database(boss.call, "post", "world/announce", {"content": "For a day"})
    assert done.status_code == 204
    assert (await player.hear("world_announcement"))["content"] == "For a day"
    page = (await in_database(ada.call, "get", "world/events?limit=1")).json()
    assert [(one["type"], one["detail"]["content"]) for one in page["results"]] == [
        ("world_announcement", "For a day")
    ]
    assert page["next"]
    assert await in_database(WorldEvent.objects.count) == 2
    trail = await in_database(lambda: list(LogEntry.objects.order_by("pk").values("user", "change_message")))
    assert trail == [
        {"user": boss.id, "change_message": f"Announced to the world: {said}"}
        for said in ("Bread is free", "For a day")
    ]


async def test_only_who_asked_hears_the_ref_of_what_answers(here: Worker, ada: Person, bob: Person) -> None:
    one, other = await ada.enter(), await bob.enter()
    for command in (
        {"type": "chat", "content": "to the world"},
        {"type": "chat", "content": "to the place", "channel": "area"},
        {"type": "whisper", "content": "psst", "to_user_id": bob.id},
    ):
        kind = str(command["type"])
        await one.send(id=7, **command)
        own, others = await one.hear_until(kind), await other.hear_until(kind)
        assert own == others | {"ref": 7}
        assert "ref" not in others
    await other.send(type="faction_chat", content="ours", id="b")
    assert (await other.hear_until("faction_chat"))["ref"] == "b"
    await one.send(type="party_create", id="p")
    assert (await one.hear_until("party_update"))["ref"] == "p"
    await one.send(type="party_invite", user_id=bob.id, id="i")
    assert (await one.hear_until("party_invite"))["ref"] == "i"
    assert "ref" not in await other.hear_until("party_invite")
    await other.send(type="party_accept", id="a")
    assert (await other.hear_until("party_update"))["ref"] == "a"
    assert "ref" not in await one.hear_until("party_update")
    await other.send(type="party_leave")
    assert "ref" not in await other.hear_until("party_update")
