"""Sockets that ask for changes only, and the inputs of real-time games that are told to nobody else."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from gameplatform_client.state import SyncedState  # type: ignore[import-not-found]

from game.author import PLAY_ON, Annotated, Game, Meta, Record, Seat, State, catalogue, move
from game.author.match import Match
from game.live import rooms
from game.models import Game as StoredGame
from game.tests.conftest import begin
from gameplatform.asgi import application
from gameplatform.testing.people import Person
from realtime import worker
from realtime.testing import Player

NewGame = Callable[..., Awaitable[StoredGame]]


class Push(Record):
    force: Annotated[float, Meta(ge=-1, le=1)] = 0.0


class Cart(Record):
    x: float
    forces: list[list[float]]


class Carts(Game):
    """Whoever pushes moves the cart; who pushed how is in the state."""

    name = "sync_carts"
    hidden = False
    open = True
    rate = frame_rate = 20

    def setup(self, random: Any) -> State:
        return {"x": 0.0, "forces": [[] for _ in self.seats]}

    def tick(self, state: State, inputs: dict[Seat, list[Push]], dt: float) -> None:
        for seat, pushes in inputs.items():
            state["forces"][seat] += [push.force for push in pushes]

    def view(self, state: State, seat: Seat | None) -> Cart:
        return Cart(x=state["x"], forces=state["forces"])


@pytest.fixture
def carts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue._games, Carts.name, Carts)


class Watcher:
    """A client that asked for changes."""

    def __init__(self, socket: Player) -> None:
        self.socket = socket
        self.state = SyncedState()
        self.raw: Any = None

    async def hear(self, kind: str | None = None) -> dict[str, Any]:
        while True:
            self.raw = await self.socket.hear_raw()
            message = self.state.read(self.raw)
            if kind is None or message["type"] == kind:
                return message


async def watch(person: Person, game: StoredGame, *subprotocols: str, query: str = "") -> Watcher:
    offered = ("bearer", person.token, *subprotocols)
    socket = Player(application, f"/ws/game/{game.pk}/{query}", subprotocols=offered)
    return Watcher(await socket.enter())


async def started(game: StoredGame, *watchers: Watcher) -> None:
    for watcher in watchers:
        await watcher.socket.send(type="player_ready")
    for watcher in watchers:
        while (await watcher.hear("game_state"))["state"] != "active":
            pass


BOTH = pytest.mark.parametrize("subprotocol", ["gp.delta", "gp.delta.msgpack"])


@BOTH
async def test_who_asks_for_changes_of_pong_gets_a_whole_state_and_then_changes(
    new_game: NewGame, ada: Person, bob: Person, subprotocol: str
) -> None:
    game = await new_game("pong")
    a, b = await watch(ada, game, subprotocol), await watch(bob, game, subprotocol)
    assert a.socket.subprotocol == subprotocol
    await started(game, a, b)
    await a.hear("game_tick")
    await a.socket.send(type="player_move", movement={"direction": 1, "n": 1})
    start = a.state.view["paddles"]["left"]
    while (tick := await a.hear("game_tick"))["view"]["paddles"]["left"] <= start:
        pass
    match = rooms.current().here[game.pk].match
    while tick["tick"] != match.tick:
        tick = await a.hear("game_tick")
    shown = match.view(0)
    assert tick["view"]["paddles"]["left"] == pytest.approx(shown["paddles"]["left"], abs=0.05)
    assert tick["view"]["you"] == shown["you"]
    assert tick["view"]["target"] == 5
    assert (a.state.ack, b.state.ack, a.state.is_lost) == (1, 0, False)


async def test_a_tick_of_pong_has_at_most_24_bytes(new_game: NewGame, ada: Person, bob: Person) -> None:
    game = await new_game("pong")
    a, b = [await watch(one, game, "gp.delta.msgpack") for one in (ada, bob)]
    await started(game, a, b)
    match = rooms.current().here[game.pk].match
    match.state["pause"] = 0.0
    match.state["directions"] = [1, -1]
    await a.hear("game_tick")
    await a.hear("game_tick")
    for _ in range(5):
        await a.hear("game_tick")
        assert len(a.raw) <= 24


@BOTH
async def test_moves_of_tic_tac_toe_come_as_changes(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, subprotocol: str
) -> None:
    game = await new_game()
    a, b = [await watch(one, game, subprotocol) for one in (ada, bob)]
    await started(game, a, b)
    plain = await cyd.enter(game.pk)
    for mover, cell in ((a, 4), (b, 0), (a, 8), (b, 1)):
        await mover.socket.send(type="player_move", movement={"cell": cell}, id="m" if mover is a else None)
        heard = [await one.hear("player_move") for one in (a, b)]
        theirs = await plain.hear_until("player_move")
        for message in heard:
            view = theirs["view"]
            assert message["view"] == {**view, "you": message["view"]["you"]}
            for name in ("user_id", "movement", "turn", "seq"):
                assert message[name] == theirs[name]
            assert message["clock"]["left_ms"].keys() == theirs["clock"]["left_ms"].keys()
            for user, left in theirs["clock"]["left_ms"].items():
                assert left - message["clock"]["left_ms"][user] in range(10)
            assert message["clock"]["running"] == theirs["clock"]["running"]
        assert ("ref" in heard[0], "ref" in heard[1]) == (mover is a, False)
    if subprotocol == "gp.delta.msgpack":
        assert len(b.raw) <= 16
        assert len(a.raw) <= 16


class Bids(Record):
    bids: list[int]


class Auction(Game):
    """Bids are not bounded."""

    name = "sync_auction"
    hidden = False
    clock = None

    def setup(self, random: Any) -> State:
        return {"bids": []}

    @move
    def bid(self, state: State, seat: Seat, gold: int) -> None:
        state["bids"].append(gold)

    def view(self, state: State, seat: Seat | None) -> Bids:
        return Bids(bids=state["bids"])

    def result(self, state: State) -> None:
        return None


async def test_a_number_that_no_frame_can_hold_is_refused_and_the_game_goes_on(
    new_game: NewGame, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalogue._games, Auction.name, Auction)
    game = await new_game(Auction.name)
    a, b = await watch(ada, game, "gp.delta"), await watch(bob, game, "gp.delta.msgpack")
    await started(game, a, b)
    await a.socket.send(type="player_move", movement={"gold": 10**30})
    assert (await a.hear())["code"] == "invalid_move"
    await a.socket.send(type="player_move", movement={"gold": 2**63 - 1})
    assert (await b.hear("player_move"))["view"]["bids"] == [2**63 - 1]


@BOTH
async def test_who_lost_a_move_asks_for_a_resync_and_sees_everything_again(
    new_game: NewGame, ada: Person, bob: Person, subprotocol: str
) -> None:
    game = await new_game()
    a, b = [await watch(one, game, subprotocol) for one in (ada, bob)]
    await started(game, a, b)
    for mover, cell in ((a, 4), (b, 0), (a, 8)):
        await mover.socket.send(type="player_move", movement={"cell": cell})
        await a.hear("player_move")
        if cell != 0:
            await b.hear("player_move")
        else:
            await b.socket.hear_raw()  # It is lost.
    assert b.state.is_lost
    await b.socket.send(type="resync")
    assert (await b.hear("game_state"))["view"]["board"][2][2] == "X"
    await b.socket.send(type="player_move", movement={"cell": 1})
    assert (await b.hear("player_move"))["view"]["board"][0] == ["O", "O", None]
    assert not b.state.is_lost


async def test_the_state_is_sent_only_so_often_to_who_asks_for_it(
    new_game: NewGame, ada: Person, bob: Person
) -> None:
    a, _ = await begin(await new_game(), ada, bob)
    for _ in range(30):
        await a.send(type="resync")
    heard = [await a.hear() for _ in range(30)]
    refused = [frame for frame in heard if frame["type"] == "error"]
    assert len(refused) > 10
    assert {(frame["code"], frame["retry_after"] > 0) for frame in refused} == {("rate_limited", True)}


@BOTH
async def test_who_comes_back_hears_what_was_missed_and_then_the_state(
    new_game: NewGame, ada: Person, bob: Person, subprotocol: str
) -> None:
    game = await new_game()
    a, b = [await watch(one, game, subprotocol) for one in (ada, bob)]
    await started(game, a, b)
    await a.socket.send(type="player_move", movement={"cell": 4})
    seq = (await b.hear("player_move"))["seq"]
    await b.socket.leave()
    await a.hear("player_left")
    again = await watch(bob, game, subprotocol, query=f"?since={seq}")
    assert (await again.hear())["recovered"] is True
    assert (await again.hear())["type"] == "player_left"
    state = await again.hear()
    assert (state["type"], state["view"]["board"][1][1]) == ("game_state", "X")
    assert "recovered" not in state


async def test_a_view_that_is_not_as_declared_is_sent_whole(
    new_game: NewGame, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game("pong")
    a, b = [await watch(one, game, "gp.delta.msgpack") for one in (ada, bob)]
    await started(game, a, b)
    await a.hear("game_tick")
    monkeypatch.setattr(type(rooms.current().here[game.pk].match.game), "view", lambda *_: {"ball": 1})
    while (await a.hear("game_tick"))["view"].get("ball") != 1:
        pass


async def test_other_sockets_know_no_deltas(ada: Person) -> None:
    offered = ("bearer", ada.token, "gp.delta")
    socket = await Player(application, "/ws/notifications/", subprotocols=offered).enter()
    assert socket.subprotocol == "bearer"


async def test_an_input_is_told_to_nobody_and_acknowledged_to_its_sender(
    carts: None, new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Carts.name)
    a, b = await begin(game, ada, bob)
    for n in (1, 2, 3):
        await a.send(type="player_move", movement={"force": n / 4, "n": n})
    while (tick := await a.hear("game_tick")).get("ack") != 3:
        pass
    assert tick["view"]["forces"][0] == [0.25, 0.5, 0.75]
    seen: dict[str, Any] = {"tick": 0}
    while seen["tick"] < tick["tick"]:
        seen = await b.hear("game_tick")  # And nothing else.
        assert "ack" not in seen
    await a.send(type="player_move", movement={"force": 1, "n": 3}, id="late")
    assert (await a.hear_until("error"))["code"] == "stale_input"
    await a.send(type="player_move", movement={"force": 1e300})
    assert (await a.hear_until("error"))["code"] == "invalid_move"
    await a.send(type="player_move", movement={"force": 0, "n": 4}, id="mine")
    assert (await a.hear_until("ack"))["ref"] == "mine"
    await b.send(type="chat_message", message="hi")
    assert (await a.hear_until("chat_message"))["seq"] == (await b.hear_until("chat_message"))["seq"]


async def test_events_are_numbered_without_a_gap_after_a_takeover(
    carts: None, new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Carts.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="chat_message", message="one")
    seq = (await b.hear_until("chat_message"))["seq"]
    await a.send(type="player_move", movement={"force": 1, "n": 7})
    while (await a.hear_until("game_tick")).get("ack") != 7:
        pass
    await rooms.current().stop()
    del worker.current()._parts[rooms.Rooms]
    again = await bob.enter(game.pk, f"?since={seq}")
    assert (await again.hear())["type"] in ("resumed", "game_state")
    state = await (await ada.enter(game.pk)).hear("game_state")
    assert state["view"]["forces"][0] == [1.0]
    assert state["ack"] == 7
    assert state["seq"] >= seq


class Veiled(Carts):
    """Each seat sees its own pushes; spectators see all of them, an hour later."""

    name = "sync_veiled"
    hidden = True
    spectator_delay = 3600.0
    spectators_follow = True

    def view(self, state: State, seat: Seat | None) -> Cart:
        forces = state["forces"]
        return Cart(x=0.0, forces=forces if seat is None else [forces[seat]])


class VeiledNow(Veiled):
    name = "sync_veiled_now"
    spectator_delay = 0


class VeiledBriefly(Veiled):
    name = "sync_veiled_briefly"
    spectator_delay = 0.1


@pytest.fixture
def veiled(monkeypatch: pytest.MonkeyPatch) -> None:
    for game in (Veiled, VeiledNow, VeiledBriefly):
        monkeypatch.setitem(catalogue._games, game.name, game)


def let_an_hour_pass(game: StoredGame) -> None:
    gallery = rooms.current().here[game.pk]._audience.gallery
    assert gallery is not None
    now = gallery._now()
    gallery._now = lambda: now + 3601
    gallery._release()


async def test_spectators_of_a_delayed_game_see_it_late_and_nothing_else(
    veiled: None, new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(Veiled.name)
    a, _ = await begin(game, ada, bob)
    spectator = await watch(cyd, game, "gp.delta.msgpack")
    await a.send(type="player_move", movement={"force": 0.5, "n": 1})
    await a.send(type="chat_message", message="a secret")
    await a.hear_until("chat_message")
    while (await a.hear_until("game_tick")).get("ack") != 1:
        pass
    await spectator.socket.send(type="resync", id="sync")
    await spectator.socket.send(type="ping", id="nothing")
    assert [(await spectator.hear())["type"] for _ in range(2)] == ["ack", "pong"]
    let_an_hour_pass(game)
    assert (await spectator.hear("game_state"))["you"] is None
    while not (view := (await spectator.hear("game_tick"))["view"])["forces"][0]:
        pass
    assert view["forces"] == [[0.5], []]
    again = await watch(cyd, game)
    first = await again.hear()
    assert (first["type"], first["view"]["forces"]) == ("game_state", [[], []])
    heard = [(await again.hear())["type"] for _ in range(2)]
    assert heard == ["chat_message", "game_tick"]


@BOTH
async def test_spectators_of_a_delayed_game_get_changes(
    veiled: None,
    new_game: NewGame,
    ada: Person,
    bob: Person,
    cyd: Person,
    person: Callable[[str], Awaitable[Person]],
    subprotocol: str,
) -> None:
    game = await new_game(VeiledBriefly.name)
    a, b = await begin(game, ada, bob)
    spectator = await watch(cyd, game, subprotocol)
    follower = await watch(await person("dan"), game, subprotocol, query=f"?follow={ada.id}")
    for number in (1, 2):
        for player, force in ((a, number / 4), (b, -number / 4)):
            await player.send(type="player_move", movement={"force": force, "n": number})
        for watcher, seen in ((spectator, 2), (follower, 1)):
            forces = [[0.25, 0.5][:number], [-0.25, -0.5][:number]][:seen]
            while (await watcher.hear("game_tick"))["view"]["forces"] != forces:
                pass
            assert not watcher.state.is_lost
            # The next tick changes nothing that this watcher sees.
            await watcher.hear("game_tick")
            assert len(watcher.raw) < (16 if subprotocol == "gp.delta.msgpack" else 64)
    late = await watch(cyd, game, subprotocol)
    assert "sync" in await late.hear("game_state")
    assert (await late.hear("game_tick"))["view"]["forces"] == [[0.25, 0.5], [-0.25, -0.5]]
    await late.socket.send(type="resync")
    await late.hear("game_state")
    await late.hear("game_tick")
    assert (await late.hear("game_tick"))["view"]["forces"] == [[0.25, 0.5], [-0.25, -0.5]]
    assert not late.state.is_lost


async def test_delayed_views_that_are_not_as_declared_are_sent_whole(
    veiled: None, new_game: NewGame, ada: Person, bob: Person, cyd: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game(VeiledBriefly.name)
    a, b = await begin(game, ada, bob)
    spectator = await watch(cyd, game, "gp.delta.msgpack")
    await spectator.hear("game_tick")
    monkeypatch.setattr(type(rooms.current().here[game.pk].match.game), "view", lambda *_: {"ball": 1})
    while (await spectator.hear("game_tick"))["view"].get("ball") != 1:
        pass
    for player in (a, b):
        while (await player.hear_until("game_tick"))["view"].get("ball") != 1:
            pass


@BOTH
async def test_a_spectator_may_follow_a_player_and_sees_what_that_one_sees(
    veiled: None, new_game: NewGame, ada: Person, bob: Person, cyd: Person, subprotocol: str
) -> None:
    game = await new_game(VeiledNow.name)
    a, _ = await begin(game, ada, bob)
    spectator = await watch(cyd, game, subprotocol, query=f"?follow={bob.id}")
    state = await spectator.hear("game_state")
    assert (state["you"], state["view"]["forces"]) == (None, [[]])
    await a.send(type="player_move", movement={"force": 0.5, "n": 1})
    while (await a.hear_until("game_tick")).get("ack") != 1:
        pass
    tick = await spectator.hear("game_tick")
    assert tick["view"]["forces"] == [[]]
    assert "ack" not in tick
    stranger = await watch(cyd, game, query="?follow=0")
    assert await stranger.socket.closed() == 4403


async def test_where_the_game_does_not_allow_it_nobody_is_followed(
    new_game: NewGame, ada: Person, cyd: Person
) -> None:
    game = await new_game()
    assert await (await cyd.enter(game.pk, f"?follow={ada.id}")).closed() == 4403


def played(kind: type[Game], *inputs: dict[int, Any], ticks: int = 1) -> Match:
    """A match after these inputs, one frame each, which a copy stored on the way has seen alike."""
    match = Match.new(kind, seats=2, seed=1)
    for seat in match.game.seats:
        if seat in match.game.empty:
            match.join(seat)
    for one in inputs:
        match.step(one, ticks)
        loaded = Match.load(kind, match.dump())
        assert loaded.dump() == match.dump()
        match = loaded
    return match


def test_all_inputs_since_the_last_tick_come_in_order() -> None:
    match = played(Carts, {0: [{"force": 1}, {"force": -1, "n": 2}], 1: {"force": 0.5}}, {})
    assert match.state["forces"] == [[1, -1], [0.5]]
    assert (match.acks, match.inputs_taken) == ([2, 0], 3)


def test_an_idle_seat_repeats_its_last_input_or_sends_zero() -> None:
    class Repeating(Carts):
        name = "sync_repeating"
        idle = "repeat"

    class Zeroing(Carts):
        name = "sync_zeroing"
        idle = "zero"

    repeated = played(Repeating, {}, {0: {"force": 1}}, {}, ticks=2)
    assert repeated.state["forces"] == [[1, 1, 1, 1], []]
    repeated.leave(0, "away")
    repeated.step({})
    assert repeated.state["forces"][0] == [1, 1, 1, 1]
    assert played(Zeroing, {0: {"force": 1}}, {}).state["forces"] == [[1, 0], [0, 0]]


class Aim(Record):
    is_shot: bool = False


class Range(Game):
    """A target that moves one step a tick, and what each shooter saw of it."""

    name = "sync_range"
    open = True
    rate = frame_rate = 20
    lag_compensation = 0.25

    def setup(self, random: Any) -> State:
        return {"x": 0, "forces": [], "seen": []}

    def left(self, state: State, seat: Seat, why: Any) -> Any:
        return PLAY_ON

    def tick(self, state: State, inputs: dict[Seat, Aim], dt: float) -> None:
        state["x"] += 1
        for seat in inputs:
            past = self.rewind(seat)
            state["seen"].append(past["x"])
            past["x"] = 1000


@pytest.mark.parametrize(
    ("saw", "seen"),
    [(None, 20), (20, 20), (18, 18), (15, 15), (14, 15), (0, 15), (99, 20)],
)
def test_rewind_gives_what_a_seat_saw_and_never_more_than_the_bound(saw: int | None, seen: int) -> None:
    movement = {} if saw is None else {"saw": saw}
    match = played(Range, *[{}] * 20, {0: movement})
    assert (match.state["x"], match.state["seen"]) == (21, [seen])


def test_a_seat_stays_as_far_behind_until_its_next_input_and_a_stored_game_sees_the_same() -> None:
    match = played(Range, *[{}] * 20, {0: {"saw": 17}}, {0: {}}, {1: {}})
    assert match.state["seen"] == [17, 18, 22]
