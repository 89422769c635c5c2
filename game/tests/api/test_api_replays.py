"""Replays over HTTP: they rebuild the final state exactly and reveal nothing too early."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from game.author import catalogue
from game.models import Game
from game.tests.api.conftest import Person, Table
from game.tests.api.test_api_games import refusal
from game.tests.playing import rebuilt_from

GAMES = [game.name for game in catalogue.all()]
PLAYS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def replay_of(person: Person, game: Any, **query: Any) -> Any:
    answer = person.get(f"/api/games/{game.pk}/replay/", query)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


@pytest.fixture
def new_table(
    ada: Person, bob: Person, cyd: Person, person: Callable[[str], Person], new_game: Callable[..., Game]
) -> Callable[[str, int], Table]:
    """Return a function that seats as many as a game needs, ada first."""
    people = [ada, bob, cyd, person("dan")]

    def new_table(name: str, seed: int) -> Table:
        return set_up(new_game, name, seed, people[: catalogue.get(name).min_players])

    return new_table


def set_up(new_game: Callable[..., Game], name: str, seed: int, people: Sequence[Person] = ()) -> Table:
    game = new_game(name, *people)
    Game.objects.filter(pk=game.pk).update(seed=seed)
    game.seed = seed
    return Table(game)


@pytest.mark.parametrize("name", GAMES)
@PLAYS
@given(seed=st.integers(0, 2**53 - 1), most=st.none() | st.integers(0, 60))
def test_a_replay_rebuilds_the_game_exactly(
    ada: Person, new_table: Callable[[str, int], Table], name: Any, seed: Any, most: Any
) -> None:
    table = new_table(name, seed)
    table.play(Random(seed), at_most=100_000 if most is None else most)
    table.finish(*(() if table.match.result else ("resign", (1,))))

    replay = replay_of(ada, table.game)
    rebuilt = rebuilt_from(replay)

    assert rebuilt.view(None) == replay["final_view"]
    assert msgspec.json.encode(rebuilt.dump()) == msgspec.json.encode(table.match.dump())
    assert rebuilt.result == table.match.result


@pytest.mark.parametrize("name", [name for name in GAMES if not catalogue.get(name).real_time])
@PLAYS
@given(seed=st.integers(0, 2**53 - 1))
def test_the_views_of_a_replay_lead_from_the_beginning_to_the_end(
    ada: Person, new_table: Callable[[str, int], Table], name: Any, seed: Any
) -> None:
    table = new_table(name, seed)
    begun = table.match.view_json(None)
    table.play(Random(seed))
    table.finish()

    replay = replay_of(ada, table.game, views=1)

    assert replay["views"][0] == json.loads(begun)
    assert replay["views"][-1] == replay["final_view"]
    assert len(replay["views"]) == 1 + len(replay["inputs"])
    assert "views" not in replay_of(ada, table.game)


def test_a_replay_says_who_did_what_and_when(ada: Person, bob: Person, new_game: Callable[..., Game]) -> None:
    table = Table(new_game())
    table.write("joined", 0, "{}")
    table.move(0, {"cell": 4})
    table.write("chat", 1, '{"message":"hi"}')
    table.write("action", 1, '{"action":"emote","data":{"face":"smile"}}')
    table.write("action", 1, '{"action":"offer_draw","data":{}}')
    table.write("action", 0, '{"action":"accept_draw","data":{}}')
    table.finish("draw_agreed")
    table.seq += 1
    table.write("action", 0, '{"action":"rematch","data":{}}')

    replay = replay_of(bob, table.game)

    assert [(one["seq"], one["user_id"], one["type"], one["movement"]) for one in replay["inputs"]] == [
        (3, ada.id, "player_move", {"cell": 4}),
        (6, bob.id, "game_action", {"action": "offer_draw"}),
        (7, ada.id, "game_action", {"action": "accept_draw"}),
    ]
    assert all(one["at"].endswith("Z") for one in replay["inputs"])
    assert [player["username"] for player in replay["players"]] == ["ada", "bob"]
    assert (replay["game"], replay["seed"], replay["options"]) == ("tictactoe", table.game.seed, {})
    assert (replay["result"]["reason"], replay["result"]["winner_ids"]) == ("draw_agreed", [])
    assert replay["final_view"]["board"][1][1] == "X"
    assert "ticks" not in replay


def test_a_finished_battleship_replay_holds_both_fleets(cyd: Person, new_game: Callable[..., Game]) -> None:
    table = Table(new_game("battleship"))
    table.play(Random(1), at_most=4)
    table.finish("resign", (0,))

    inputs = replay_of(cyd, table.game)["inputs"]

    assert [len(one["movement"].get("ships", ())) for one in inputs] == [5, 5, 0, 0]


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_a_running_game_that_hides_something_has_no_replay_for_anybody(
    ada: Person, bob: Person, cyd: Person, new_game: Callable[..., Game], most: int
) -> None:
    table = Table(new_game("battleship"))
    table.play(Random(1), at_most=most)

    for person in (ada, bob, cyd):
        for query in ({}, {"views": 1}):
            answer = person.get(f"/api/games/{table.game.pk}/replay/", query)
            assert refusal(answer) == (409, "game_running")
            assert b"ships" not in answer.content


@pytest.mark.parametrize("name", ["tictactoe", "connect_four", "pong"])
def test_the_seed_of_a_running_game_stays_on_the_server(
    ada: Person, cyd: Person, new_game: Callable[..., Game], name: str
) -> None:
    table = Table(new_game(name))
    table.play(Random(1), at_most=40 if table.match.game.real_time else 4)

    for person in (ada, cyd):
        for path in ("replay/", "replay/?views=1", ""):
            answer = person.get(f"/api/games/{table.game.pk}/{path}")
            assert answer.status_code == 200
            assert str(table.game.seed).encode() not in answer.content
    replay = replay_of(cyd, table.game, views=1)
    assert replay["inputs"]
    assert (replay["seed"], replay["result"], replay["final_view"]) == (None, None, None)
    with pytest.raises(ValueError, match="no seed"):
        rebuilt_from(replay)


@pytest.mark.parametrize("name", ["tictactoe", "chess"])
def test_the_positions_so_far_of_a_game_that_hides_nothing_are_told_while_it_runs(
    ada: Person, cyd: Person, new_game: Callable[..., Game], name: str
) -> None:
    table = Table(new_game(name))
    table.play(Random(1), at_most=4)

    for person in (ada, cyd):
        replay = replay_of(person, table.game, views=1)
        assert len(replay["views"]) == 5
        assert replay["views"][-1] == table.match.view(None)
        assert "pgn" not in replay


def test_a_running_game_in_real_time_tells_no_positions(ada: Person, new_game: Callable[..., Game]) -> None:
    table = Table(new_game("pong"))
    table.play(Random(1), at_most=40)
    assert "views" not in replay_of(ada, table.game, views=1)


def test_a_running_game_that_nobody_may_watch_has_a_replay_for_its_players_only(
    ada: Person, cyd: Person, new_game: Callable[..., Game], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue.get("tictactoe"), "spectators", False)
    table = Table(new_game())
    path = f"/api/games/{table.game.pk}/replay/"

    assert ada.get(path).status_code == 200
    assert refusal(cyd.get(path)) == (403, "no_spectators")
    table.finish("resign", (0,))
    assert cyd.get(path).status_code == 200


def test_who_only_has_the_link_of_a_private_game_gets_no_replay(ada: Person, cyd: Person) -> None:
    made = ada.post("/api/games/", {"game": "tictactoe", "private": True}).json()

    assert refusal(cyd.get(f"/api/games/{made['id']}/replay/")) == (403, "no_spectators")


def test_a_game_that_nobody_joined_has_a_replay(ada: Person) -> None:
    made = ada.post("/api/games/", {"game": "pong"}).json()
    game = Game.objects.get(pk=made["id"])
    view = {"anything": 1}
    result = {"winner_ids": [], "reason": "abandoned", "scores": {}, "ratings": [], "rewards": [], "tick": 0}
    Game.objects.filter(pk=game.pk).update(state="abandoned", result=result, final_view=view)

    replay = replay_of(ada, game)

    assert (replay["seats"], len(replay["players"]), replay["ticks"]) == (2, 1, 0)
    assert rebuilt_from(replay).users == (ada.id, 0)


@pytest.mark.parametrize("views", ["2", "x", "-1"])
def test_views_is_a_switch(ada: Person, new_game: Callable[..., Game], views: str) -> None:
    answer = ada.get(f"/api/games/{new_game().pk}/replay/", {"views": views})

    assert refusal(answer) == (422, "invalid")


def test_a_replay_takes_four_queries_however_long_it_is(
    ada: Person, new_game: Callable[..., Game], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    table = Table(new_game("battleship"))
    table.play(Random(1))
    table.finish()
    replay_of(ada, table.game)

    with django_assert_num_queries(4):
        replay_of(ada, table.game, views=1)


def test_a_finished_game_of_chess_is_there_as_pgn(
    ada: Person, person: Callable[[str], Person], new_game: Callable[..., Game]
) -> None:
    table = Table(new_game("chess", ada, person('d"Eon')))
    for seat, uci in enumerate(["f2f3", "e7e5", "g2g4", "d8h4"]):
        table.move(seat % 2, {"uci": uci})
    table.finish()

    answer = ada.get(f"/api/games/{table.game.pk}/pgn/")
    assert ada.get(f"/api/games/{table.game.pk}/replay/?views=1").json()["pgn"] == answer.content.decode()
    assert "pgn" not in ada.get(f"/api/games/{table.game.pk}/replay/").json()

    assert answer["Content-Type"] == "application/x-chess-pgn; charset=utf-8"
    day = table.game.created_at.strftime("%Y.%m.%d")
    assert answer.content.decode().splitlines() == [
        '[Event "Chess"]',
        '[Site "?"]',
        f'[Date "{day}"]',
        '[Round "-"]',
        '[White "ada"]',
        r'[Black "d\"Eon"]',
        '[Result "0-1"]',
        '[TimeControl "600+5"]',
        '[Termination "win"]',
        "",
        "1. f3 e5 2. g4 Qh4# 0-1",
    ]


@pytest.mark.parametrize(
    ("moves", "reason", "winners", "ending"),
    [
        (["e2e4"], "resign", (1,), "1. e4 0-1"),
        (["e2e4", "e7e5"], "draw_agreed", (), "1. e4 e5 1/2-1/2"),
        ([], "resign", (1,), "*"),
    ],
)
def test_pgn_ends_with_the_result(
    ada: Person,
    new_game: Callable[..., Game],
    moves: list[str],
    reason: str,
    winners: tuple[int, ...],
    ending: str,
) -> None:
    table = Table(new_game("chess"))
    for number, uci in enumerate(moves):
        table.move(number % 2, {"uci": uci})
    table.finish(reason, winners)

    text = ada.get(f"/api/games/{table.game.pk}/pgn").content.decode()

    assert text.endswith(f"\n\n{ending}\n")
    assert f'[Result "{ending.split()[-1]}"]' in text


def test_there_is_no_pgn_of_a_running_game_nor_of_another_game(
    ada: Person, cyd: Person, new_game: Callable[..., Game]
) -> None:
    running = Table(new_game("chess"))
    assert refusal(cyd.get(f"/api/games/{running.game.pk}/pgn/")) == (409, "game_running")
    draughts = Table(new_game("draughts"))
    assert refusal(ada.get(f"/api/games/{draughts.game.pk}/pgn/")) == (404, "no_notation")
    hidden = new_game("chess", private=True)
    assert refusal(cyd.get(f"/api/games/{hidden.pk}/pgn/")) == (404, "unknown_match")
