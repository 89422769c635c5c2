"""Signals between two participants, on one worker and across two."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from core.database import in_database
from friends import services as friends
from gameplatform.testing.people import Person
from gameplatform.testing.processes import ServerProcess
from tests.clients import NetworkPlayer
from voice import rules
from voice.tests.conftest import CANDIDATE, OFFER, Den, join, peers


async def test_a_signal_reaches_the_one_it_is_for(ada: Person, bob: Person, cyd: Person, den: Den) -> None:
    lobby = await den(ada, bob, cyd)
    hers, she = await join(ada, lobby)
    his, he = await join(bob, lobby)
    theirs, _ = await join(cyd, lobby)
    for socket in (hers, his):
        while len((await socket.hear("voice_members"))["members"]) < 3:
            pass

    await hers.send(type="voice_signal", to=he["peer"], description=OFFER, id="o")
    await hers.send(type="voice_signal", to=he["peer"], candidate=CANDIDATE)

    assert (await hers.hear("ack"))["ref"] == "o"
    offer, candidate = await his.hear("voice_signal"), await his.hear("voice_signal")
    assert (offer["user_id"], offer["peer"], offer["description"]) == (ada.id, she["peer"], OFFER)
    assert candidate["candidate"] == {**CANDIDATE, "usernameFragment": None}
    await theirs.hear_nothing()
    await hers.hear_nothing()


async def test_a_signal_to_nobody_or_without_sense_is_refused(ada: Person, bob: Person, den: Den) -> None:
    lobby = await den(ada, bob)
    hers, she = await join(ada, lobby)
    his, he = await join(bob, lobby)
    await hers.hear("voice_members")
    await his.send(type="voice_leave")
    await hers.hear("voice_members")
    too_long = {"type": "offer", "sdp": "v" * (rules.MAX_SDP + 1)}
    for code, signal in {
        "unknown_peer": {"to": he["peer"], "description": OFFER},
        "invalid_message": {"to": she["peer"]},
    }.items():
        await hers.send(type="voice_signal", **signal)
        assert await hers.refused() == code
    for signal in (
        {"description": OFFER, "candidate": CANDIDATE},
        {"description": too_long},
        {"description": {"type": "rumour", "sdp": "v"}},
        {"candidate": {"candidate": "c" * (rules.MAX_CANDIDATE + 1)}},
    ):
        await hers.send(type="voice_signal", to=she["peer"], **signal)
        assert await hers.refused() == "invalid_message"
    await his.hear_until("voice_members")
    await his.hear_nothing()


async def test_nothing_passes_between_two_of_whom_one_blocks_the_other(
    ada: Person, bob: Person, den: Den
) -> None:
    lobby = await den(ada, bob)
    hers, she = await join(ada, lobby)
    his, he = await join(bob, lobby)
    await hers.hear("voice_members")

    await in_database(friends.block, user_id=ada.id, blocked_id=bob.id)

    await his.send(type="voice_signal", to=she["peer"], description=OFFER)
    # As if she were not there: that she blocks him stays untold.
    assert await his.refused() == "unknown_peer"
    await hers.hear("player_blocked")
    await hers.send(type="voice_signal", to=he["peer"], description=OFFER)
    assert await hers.refused() == "unknown_peer"
    await his.hear_nothing()


async def test_signals_are_limited(
    ada: Person, bob: Person, den: Den, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SIGNALS", 2)
    monkeypatch.setattr(rules, "SIGNALS_WINDOW_S", 60.0)
    lobby = await den(ada, bob)
    hers, _ = await join(ada, lobby)
    his, he = await join(bob, lobby)
    await hers.hear("voice_members")
    for _ in range(3):
        await hers.send(type="voice_signal", to=he["peer"], candidate=CANDIDATE)
    assert await hers.refused() == "rate_limited"
    await his.hear("voice_signal")
    await his.hear("voice_signal")
    await his.hear_nothing()


async def test_two_servers_are_one_channel_and_who_was_on_a_killed_one_is_gone(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(demo=True) as one, live_server_process(**one.environment) as two:
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        lobby = ada.get("/api/lobbies/?public=1&status=open")["results"][0]["id"]
        joined: list[Any] = []
        for player in (ada, bob):
            player.post(f"/api/lobbies/{lobby}/join/")
            await player.enter("/ws/notifications/")
            await player.send(type="voice_join", kind="lobby", of=lobby)
            joined.append(await player.hear("voice_joined"))
        while len((await ada.hear("voice_members"))["members"]) < 2:
            pass

        await bob.send(type="voice_signal", to=joined[0]["peer"], description=OFFER, id=1)

        heard = await ada.hear("voice_signal")
        assert (heard["peer"], heard["description"]) == (joined[1]["peer"], OFFER)
        assert (await bob.hear("ack"))["ref"] == 1
        two.kill(two.pids[0])
        assert peers(await ada.hear("voice_members")) == {joined[0]["peer"]: "ada"}
