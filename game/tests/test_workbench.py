"""The page for a game's author: all seats, any moment, any state, in development only."""

import json
from typing import Any, Literal

import pytest
from django.test import Client

from game import author
from game.author import ALL, SKIP, Phase, catalogue
from game.models import Game

pytestmark = pytest.mark.usefixtures("development")


class Showing(author.Game):
    """Both show a card at once."""

    phases = [Phase("choose", moves=["show"], who=ALL, seconds=10), Phase("look", seconds=2)]
    clock = None

    def setup(self, random: Any) -> author.State:
        return {"cards": [], "cheers": 0}

    @author.move
    def show(self, state: author.State, seat: int, card: Literal[1, 2]) -> None:
        state["cards"].append(card)

    @author.action
    def cheer(self, state: author.State, seat: int, times: Literal[1, 2]) -> None:
        state["cheers"] += times

    def on_timeout(self, state: author.State, seat: int) -> Any:
        return SKIP

    def result(self, state: author.State) -> int | None:
        return 0 if len(state["cards"]) > 4 else None


def ask(game: str, **question: Any) -> Any:
    """Return the answer to the page."""
    response = Client().post(f"/dev/games/{game}/", question, content_type="application/json")
    return response.json()


def frame(game: str, **question: Any) -> Any:
    """The one frame of an answer."""
    (only,) = ask(game, **question)["frames"]
    return only


def test_every_seat_is_played_from_any_moment() -> None:
    start = frame("tictactoe", type="new", seed=1, seats=2)
    assert start["turn"] == [0]
    assert len(start["legal"][0]) == 9
    assert start["legal"][1] == []
    moved = frame("tictactoe", type="play", dump=start["dump"], seat=0, movement={"cell": 4})
    assert (moved["turn"], moved["moves"], moved["seat"]) == ([1], 1, 0)
    assert [view["board"][1][1] for view in moved["views"]] == ["X"] * 3
    otherwise = frame("tictactoe", type="play", dump=start["dump"], seat=0, movement={"cell": 0})
    assert otherwise["views"][0]["board"][1][1] is None


def test_viewers_see_what_the_rules_show_them() -> None:
    start = frame("hearts", type="new", seed=3, seats=4)
    hands = [view.get("hand") for view in start["views"]]
    assert hands[:4] == json.loads(start["state"])["hands"]
    assert not hands[4]


def test_a_refused_move_says_why() -> None:
    start = frame("tictactoe", type="new", seed=1, seats=2)
    assert (
        ask("tictactoe", type="play", dump=start["dump"], seat=1, movement={"cell": 4})["code"]
        == "not_your_turn"
    )
    assert (
        ask("tictactoe", type="play", dump=start["dump"], seat=0, movement={"cell": 9})["code"]
        == "invalid_move"
    )


def test_an_edited_state_is_gone_on_from() -> None:
    start = frame("tictactoe", type="new", seed=1, seats=2)
    state = json.loads(start["state"]) | {"board": [0, 0, None, 1, 1, None, None, None, None]}
    edited = frame("tictactoe", type="edit", dump=start["dump"], state=json.dumps(state))
    won = frame("tictactoe", type="play", dump=edited["dump"], seat=0, movement={"cell": 2})
    assert won["result"]["winners"] == [0]
    broken = ask("tictactoe", type="edit", dump=start["dump"], state='{"bord": []}')
    assert "KeyError" in broken["trace"]
    assert broken["frames"] == []
    assert ask("tictactoe", type="edit", dump=start["dump"], state="{")["status"] == 422


def test_real_time_goes_by_ticks_with_inputs() -> None:
    start = frame("pong", type="new", seed=1, seats=2)
    left = frame("pong", type="step", dump=start["dump"], inputs={"0": {"direction": 1}}, ticks=30)
    assert left["tick"] == 30
    paddles = json.loads(left["state"])["paddles"]
    assert paddles[0] > paddles[1]
    # Exactly as in one go, since the page hands the dump back as it is.
    once = frame("pong", type="step", dump=left["dump"], inputs={}, ticks=60)
    half = frame("pong", type="step", dump=left["dump"], inputs={}, ticks=30)
    assert frame("pong", type="step", dump=half["dump"], inputs={}, ticks=30)["state"] == once["state"]


@pytest.mark.django_db
def test_a_pasted_replay_is_played_again() -> None:
    movements = [{"cell": cell} for cell in (0, 3, 1, 4, 2)]
    replay = {
        "game_id": "4b1f6c1e-0000-4000-8000-000000000000",
        "game": "tictactoe",
        "players": [
            {"id": id, "username": name, "side": "x", "rating": None, "score": None}
            for id, name in ((7, "ada"), (9, "bob"))
        ],
        "seats": 2,
        "users": [7, 9],
        "seed": 1,
        "options": {},
        "inputs": [
            {
                "seq": seq,
                "at": "2026-01-01T00:00:00Z",
                "user_id": (7, 9)[seq % 2],
                "type": "player_move",
                "movement": movement,
            }
            for seq, movement in enumerate(movements)
        ],
        "result": None,
        "final_view": None,
    }
    told = ask("tictactoe", type="watch", replay=json.dumps(replay))
    assert [one["moves"] for one in told["frames"]] == [0, 1, 2, 3, 4, 5]
    assert told["frames"][-1]["result"]["winners"] == [0]
    assert told["frames"][0]["views"][1]["you"]["user_id"] == 1

    replay["inputs"][1]["movement"] = {"cell": 0}  # type: ignore[index]
    told = ask("tictactoe", type="watch", replay=json.dumps(replay))
    assert told["problem"] == "Move 2 is refused: That cell is taken."
    assert len(told["frames"]) == 2
    assert (
        ask("connect_four", type="watch", replay=json.dumps(replay))["problem"]
        == "This is a game of tictactoe."
    )
    unknown = ask("tictactoe", type="watch", replay="4b1f6c1e-0000-4000-8000-000000000000")
    assert unknown["status"] == 404
    assert ask("tictactoe", type="watch", replay="nonsense")["status"] == 422


@pytest.mark.django_db
def test_nothing_is_stored_and_only_json_is_answered() -> None:
    frame("tictactoe", type="new", seed=1, seats=2)
    assert Game.objects.count() == 0
    simple = Client().post("/dev/games/tictactoe/", '{"type": "new"}', content_type="text/plain")
    assert simple.status_code == 415
    assert ask("tictactoe", type="new", seed=1, seats=5)["code"] == "invalid_options"
    assert ask("no_such_game", type="new")["status"] == 404


def test_the_page_obeys_the_policy() -> None:
    page = Client().get("/dev/games/tictactoe/").text
    assert '"name": "tictactoe"' in page
    assert "<style" not in page
    assert 'src="/static/web/dev/workbench.js"' in page


def test_time_passes_until_something_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two choose at once for ten seconds; the one who does not is skipped; then all look."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Showing)
    start = frame("showing", type="new", seed=1, seats=2)
    assert (start["phase"], start["due_in_s"], start["turn"]) == ("choose", 10, [0, 1])
    chosen = frame("showing", type="play", dump=start["dump"], seat=0, movement={"card": 1})
    late = frame("showing", type="time_out", dump=chosen["dump"], seat=1)
    assert (late["phase"], late["due_in_s"], late["did"]) == ("look", 2, "time is up: skip")
    cheered = frame("showing", type="act", dump=late["dump"], seat=1, action="cheer", data={"times": 2})
    assert json.loads(cheered["state"])["cheers"] == 2
    again = frame("showing", type="wait", dump=cheered["dump"])
    assert (again["phase"], again["did"]) == ("choose", "2 seconds")
    for question, code in (
        ({"type": "time_out", "seat": 0}, "not_your_turn"),
        ({"type": "act", "seat": 7, "action": "cheer"}, "unknown_action"),
        ({"type": "act", "seat": 0, "action": "boo"}, "unknown_action"),
    ):
        assert ask("showing", dump=late["dump"], **question)["code"] == code


def test_seats_are_left_and_taken_again() -> None:
    start = frame("arena", type="new", seed=1, seats=3)
    assert (start["empty"], json.loads(start["state"])["fighters"].keys()) == ([], {"0", "1", "2"})
    left = frame("arena", type="leave", dump=start["dump"], seat=1, why="away")
    assert (left["empty"], left["did"]) == ([1], "leaves (away): play on")
    assert ask("arena", type="leave", dump=left["dump"], seat=1, why="away")["code"] == "unknown_seat"
    back = frame("arena", type="join", dump=left["dump"], seat=1)
    assert (back["empty"], back["did"]) == ([], "joins")

    hearts = frame("hearts", type="new", seed=1, seats=4)
    bot = frame("hearts", type="leave", dump=hearts["dump"], seat=3, why="resigned")
    assert bot["did"] == "leaves (resigned): a bot of level 2"
    two = frame("tictactoe", type="new", seed=1, seats=2)
    over = frame("tictactoe", type="leave", dump=two["dump"], seat=0, why="time")
    assert (over["did"], over["state"]) == ("leaves (time): end", two["state"])
    assert ask("tictactoe", type="leave", dump=two["dump"], seat=2, why="time")["code"] == "unknown_seat"
    assert ask("tictactoe", type="leave", dump=two["dump"], seat=0, why="bored")["status"] == 422
