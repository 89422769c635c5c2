"""Admission to voice channels, and its end."""

import base64
import hashlib
import hmac
import time
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import jwt
import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import bans
from accounts.models import Ban, User
from chat import services as chat
from core.database import in_database
from friends import services as friends
from friends.models import Friendship
from game import services as games
from game.models import Game
from game.reactions import VOICE_AFTER
from gameplatform.testing.people import Person
from matchmaking.parties import services as parties
from realtime.testing import WITHIN_S, Player
from voice import live, rules
from voice.tests.conftest import CANDIDATE, OFFER, Den, join, join_by, listen, peers


async def befriend(one: Person, other: Person) -> None:
    low, high = sorted((one.id, other.id))
    await Friendship.objects.acreate(low_id=low, high_id=high)


async def joined_party(*people: Person) -> int:
    party = await in_database(parties.create, user_id=people[0].id, open=True)
    for one in people[1:]:
        await in_database(parties.join, user_id=one.id, party_id=party.id)
    return party.id


async def seated(*people: Person, **facts: Any) -> str:
    """Return the id of a game with these people in its seats."""
    players = [games.Player(one.id) for one in people]
    game = await in_database(games.create_game, name="tictactoe", players=players, **facts)
    return str(game.pk)


async def refused(socket: Player, command: str, **fields: Any) -> str:
    await socket.send(type=command, **fields)
    return (await socket.hear_until("error"))["code"]


async def test_members_of_a_lobby_join_and_each_hears_who_is_there(
    ada: Person, bob: Person, den: Den
) -> None:
    lobby = await den(ada, bob)
    hers, alone = await join(ada, lobby)
    assert peers(alone) == {alone["peer"]: "ada"}
    assert (alone["channel"], alone["livekit"]) == ("lobby_den", None)

    his, both = await join(bob, lobby)

    assert peers(both) == {alone["peer"]: "ada", both["peer"]: "bob"}
    heard = await hers.hear("voice_members")
    assert (peers(heard), heard["version"]) == (peers(both), both["version"])
    await his.send(type="voice_leave")
    heard = await hers.hear("voice_members")
    assert peers(heard) == {alone["peer"]: "ada"}
    assert heard["version"] > both["version"]


async def test_who_watches_hears_who_talks_and_is_not_there(ada: Person, bob: Person, den: Den) -> None:
    lobby = await den(ada, bob)
    socket = await listen(bob)
    await socket.send(type="voice_watch", kind="lobby", of=lobby, id=7)
    assert (await socket.hear("voice_members"))["members"] == []
    assert (await socket.hear("ack"))["ref"] == 7

    hers, joined = await join(ada, lobby)

    assert peers(await socket.hear("voice_members")) == {joined["peer"]: "ada"}
    signal = {"to": joined["peer"], "description": OFFER}
    assert await refused(socket, "voice_signal", **signal) == "not_in_voice"
    await socket.send(type="voice_unwatch", channel="lobby_den")
    await hers.leave()
    await socket.hear_nothing()


async def test_who_may_not_write_there_may_not_talk_there(
    ada: Person, bob: Person, cyd: Person, den: Den
) -> None:
    lobby, party = await den(ada, bob), await joined_party(ada, bob)
    await befriend(ada, bob)
    socket = await listen(cyd)
    for command in ("voice_join", "voice_watch"):
        assert await refused(socket, command, kind="lobby", of=lobby) == "not_a_member"
        assert await refused(socket, command, kind="party", of=party) == "unknown_party"
        assert await refused(socket, command, kind="direct", of=bob.id) == "not_friends"
    assert await refused(socket, "voice_join", kind="lobby", of=999) == "unknown_lobby"
    assert await refused(socket, "voice_join", kind="cellar", of=1) == "unknown_voice_channel"
    assert await refused(socket, "voice_join", kind="lobby", of=0) == "invalid_message"


async def test_party_members_and_friends_talk_each_in_their_channel(ada: Person, bob: Person) -> None:
    party = await joined_party(ada, bob)
    await befriend(ada, bob)
    hers, mine = await join(ada, party, "party")
    _, his = await join(bob, party, "party")
    assert mine["channel"] == his["channel"] == f"party_{party}"

    # Joining another channel leaves the one before.
    friend = await join_by(hers, bob.id, "direct")

    low, high = sorted((ada.id, bob.id))
    assert friend["channel"] == f"dm_{low}_{high}"
    assert peers(friend) == {friend["peer"]: "ada"}
    assert [one.user_id for one in (await live.voice().state(f"party_{party}")).participants] == [bob.id]


async def test_the_players_of_a_game_talk_and_nobody_else(ada: Person, bob: Person, cyd: Person) -> None:
    game, private = await seated(ada, bob), await seated(ada, bob, private=True)
    _, alone = await join(ada, game, "game")

    _, both = await join(bob, game, "game")

    assert alone["channel"] == both["channel"] == f"game_{game}"
    assert peers(both) == {alone["peer"]: "ada", both["peer"]: "bob"}
    socket = await listen(cyd)
    for command in ("voice_join", "voice_watch"):
        assert await refused(socket, command, kind="game", of=game) == "not_a_player"
        assert await refused(socket, command, kind="game", of=private) == "unknown_match"
        assert await refused(socket, command, kind="game", of=1) == "unknown_voice_channel"
        assert await refused(socket, command, kind="lobby", of=game) == "unknown_voice_channel"
        assert await refused(socket, command, kind="game", of="den") == "invalid_message"


async def test_who_gives_up_their_seat_is_out_of_the_voice_of_the_game(ada: Person, bob: Person) -> None:
    game = await seated(ada, bob)
    his, _ = await join(bob, game, "game")
    note = partial(games.note_playing, game_id=UUID(game), user_id=bob.id, is_playing=False)
    await in_database(note, is_offered=False)
    await his.hear_nothing()

    await in_database(note, is_offered=True)

    heard = await his.hear_until("voice_ended")
    assert (heard["channel"], heard["user_id"]) == (f"game_{game}", bob.id)
    assert await refused(his, "voice_join", kind="game", of=game) == "not_a_player"


async def test_players_may_join_until_some_time_after_their_game(ada: Person, bob: Person) -> None:
    game, socket = await seated(ada, bob), await listen(ada)

    def ends(before: timedelta) -> None:
        at = timezone.now() - before
        Game.objects.filter(pk=game).update(state=Game.State.FINISHED, finished_at=at)

    await in_database(ends, VOICE_AFTER - timedelta(seconds=60))
    await join_by(socket, game, "game")
    await in_database(ends, VOICE_AFTER + timedelta(seconds=1))
    assert await refused(socket, "voice_join", kind="game", of=game) == "game_not_active"


async def test_the_other_device_takes_the_part(ada: Person, den: Den) -> None:
    lobby = await den(ada)
    phone, first = await join(ada, lobby)

    _, second = await join(ada, lobby)

    assert (await phone.hear_until("voice_replaced"))["channel"] == first["channel"]
    assert peers(second) == {second["peer"]: "ada"}
    await phone.leave()
    assert [one.peer for one in (await live.voice().state("lobby_den")).participants] == [second["peer"]]


@pytest.mark.parametrize("how", ["kick", "ban", "leave", "close"])
async def test_who_is_no_longer_of_the_lobby_is_out_of_its_voice(
    ada: Person, bob: Person, den: Den, how: str
) -> None:
    lobby = await den(ada, bob)
    hers, joined = await join(ada, lobby)
    his, _ = await join(bob, lobby)
    await hers.hear("voice_members")

    if how == "leave":
        await in_database(chat.leave_lobby, user_id=bob.id, lobby_id=lobby)
    elif how == "close":
        await in_database(chat.close_lobby, actor_id=ada.id, lobby_id=lobby)
    else:
        await in_database(getattr(chat, how), actor_id=ada.id, lobby_id=lobby, user_id=bob.id)

    assert (await his.hear("voice_ended"))["channel"] == "lobby_den"
    heard = await hers.hear_until("voice_ended")
    assert heard["user_id"] == (None if how == "close" else bob.id)
    if how != "close":
        assert peers(await hers.hear_until("voice_members")) == {joined["peer"]: "ada"}
    signal = {"to": joined["peer"], "candidate": CANDIDATE}
    assert await refused(his, "voice_signal", **signal) == "not_in_voice"


@pytest.mark.parametrize("how", ["leave", "kick", "disband"])
async def test_who_is_no_longer_of_the_party_is_out_of_its_voice(ada: Person, bob: Person, how: str) -> None:
    party = await joined_party(ada, bob)
    his, _ = await join(bob, party, "party")

    if how == "leave":
        await in_database(parties.leave, user_id=bob.id)
    elif how == "kick":
        await in_database(parties.kick, user_id=ada.id, target_id=bob.id)
    else:
        await in_database(parties.disband, user_id=ada.id)

    assert (await his.hear_until("voice_ended"))["channel"] == f"party_{party}"


async def test_former_friends_are_cut_off(ada: Person, bob: Person) -> None:
    await befriend(ada, bob)
    his, _ = await join(bob, ada.id, "direct")
    await in_database(friends.block, user_id=ada.id, blocked_id=bob.id)
    await his.hear_until("voice_ended")
    assert await refused(his, "voice_join", kind="direct", of=ada.id) == "not_friends"


async def test_a_mute_of_the_lobby_counts_for_its_voice(ada: Person, bob: Person, den: Den) -> None:
    lobby = await den(ada, bob)
    his, before = await join(bob, lobby)
    assert before["muted"] == {}

    await in_database(chat.mute, actor_id=ada.id, lobby_id=lobby, user_id=bob.id)

    heard = await his.hear("voice_muted")
    assert (heard["user_id"], heard["channel"]) == (bob.id, "lobby_den")
    _, joined = await join(ada, lobby)
    assert joined["muted"] == {str(bob.id): heard["until"]}
    await in_database(chat.unmute, actor_id=ada.id, lobby_id=lobby, user_id=bob.id)
    assert (await his.hear_until("voice_muted"))["until"] is None


async def test_who_is_muted_on_the_platform_is_out_of_the_voice(
    ada: Person, bob: Person, den: Den, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bans, "MUTES_CACHED_S", 0)
    lobby = await den(ada, bob)
    hers, joined = await join(ada, lobby)
    his, _ = await join(bob, lobby)
    await hers.hear("voice_members")

    await in_database(bans.impose, Ban(kind=Ban.Kind.MUTE, user_id=bob.id))
    await live.voice().silence()

    assert (await his.hear("voice_ended"))["user_id"] == bob.id
    assert peers(await hers.hear_until("voice_members")) == {joined["peer"]: "ada"}
    assert await refused(his, "voice_join", kind="lobby", of=lobby) == "muted"


async def test_minors_talk_with_their_party_and_not_with_strangers(
    ada: Person, bob: Person, den: Den, settings: Settings
) -> None:
    lobby, party, game = await den(ada, bob), await joined_party(ada, bob), await seated(ada, bob)
    settings.ADULT_AGE = 16
    await User.objects.filter(pk=bob.id).aupdate(birth_date="2020-01-01")
    his, _ = await join(bob, party, "party")
    assert await refused(his, "voice_join", kind="lobby", of=lobby) == "under_age"
    assert await refused(his, "voice_join", kind="game", of=game) == "under_age"


async def test_a_server_without_the_section_has_no_voice(ada: Person, den: Den, settings: Settings) -> None:
    lobby, socket = await den(ada), await listen(ada)
    settings.SECTIONS = ["lobbies"]
    assert await refused(socket, "voice_join", kind="lobby", of=lobby) == "voice_off"


async def test_a_mesh_is_full_at_its_bound(
    ada: Person, bob: Person, cyd: Person, den: Den, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MESH_SIZE", 2)
    lobby = await den(ada, bob, cyd)
    hers, _ = await join(ada, lobby)
    _ = await join(bob, lobby)  # a socket that nobody holds is closed
    socket = await listen(cyd)
    assert await refused(socket, "voice_join", kind="lobby", of=lobby) == "voice_full"
    await join_by(hers, lobby)  # a place of one's own is free for oneself
    await hers.leave()
    await join_by(socket, lobby)


async def test_larger_lobbies_talk_through_livekit_where_there_is_one(
    ada: Person, bob: Person, den: Den, settings: Settings
) -> None:
    secret = "a secret of at least thirty-two bytes"
    settings.VOICE = settings.VOICE._replace(
        livekit_url="wss://livekit.example.com", livekit_key="key", livekit_secret=secret
    )
    lobby = await den(ada, bob, size=9)
    await in_database(chat.mute, actor_id=ada.id, lobby_id=lobby, user_id=bob.id)

    granted = {}
    for who in (ada, bob):
        _, joined = await join(who, lobby)
        assert joined["livekit"]["url"] == "wss://livekit.example.com"
        claims = jwt.decode(joined["livekit"]["token"], secret, algorithms=["HS256"], issuer="key")
        assert (claims["sub"], claims["name"]) == (str(who.id), who.name)
        assert (claims["video"]["room"], claims["video"]["roomJoin"]) == ("lobby_den", True)
        granted[who.name] = claims["video"]["canPublish"]
    assert granted == {"ada": True, "bob": False}


async def test_turn_servers_come_with_credentials_that_expire(
    ada: Person, den: Den, settings: Settings
) -> None:
    settings.VOICE = settings.VOICE._replace(
        stun_urls=["stun:stun.example.com"], turn_urls=["turn:turn.example.com"], turn_secret="north"
    )
    lobby = await den(ada)

    socket, joined = await join(ada, lobby)

    stun, turn = joined["ice_servers"]
    assert stun == {"urls": ["stun:stun.example.com"]}
    expires_at, user_id = map(int, turn["username"].split(":"))
    assert 0 <= time.time() + rules.CREDENTIALS_TTL_S - expires_at < WITHIN_S
    assert user_id == ada.id
    password = hmac.digest(b"north", turn["username"].encode(), hashlib.sha1)
    assert base64.b64decode(turn["credential"]) == password
    # No address is asked for that must not be told.
    settings.VOICE = settings.VOICE._replace(relay_only=True)
    again = await join_by(socket, lobby)
    assert [server["urls"] for server in again["ice_servers"]] == [["turn:turn.example.com"]]
    assert again["relay_only"]
