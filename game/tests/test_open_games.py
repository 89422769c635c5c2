"""Seats that are taken while a game waits or runs: open games, substitutes, and games begun by their host."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.database import in_database
from core.refusals import Refusal
from game import replays, selectors, services
from game.author import SUBSTITUTE, Annotated, Clock, Game, Meta, Record, Seat, catalogue, move
from game.author.leaving import Why
from game.models import Game as Row
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime import worker
from realtime.testing import Player

MakePerson = Callable[..., Awaitable[Person]]
NewGame = Callable[..., Awaitable[Row]]


class Walk(Record):
    """Where to go."""

    by: Annotated[int, Meta(ge=-1, le=1)]


class Meadow(Game):
    """People walk about as long as they like."""

    players = (1, 3)
    open = True
    rate = frame_rate = 20

    def setup(self, random: Any) -> dict[str, Any]:
        return {"at": {}, "goes": {}, "seen": 0}

    def joined(self, state: dict[str, Any], seat: int) -> None:
        state["at"][str(seat)] = state["goes"][str(seat)] = 0
        state["seen"] += 1

    def left(self, state: dict[str, Any], seat: int, why: Why) -> Any:
        del state["at"][str(seat)], state["goes"][str(seat)]
        return super().left(state, seat, why)

    def tick(self, state: dict[str, Any], inputs: dict[Seat, Walk], dt: float) -> None:
        for seat, walk in inputs.items():
            state["goes"][str(seat)] = walk.by
        for seat, by in state["goes"].items():
            state["at"][seat] += by


class Sayings(Game, abstract=True):
    """Everybody says a number in turn, up to twelve in all."""

    clock = Clock(seconds=60)

    def setup(self, random: Any) -> dict[str, Any]:
        return {"said": []}

    @move
    def say(self, state: dict[str, Any], seat: int) -> None:
        state["said"].append(seat)

    def result(self, state: dict[str, Any]) -> Any:
        return state["said"][-1] if len(state["said"]) == 12 else None


class Round(Sayings):
    """Seats may be taken while it runs."""

    players = (2, 4)
    open = True


class Relay(Sayings):
    """Somebody else may take over."""

    players = (2, 4)

    def left(self, state: dict[str, Any], seat: int, why: Why) -> Any:
        return SUBSTITUTE


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in (Meadow, Round, Relay):
        catalogue.register(game)


async def created(rules: type[Game], host: Person, **facts: Any) -> Row:
    return await in_database(services.create_open, user_id=host.id, name=rules.name, **facts)


async def join(game: Row, somebody: Person) -> Player:
    await in_database(services.join, user_id=somebody.id, game_id=game.pk)
    return await somebody.enter(game.pk)


async def seen(player: Player, *, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first tick in whose view ``until`` holds."""
    while not until(view := (await player.hear_until("game_tick"))["view"]):
        pass
    return view


async def shown(player: Player, *, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first state for which ``until`` holds."""
    while not until(state := await player.hear_until("game_state")):
        pass
    return state


async def move_of(player: Player, *listeners: Player) -> list[dict[str, Any]]:
    await player.send(type="player_move", movement={})
    return [await listener.hear_until("player_move") for listener in listeners]


async def restart() -> None:
    await worker.stop()
    await worker.start()


async def test_an_endless_game_begins_with_one_and_others_drop_in(ada: Person, bob: Person) -> None:
    game = await created(Meadow, ada)
    (a,) = await begin(game, ada)
    await seen(a, until=lambda view: [*view["at"]] == ["0"])
    b = await join(game, bob)
    told = await a.hear_until("player_replaced")
    assert (told["user_id"], told["by"]) == (None, bob.id)
    state = await b.hear("game_state")
    assert (state["state"], [one["id"] for one in state["players"]]) == ("active", [ada.id, bob.id])
    await b.send(type="player_move", movement={"by": 1})
    await seen(a, until=lambda view: view["at"].get("1", 0) > 0)


async def test_it_does_not_wait_for_who_is_away_and_who_leaves_is_gone(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await created(Meadow, ada)
    (a,) = await begin(game, ada)
    b = await join(game, bob)
    await b.hear_until("game_tick")
    monkeypatch.setattr(Meadow, "grace", 0.3)
    await b.leave()
    await a.hear_until("player_left")
    await a.hear_until("game_tick")
    await a.hear_until("player_replaced")
    await seen(a, until=lambda view: [*view["at"]] == ["0"])


async def test_a_seat_that_was_left_is_taken_by_the_next_and_by_who_left_it(
    ada: Person, bob: Person, cyd: Person, person: MakePerson
) -> None:
    game = await created(Meadow, ada, seats=2)
    (a,) = await begin(game, ada)
    b = await join(game, bob)
    with pytest.raises(Refusal, match="taken"):
        await join(game, cyd)
    await b.send(type="game_action", action="resign")
    await seen(a, until=lambda view: view["seen"] == 2 and [*view["at"]] == ["0"])
    await until_free(game)
    c = await join(game, cyd)
    assert await b.closed() == 1012
    await seen(c, until=lambda view: view["seen"] == 3 and [*view["at"]] == ["0", "1"])
    assert (await (await bob.enter(game.pk)).hear("game_state"))["you"] is None
    await c.send(type="game_action", action="resign")
    await seen(a, until=lambda view: [*view["at"]] == ["0"])
    await until_free(game)
    b = await join(game, bob)
    await seen(b, until=lambda view: view["seen"] == 4)
    assert (await b.hear_until("game_tick"))["view"]["you"]["user_id"] == bob.id


async def until_free(game: Row) -> None:
    while not await in_database(lambda: selectors.has_free_seat(*selectors.game(game.pk))):
        pass


async def test_an_endless_game_ends_when_the_last_has_left(ada: Person, bob: Person) -> None:
    game = await created(Meadow, ada)
    (a,) = await begin(game, ada)
    b = await join(game, bob)
    await b.hear_until("game_tick")
    for player in (a, b):
        await player.send(type="player_move", movement={"by": 1})
    await seen(a, until=lambda view: min(view["at"].values()) > 0)
    await a.send(type="game_action", action="resign")
    await b.hear_until("player_replaced")
    await b.send(type="game_action", action="resign")
    over = await b.hear_until("game_over")
    assert (over["reason"], over["winner_ids"], over["rewards"]) == ("abandoned", [], [])


async def test_a_takeover_keeps_who_has_dropped_in_and_out(ada: Person, bob: Person, cyd: Person) -> None:
    game = await created(Meadow, ada)
    (a,) = await begin(game, ada)
    b, c = await join(game, bob), await join(game, cyd)
    await c.send(type="player_move", movement={"by": 1})
    await seen(a, until=lambda view: view["at"].get("2", 0) > 0)
    await b.send(type="game_action", action="resign")
    before = await seen(a, until=lambda view: "1" not in view["at"])
    await restart()
    a = await ada.enter(game.pk)
    assert [one["id"] for one in (await a.hear("game_state"))["players"] if not one["left"]] == [
        ada.id,
        cyd.id,
    ]
    after = await seen(a, until=lambda view: True)
    assert (after["seen"], [*after["at"]]) == (3, ["0", "2"])
    assert after["at"]["2"] >= before["at"]["2"] - 20


async def test_who_took_a_seat_as_the_worker_died_sits_there_after_the_takeover(
    ada: Person, bob: Person
) -> None:
    game = await created(Meadow, ada)
    (a,) = await begin(game, ada)
    await a.hear_until("game_tick")
    await worker.stop()
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    await worker.start()
    b = await bob.enter(game.pk)
    await seen(b, until=lambda view: "1" in view["at"])


async def test_in_turns_who_drops_in_moves_in_order_of_seats(ada: Person, bob: Person, cyd: Person) -> None:
    game = await created(Round, ada)
    a = await ada.enter(game.pk)
    assert (await a.hear("game_state"))["state"] == "created"
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    a, b = await begin(game, ada, bob)
    assert (await move_of(a, b))[0]["turn"] == bob.id
    c = await join(game, cyd)
    state = await shown(c, until=lambda state: state["you"] is not None)
    assert state["clock"]["left_ms"][str(cyd.id)] == 60_000
    moved = (await move_of(b, c))[0]
    assert (moved["turn"], moved["clock"]["running"]) == (cyd.id, [cyd.id])
    assert (await move_of(c, c))[0]["turn"] == ada.id
    await restart()
    state = await (await cyd.enter(game.pk)).hear("game_state")
    assert state["turn"] == ada.id


async def test_nobody_waits_for_a_substitute_when_only_one_is_left(
    new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Relay.name, ada, bob)
    a, b = await begin(game, ada, bob)
    await move_of(a, b)
    await b.send(type="game_action", action="resign")
    over = await a.hear_until("game_over")
    assert (over["winner_ids"], over["reason"], over["rewards"]) == ([ada.id], "resign", [])


async def test_a_substitute_plays_on_for_one_of_three(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, person: MakePerson
) -> None:
    game = await new_game(Relay.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await move_of(a, c)
    await b.send(type="game_action", action="resign")
    await c.hear_until("player_replaced")
    await until_free(game)
    dan = await person("dan")
    d = await join(game, dan)
    told = await c.hear_until("player_replaced")
    assert (told["user_id"], told["by"]) == (bob.id, dan.id)
    await shown(d, until=lambda state: state["you"] is not None)
    sockets, turn = {ada.id: a, dan.id: d, cyd.id: c}, cyd.id
    for _ in range(11):
        await sockets[turn].send(type="player_move", movement={})
        while (moved := await d.hear_until("player_move"))["user_id"] != turn:
            pass
        turn = moved["turn"]
    over = await a.hear_until("game_over")
    assert over["reason"] == "win"
    assert over["places"][-1] == [bob.id]
    row, seats = await in_database(selectors.game, game.pk)
    replay = await in_database(replays.replay_of, row, seats, viewer_id=ada.id)
    assert replay.users == [ada.id, bob.id, cyd.id]
    assert replays.rebuild(replay).view(None) == row.final_view


async def test_the_replay_of_an_open_game_ends_as_the_game_has(ada: Person, bob: Person) -> None:
    game = await created(Meadow, ada)
    (a,) = await begin(game, ada)
    b = await join(game, bob)
    await b.hear_until("game_tick")
    await b.send(type="player_move", movement={"by": 1})
    await seen(a, until=lambda view: view["at"].get("1", 0) > 0)
    await b.send(type="game_action", action="resign")
    await a.hear_until("player_replaced")
    await a.send(type="game_action", action="resign")
    await a.hear_until("game_over")
    row, seats = await in_database(selectors.game, game.pk)
    replay = await in_database(replays.replay_of, row, seats, viewer_id=ada.id)
    assert replay.users == [0, 0, 0]
    assert replays.rebuild(replay).view(None) == row.final_view


async def test_the_host_begins_with_those_who_are_there(ada: Person, bob: Person, cyd: Person) -> None:
    game = await created(Relay, ada, seats=4)
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.send(type="game_action", action="start")
    while (frame := await a.hear())["type"] != "error":
        pass
    assert frame["code"] == "not_enough_players"
    b = await join(game, bob)
    await b.send(type="game_action", action="start")
    while (frame := await b.hear())["type"] != "error":
        pass
    assert frame["code"] == "not_the_host"
    c = await cyd.enter(game.pk)
    await c.hear("game_state")
    await a.send(type="game_action", action="start")
    await shown(a, until=lambda state: state["state"] == "waiting_for_ready")
    assert await c.closed() == 1012
    for player in (a, b):
        await player.send(type="player_ready")
    await shown(b, until=lambda state: state["state"] == "active")
    assert (await move_of(a, b))[0]["turn"] == bob.id
    assert (await Row.objects.aget(pk=game.pk)).seats_wanted == 2


async def test_a_game_that_waited_long_enough_begins_with_those_who_are_there(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "fill_within", 0.5)
    game = await created(Relay, ada, seats=3)
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    a, b = await begin(game, ada, bob)
    assert (await move_of(a, b))[0]["turn"] == bob.id


async def test_bots_take_seats_of_an_open_game_and_it_begins(ada: Person, bob: Person) -> None:
    game = await created(Meadow, ada, bots=[1])
    (a,) = await begin(game, ada)
    await seen(a, until=lambda view: [*view["at"]] == ["0", "1"])
    await restart()
    again = await ada.enter(game.pk)
    await seen(again, until=lambda view: [*view["at"]] == ["0", "1"])
    b = await join(game, bob)
    players = (await shown(b, until=lambda state: state["state"] == "active"))["players"]
    assert [one["bot_level"] for one in players] == [None, 1, None]
