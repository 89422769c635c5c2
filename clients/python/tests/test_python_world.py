"""The shared world through the Python client, against a real server."""

import asyncio
import re
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from gameplatform_client import ChannelClosed, CommandRefused, MessageType, NetworkClient
from gameplatform_client.netcode import Clock, Prediction
from gameplatform_client.state import SyncedState

PACKAGE = Path(__file__).resolve().parent.parent
WITHIN_S = 60.0


async def soon(what: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(what, WITHIN_S)


async def in_time(deed: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    """Run it, at the pace that the server's rate limits allow."""
    while True:
        try:
            return await deed(*arguments)
        except CommandRefused as refused:
            if refused.retry_after is None:
                raise
            await asyncio.sleep(refused.retry_after)


async def travel(client: NetworkClient, goal: int) -> None:
    """Walk there by the shortest way."""
    paths = {place.id: place.paths for place in (await client.get_world_state()).locations}
    (here,) = {player.location_id for player in client.world.present.values()}
    ways = [[here]]
    while ways[0][-1] != goal:
        way = ways.pop(0)
        ways += [[*way, place] for place in paths[way[-1]] if place not in way]
    for place in ways[0][1:]:
        await in_time(client.send_move, place)


@pytest.fixture
async def ada(demo_server: Any) -> AsyncIterator[NetworkClient]:
    async with NetworkClient(demo_server.base_url) as client:
        yield client


@pytest.fixture
async def bob(demo_server: Any) -> AsyncIterator[NetworkClient]:
    async with NetworkClient(demo_server.base_url) as client:
        yield client


async def come(client: NetworkClient, username: str, name: str, faction: str) -> int:
    """Enter the world with a new character; return its id."""
    await client.connect(username, "testpass123")
    character = await client.create_character(name, faction)
    assert character in await client.get_characters()
    assert (await client.get_characters())[-1]["id"] == character.id
    selected = await client.select_character(str(character.id))
    assert selected.selected
    assert await client.get_nearby_players() == []
    return selected.id


async def test_two_meet_talk_trade_fight_and_capture(ada: NetworkClient, bob: NetworkClient) -> None:
    adas = await come(ada, "premium_user_1", "Adanna", "Dawnguard")
    bobs = await come(bob, "user_2", "Bobrun", "Tideborn")
    shard = (await ada.get_shards())[0]

    # They meet.
    await travel(ada, shard.location_id)
    joined = ada.world.expect(MessageType.PLAYER_JOINED_AREA)
    await travel(bob, shard.location_id)
    await soon(joined)
    (near,) = await ada.get_nearby_players()
    assert (near.character_id, near.character_name, near.faction) == (bobs, "Bobrun", "Tideborn")
    assert [one.character_id for one in await bob.get_nearby_players(shard.location_id)] == [adas]
    assert [one["character_id"] for one in await bob.get_nearby_players(str(shard.location_id))] == [adas]
    assert await bob.get_nearby_players(location_id=shard.location_id + 1) == []
    assert near["last_seen"] == near.last_seen <= datetime.now(UTC)

    # They walk about, as far as one can.
    seen = bob.world.expect(MessageType.LOCATION_UPDATE)
    await ada.send_position_update(position=(0.5, 0.0, 0.0), velocity={"x": 1.0, "y": 0.0, "z": 0.0})
    await soon(seen)
    assert (await bob.get_nearby_players())[0].position["x"] == 0.5
    refusals: asyncio.Queue[Any] = asyncio.Queue()
    ada.register_handler(MessageType.ERROR, refusals.put)
    put_back = ada.world.expect(MessageType.CHARACTER_UPDATE)
    await ada.send_position_update(position=(90.0, 0.0, 0.0))
    assert (await soon(refusals.get())).error_code == "impossible_move"
    assert (await soon(put_back))["position"]["x"] == 0.5

    # They talk.
    heard: asyncio.Queue[Any] = asyncio.Queue()
    for kind in (MessageType.CHAT, MessageType.WHISPER, MessageType.PARTY_CHAT):
        bob.register_handler(kind, heard.put)
    for channel in ("area", "world"):
        await in_time(ada.send_chat, f"Hello, {channel}", channel)
        said = await soon(heard.get())
        assert (said.content, said["channel"], said.sender_name) == (f"Hello, {channel}", channel, "Adanna")
    await in_time(ada.whisper, str(bob.user.id), "psst")
    whisper = await soon(heard.get())
    assert (whisper.sender_id, whisper["sender_name"], whisper.get("content")) == (
        ada.user.id,
        "Adanna",
        "psst",
    )

    # They are a party.
    invited = bob.world.expect(MessageType.PARTY_INVITE)
    await ada.ask(MessageType.PARTY_CREATE)
    await ada.ask(MessageType.PARTY_INVITE, user_id=bob.user.id)
    await bob.ask(MessageType.PARTY_ACCEPT, invite_id=(await soon(invited))["invite_id"])
    await in_time(ada.send_party_chat, "All for one")
    assert (await soon(heard.get()))["content"] == "All for one"
    await bob.ask(MessageType.PARTY_LEAVE)

    # They trade.
    before = (await bob.request("GET", "/api/player/me"))["gold"]
    asked = bob.world.expect(MessageType.TRADE_REQUEST)
    trade_id = await ada.request_trade(bob.user.id)
    assert (await soon(asked))["trade_id"] == trade_id
    await bob.accept_trade(trade_id)
    offered = bob.world.expect(MessageType.TRADE_UPDATE)
    await ada.offer_in_trade(trade_id, gold=25)
    version = (await soon(offered))["version"]
    with pytest.raises(CommandRefused) as refused:
        await bob.confirm_trade(trade_id, version - 1)
    assert refused.value.error_code == "stale_version"
    traded = ada.world.expect(MessageType.TRADE_COMPLETE)
    await ada.confirm_trade(trade_id, version)
    await bob.confirm_trade(trade_id, version)
    await soon(traded)
    assert (await bob.request("GET", "/api/player/me"))["gold"] == before + 25

    # They fight, and who loses is sent home.
    combat_id = await ada.start_combat(str(bobs))
    for unknown, code in (("combat_123", "invalid_message"), (str(combat_id), "not_owned")):
        with pytest.raises(CommandRefused) as refused:
            await ada.send_combat_action(combat_id=unknown, action_type="item", item_id=789)
        assert refused.value.error_code == code
    struck = ada.world.expect(MessageType.COMBAT_DAMAGE)
    ended = ada.world.expect(MessageType.COMBAT_END)
    while not ended.done():
        try:
            await in_time(ada.send_combat_action, combat_id, "attack", bobs)
        except CommandRefused:
            await soon(ended)
    assert (ended.result()["winner_id"], ended.result().loser_id) == (adas, bobs)
    assert struck.result().amount == struck.result()["damage"] > 0
    while await ada.get_nearby_players():
        await soon(ada.world.expect(MessageType.PLAYER_LEFT_AREA))

    # A shard is captured, and both hear of it.
    captured = bob.world.expect(MessageType.SHARD_CAPTURED)
    await ada.capture_shard(str(shard.id))
    told = await soon(captured)
    assert (told.faction, told.shard_name, told["character_name"]) == ("Dawnguard", shard["name"], "Adanna")
    assert next(one for one in await bob.get_shards() if one.id == shard.id).faction == "Dawnguard"


async def test_an_encrypted_world_is_played_as_any_other(demo_server: Any) -> None:
    url, key = demo_server.base_url, demo_server.environment["ENCRYPTION_KEY"]
    async with NetworkClient(url, encryption_key=key) as client:
        assert client.encryption_enabled
        await client.sign_in_as_guest()
        await client.connect_to_world()
        with pytest.raises(CommandRefused) as refused:
            await client.send_chat("Is anybody here?")
        assert refused.value.error_code == "no_character"
    async with NetworkClient(url) as client:
        assert not client.encryption_enabled
        client.encryption_enabled = True
        await client.sign_in_as_guest()
        world = await client.connect_to_world()
        again = world.expect(MessageType.RESUMED)
        await world._socket.close(1001)  # type: ignore[union-attr]
        assert (await soon(again)).recovered
        with pytest.raises(CommandRefused) as refused:
            await client.send_chat("Is anybody here?")
        assert refused.value.error_code == "no_character"
    async with NetworkClient(url, encryption_key="another") as client:
        await client.sign_in_as_guest()
        with pytest.raises(ChannelClosed) as closed:
            await client.connect_to_world()
        assert closed.value.error_code == "not_a_message"


def run(program: list[str], server: Any, stdin: str = "") -> str:
    """Run a program with the package installed; return its output."""
    ended = subprocess.run(
        [sys.executable, *program],
        env={"PYTHONPATH": str(PACKAGE), "SERVER_URL": server.base_url},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout


def sample(heading: str) -> str:
    """Return the program under this heading of the README."""
    section = (PACKAGE / "README.md").read_text().partition(f"\n## {heading}\n")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("heading", "said"),
    [("Quick start", "says Hello, world\n"), ("Without `await`", "says Hello from plain code\n")],
)
def test_the_quick_starts_say_hello_and_hear_it(demo_server: Any, heading: str, said: str) -> None:
    assert run(["-c", sample(heading)], demo_server).endswith(said)


def test_messages_are_made_and_read_as_the_readme_says(demo_server: Any) -> None:
    assert run(["-c", sample("Messages")], demo_server) == "Hello world\nEmber Dawnguard\n5\n"


GUESTS = """
import asyncio
from gameplatform_client import MessageType, NetworkClient

async def guest():
    async with NetworkClient() as client:
        await client.sign_in_as_guest()
{program}

async def main():
    await asyncio.gather(guest(), guest())

asyncio.run(main())
"""


def test_two_who_do_as_the_readme_says_play_a_game_to_its_end(demo_server: Any) -> None:
    program = textwrap.indent(sample("Games and people"), " " * 8)
    ended = run(["-c", GUESTS.format(program=program)], demo_server)
    assert ended == "Game over: win\n" * 2


def test_the_examples_do_what_they_say(demo_server: Any) -> None:
    bot = run([str(PACKAGE / "examples" / "bot.py"), "--walks", "2", "--every", "0"], demo_server)
    assert bot.count("walked to ") == 2
    lines = "Anybody here?\n/who\n/go Nowhere\n/w 0 psst\n/quit\n"
    said = run([str(PACKAGE / "examples" / "chat.py"), "user_3", "testpass123"], demo_server, lines)
    assert "You are " in said
    assert "Anybody here?" in said
    assert "There is no place called Nowhere." in said
    assert "That was refused" in said


def test_the_example_of_prediction_plays_pong(demo_server: Any) -> None:
    said = run([str(PACKAGE / "examples" / "pong.py"), "--points", "1"], demo_server)
    told = re.fullmatch(
        r"(0:1|1:0) after (\d+) pictures\nThe paddle was shown at most (\d+) units ahead .*\n", said
    )
    assert told is not None, said
    assert int(told[2]) > 60
    # It is ahead by what it moves until the server answers: on a machine that stalls, by all of its way.
    assert 0 < int(told[3]) <= 450 - 90


async def test_a_prediction_that_was_wrong_comes_to_rest_where_the_server_has_it(ada: NetworkClient) -> None:
    await ada.sign_in_as_guest()
    made = await ada.request("POST", "/api/games/", {"game": "pong", "bots": [1], "target": 21})
    sync = SyncedState()
    game = await ada.connect_to_game(made.id, sync=sync)
    await game.begin()
    assert game.newest is not None
    side = game.newest["view"]["you"]["side"]
    there: float = game.newest["view"]["paddles"][side]
    start, still, clock = there, 0, Clock(60)

    def step(y: float, direction: int, seconds: float) -> float:
        # Half as fast as on the server: only what the server tells can make this right.
        return y + direction * 210 * seconds

    own = Prediction(there, 0, step, tick_rate=60)

    def hear(frame: Any) -> None:
        nonlocal there
        clock.ticked(frame.tick, now())
        there = frame.view.paddles[side]
        own.correct(frame.tick, there, sync.ack)

    def now() -> float:
        return asyncio.get_running_loop().time() * 1000

    async def until(is_so: Callable[[float], bool]) -> None:
        while True:
            tick = clock.predicted(now())
            if tick is not None and is_so(own.advance(tick)):
                return
            await asyncio.sleep(1 / 60)

    def is_still(shown: float) -> bool:
        nonlocal still
        still = still + 1 if abs(shown - there) < 0.2 else 0
        return still > 30

    game.register_handler(MessageType.GAME_TICK, hear)
    async with asyncio.timeout(WITHIN_S):
        await game.steer({"direction": 1, "n": own.steer(1)})
        await until(lambda shown: there - start > 60)
        await game.steer({"direction": 0, "n": own.steer(0)})
        await until(lambda shown: sync.ack == own.n)
        await until(is_still)
