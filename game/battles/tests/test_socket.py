"""Battles over their sockets: commands, events, missed events and refusals."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accounts import bans
from accounts.models import Ban
from core.database import in_database
from game.battles import consumers, services
from game.battles.consumers import CHAT_ALLOWED
from game.battles.models import Battle, Fighter
from game.battles.tests.conftest import Person, make_due
from gameplatform.asgi import application
from realtime.testing import WITHIN_S, Closed, Player
from realtime.worker import Worker

pytestmark = pytest.mark.usefixtures("here", "tireless")


@pytest.fixture
async def battle(here: Worker, new_battle: Callable[..., Battle]) -> Any:
    """A battle that two users have joined."""
    return await in_database(new_battle, hp=100, rats=2)


@pytest.fixture
def enter(here: Worker) -> Callable[..., Awaitable[Any]]:
    """Join the battle, open its socket, and read the first frame and the arrival event."""

    async def enter(person: Person, battle: Any, query: str = "") -> Any:
        await in_database(services.join, user_id=person.id, battle_id=battle.pk)
        player: Any = await person.enter(battle.pk, query)
        player.connected = await player.hear("connected")
        while (await player.hear("player_joined"))["user_id"] != person.id:
            pass
        return player

    return enter


def enemies_of(player: Any) -> list[Any]:
    return [enemy["id"] for enemy in player.connected["enemies"]]


async def test_the_first_frame_is_the_full_state(
    ada: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    player = await enter(ada, battle)
    state = player.connected
    assert (state["id"], state["name"], state["state"]) == (battle.pk, battle.name, "waiting")
    assert [(enemy["hp"], enemy["max_hp"]) for enemy in state["enemies"]] == [(100, 100)] * 2
    (me,) = state["players"]
    assert (me["user_id"], me["username"], me["hp"], me["damage_dealt"]) == (ada.id, "ada", me["max_hp"], 0)
    assert isinstance(state["seq"], int)


async def test_all_fighters_hear_an_attack_and_its_damage_is_the_servers(
    ada: Person, bob: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    one = await enter(ada, battle)
    other = await enter(bob, battle)
    assert (await one.hear("player_joined"))["user_id"] == bob.id
    assert (await one.hear("player_joined"))["connected"] is True
    await one.send(type="attack", enemy_id=enemies_of(one)[0], damage=99_999, timestamp="now")
    heard = [await player.hear("attack") for player in (one, other)]
    assert heard[0] == heard[1]
    assert heard[0]["user_id"] == ada.id
    assert 1 <= heard[0]["damage"] <= 29
    assert heard[0]["enemy_hp"] == 175 - heard[0]["damage"]


async def test_attacks_by_http_are_heard_too(
    ada: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    player = await enter(ada, battle)
    (first, _) = [enemy async for enemy in battle.enemies.order_by("number")]
    answer = (await in_database(ada.attack, first)).json()
    heard = await player.hear("attack")
    assert {key: heard[key] for key in ("damage", "critical", "enemy_hp")} == {
        key: answer[key] for key in ("damage", "critical", "enemy_hp")
    }


async def test_a_battle_is_won_when_its_last_enemy_is_defeated(
    ada: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    player = await enter(ada, battle)
    for enemy_id in enemies_of(player):
        hp = 100
        while hp:
            await player.send(type="attack", enemy_id=enemy_id)
            hp = (await player.hear("attack"))["enemy_hp"]
        assert (await player.hear("enemy_defeated"))["enemy_id"] == enemy_id
    won = await player.hear("battle_won")
    assert won["battle_id"] == battle.pk
    await player.send(type="attack", enemy_id=enemy_id, id="late")
    error = await player.hear("error")
    assert (error["code"], error["ref"]) == ("battle_over", "late")


async def test_enemies_act_by_themselves_until_the_battle_is_lost(
    ada: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    player = await enter(ada, battle)
    await in_database(Fighter.objects.filter(battle=battle).update, hp=12)
    hp = 12
    while hp:
        # Without a request: the worker's background task finds what is due.
        await in_database(make_due, battle)
        heard = await player.hear("enemy_attack")
        assert heard["user_id"] == ada.id
        assert heard["enemy_id"] in enemies_of(player)
        assert heard["player_hp"] == max(0, hp - heard["damage"])
        hp = heard["player_hp"]
        if hp:
            hp = (await player.hear("enemy_attack"))["player_hp"]
    await player.hear("battle_lost")
    assert (await Battle.objects.aget(pk=battle.pk)).state == "lost"


async def test_who_is_muted_or_under_age_says_nothing_in_a_battle(
    ada: Person,
    battle: Any,
    enter: Callable[..., Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    monkeypatch.setattr(bans, "MUTES_CACHED_S", 0)
    one = await enter(ada, battle)
    settings.ADULT_AGE = 16
    await one.send(type="chat", message="hi")
    assert (await one.hear("error"))["code"] == "under_age"
    settings.ADULT_AGE = 0
    await Ban.objects.acreate(user_id=ada.id, kind=Ban.Kind.MUTE)
    await one.send(type="chat", message="hi")
    assert (await one.hear("error"))["code"] == "muted"


async def test_fighters_talk_to_each_other_but_not_too_much(
    ada: Person,
    bob: Person,
    battle: Any,
    enter: Callable[..., Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers, "CHAT_WINDOW_S", 60.0)
    one, other = await enter(ada, battle), await enter(bob, battle)
    await one.hear("player_joined")
    await one.hear("player_joined")
    for _ in range(CHAT_ALLOWED):
        await one.send(type="chat", message="Together, shit!")
        for player in (one, other):
            said = await player.hear("chat")
            assert (said["user_id"], said["username"], said["message"]) == (ada.id, "ada", "Together, ****!")
    await one.send(type="chat", message="Once more")
    error = await one.hear("error")
    assert error["code"] == "rate_limited"
    assert error["retry_after"] > 0


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "attack"}, "invalid_message"),
        ({"type": "attack", "enemy_id": "first"}, "invalid_message"),
        ({"type": "attack", "enemy_id": 2**70}, "unknown_enemy"),
        ({"type": "attack", "enemy_id": 0}, "unknown_enemy"),
        ({"type": "chat", "message": ""}, "invalid_message"),
        ({"type": "chat", "message": "\u2067"}, "invalid_message"),
        ({"type": "heal"}, "unknown_type"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_the_socket_stays(
    ada: Person, battle: Any, enter: Callable[..., Awaitable[Any]], message: dict[str, Any], code: str
) -> None:
    player = await enter(ada, battle)
    await player.send(**message)
    assert await player.refused() == code
    await player.hear_nothing()


async def test_who_has_not_joined_is_kept_out(cyd: Person, battle: Any) -> None:
    player = await cyd.enter(battle.pk)
    assert await player.closed() == 4403


@pytest.mark.parametrize("name", ["0", "77777", "rats", "1" * 40])
async def test_an_unknown_battle_is_not_found(ada: Person, battle: Any, name: str) -> None:
    player = await ada.enter(name)
    assert await player.closed() == 4404


async def test_a_newer_socket_replaces_the_older_and_nobody_has_left(
    ada: Person, bob: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    watcher = await enter(bob, battle)
    older = await enter(ada, battle)
    await watcher.hear("player_joined")
    await watcher.hear("player_joined")
    newer = await ada.enter(battle.pk)
    await newer.hear("connected")
    assert await older.closed() == 4409
    await older.leave()
    await watcher.hear_nothing()
    await newer.send(type="attack", enemy_id=enemies_of(older)[0])
    await newer.hear("attack")


async def test_others_hear_who_goes_and_comes_back(
    ada: Person, bob: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    watcher = await enter(bob, battle)
    player = await enter(ada, battle)
    await watcher.hear("player_joined")
    assert (await watcher.hear("player_joined"))["user_id"] == ada.id
    await player.leave()
    left = await watcher.hear("player_left")
    assert (left["user_id"], left["username"]) == (ada.id, "ada")
    again = await ada.enter(battle.pk)
    state = await again.hear("connected")
    assert len(state["players"]) == 2
    assert (await watcher.hear("player_joined"))["user_id"] == ada.id


async def test_who_goes_while_the_database_still_notes_their_coming_has_gone(
    ada: Person,
    bob: Person,
    battle: Any,
    enter: Callable[..., Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = await enter(bob, battle)
    await in_database(services.join, user_id=ada.id, battle_id=battle.pk)
    coming, gone = asyncio.Event(), threading.Event()
    loop, come, leave = asyncio.get_running_loop(), services.connect, services.disconnect

    def come_late(**who: Any) -> str:
        loop.call_soon_threadsafe(coming.set)
        gone.wait(0.5)  # or it is never set: a closing socket waits for this
        return come(**who)

    def leave_at_once(**who: Any) -> None:
        leave(**who)
        gone.set()

    monkeypatch.setattr(services, "connect", come_late)
    monkeypatch.setattr(services, "disconnect", leave_at_once)
    one = await ada.enter(battle.pk)
    await asyncio.wait_for(coming.wait(), WITHIN_S)
    await one.leave()
    assert (await two.hear_until("player_left"))["user_id"] == ada.id
    fighter = await in_database(Fighter.objects.get, battle=battle, user_id=ada.id)
    assert fighter.socket == ""


async def test_who_comes_back_hears_what_was_missed(
    ada: Person, bob: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    watcher = await enter(bob, battle)
    player = await enter(ada, battle)
    since = player.connected["seq"] + 1  # the last event received is the player's own arrival
    await player.leave()
    await watcher.hear_until("player_left")
    await watcher.send(type="attack", enemy_id=enemies_of(player)[0])
    missed = await watcher.hear("attack")
    again = await ada.enter(battle.pk, f"?since={since}")
    resumed = await again.hear("resumed")
    assert (resumed["recovered"], resumed["seq"]) == (True, missed["seq"])
    assert (await again.hear("player_left"))["user_id"] == ada.id
    assert await again.hear("attack") == missed


async def test_who_comes_back_too_late_gets_the_state_anew(
    ada: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    await (await enter(ada, battle)).leave()
    again = await ada.enter(battle.pk, "?since=5")
    assert (await again.hear("connected"))["recovered"] is False


async def test_one_who_joins_late_sees_how_things_stand(
    ada: Person, bob: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    first = await enter(ada, battle)
    await first.send(type="attack", enemy_id=enemies_of(first)[0])
    dealt = (await first.hear("attack"))["damage"]
    late = await enter(bob, battle)
    assert late.connected["state"] == "active"
    assert late.connected["enemies"][0]["hp"] == 175 - dealt
    joined = await first.hear("player_joined")
    assert joined["enemies"] == late.connected["enemies"]


async def test_the_events_lead_from_the_first_state_to_the_last(
    ada: Person, bob: Person, battle: Any, enter: Callable[..., Awaitable[Any]]
) -> None:
    first = await enter(ada, battle)
    state = first.connected
    enemies = {enemy["id"]: enemy for enemy in state["enemies"]}
    players = {player["user_id"]: player for player in state["players"]}
    second = await enter(bob, battle)
    frames = [await first.hear("player_joined"), await first.hear("player_joined")]
    for enemy_id in enemies:
        for player in (first, second):
            await player.send(type="attack", enemy_id=enemy_id)
    frames += [await first.hear("attack") for _ in range(4)]
    await in_database(make_due, battle)
    frames += [await first.hear("enemy_attack") for _ in range(2)]
    for frame in sorted(frames, key=lambda frame: frame["step"]):
        if frame["type"] == "player_joined":
            enemies = {enemy["id"]: enemy for enemy in frame["enemies"]}
            shown = {name: frame[name] for name in ("user_id", "username", "hp", "max_hp", "connected")}
            players[frame["user_id"]] = {**shown, "damage_dealt": 0}
        elif frame["type"] == "attack":
            enemies[frame["enemy_id"]]["hp"] = frame["enemy_hp"]
            players[frame["user_id"]]["damage_dealt"] += frame["damage"]
        else:
            players[frame["user_id"]]["hp"] = frame["player_hp"]
    later = await ada.enter(battle.pk)
    last = await later.hear("connected")
    players[ada.id]["connected"] = True
    assert last["enemies"] == list(enemies.values())
    assert last["players"] == list(players.values())


async def test_a_socket_needs_a_token(battle: Any) -> None:
    player = await Player(application, f"/ws/battle/{battle.pk}").enter()
    with pytest.raises(Closed) as closed:
        await player.hear()
    assert closed.value.code == 4401
