"""What a match brings its players."""

from datetime import timedelta

import pytest
from django.utils import timezone

from game import services
from game.author import catalogue
from game.games import TicTacToe
from game.models import Game
from game.rewards import MOST_A_DAY
from game.tests.api.conftest import Table
from progression import ledger
from progression.achievements.models import Achievement


@pytest.fixture
def play(new_game):
    """``play(*people, reason=...)``: a match of these, won by the first; what the end says of rewards."""

    def play(*people, winners=(0,), reason="win", **facts):
        game = new_game("tictactoe", *people, **facts)
        Table(game).finish(reason, winners)
        return Game.objects.get(pk=game.pk).result["rewards"]

    return play


def test_both_are_rewarded_the_winner_more_and_the_books_say_why(play, ada, bob):
    rewards = play(ada, bob)

    assert rewards == [
        {"user_id": ada.id, "xp": 50, "gold": 20, "level_up": False},
        {"user_id": bob.id, "xp": 20, "gold": 5, "level_up": False},
    ]
    assert ada.get("/api/player/me/").json()["gold"] == 120
    newest = ada.get("/api/player/ledger/").json()["results"][0]
    assert (newest["cause"], newest["amount"], newest["balance"]) == ("game: tictactoe", 20, 120)
    assert list(ledger.audit()) == []


def test_a_match_counts_for_achievements(play, ada, bob):
    for metric in ("games_played", "games_won"):
        Achievement.objects.create(code=metric.replace("_", "-"), name=metric, metric=metric, goal=2, gold=7)

    play(ada, bob)
    rewards = play(ada, bob)

    progress = [
        [one["progress"] for one in who.get("/api/player/achievements/").json()] for who in (ada, bob)
    ]
    assert progress == [[2, 2], [2, 0]]
    assert [one["gold"] for one in rewards] == [20, 5]
    assert ada.get("/api/player/me/").json()["gold"] == 100 + 2 * 20 + 2 * 7
    assert list(ledger.audit()) == []


def test_a_draw_is_worth_the_same_to_both(play, ada, bob):
    assert {(one["xp"], one["gold"]) for one in play(ada, bob, winners=(), reason="draw")} == {(30, 10)}


def test_who_gives_up_gets_nothing(play, ada, bob):
    assert [one["user_id"] for one in play(ada, bob, reason="resign")] == [ada.id]


def test_a_level_that_was_reached_is_said(play, ada, bob):
    play(ada, bob)

    assert [one["level_up"] for one in play(ada, bob)] == [True, False]
    assert ada.get(f"/api/users/{ada.id}/").json()["level"] == 2


def test_the_same_two_are_rewarded_so_often_a_day_and_others_still(play, ada, bob, cyd):
    for _ in range(MOST_A_DAY):
        assert play(ada, bob) != []

    assert play(ada, bob) == []
    assert play(bob, ada) == []
    assert len(play(ada, cyd)) == 2

    Game.objects.update(finished_at=timezone.now() - timedelta(days=1, minutes=1))
    assert len(play(ada, bob)) == 2


def test_a_bot_is_worth_half_so_often_a_day_whatever_its_level(ada):
    def play(level):
        game = services.create_against_bot(user_id=ada.id, name="tictactoe", level=level)
        Table(game).finish("win", (0,))
        return Game.objects.get(pk=game.pk).result["rewards"]

    rewards = [play(1 + number % 3) for number in range(MOST_A_DAY + 1)]

    assert [(one["user_id"], one["xp"], one["gold"]) for one in rewards[0]] == [(ada.id, 25, 10)]
    assert [len(one) for one in rewards] == [1] * MOST_A_DAY + [0]


def test_a_game_that_one_plays_alone_is_worth_half_so_often_a_day(ada, monkeypatch):
    class Patience(TicTacToe):
        players = 1

    monkeypatch.setitem(catalogue._games, Patience.name, Patience)

    def play(reason="win", winners=(0,)):
        game = services.create_open(user_id=ada.id, name=Patience.name)
        Table(game).finish(reason, winners)
        return Game.objects.get(pk=game.pk).result

    assert play("resign", ())["rewards"] == []
    ends = [play() for _ in range(MOST_A_DAY)]

    assert [(one["user_id"], one["xp"], one["gold"]) for one in ends[0]["rewards"]] == [(ada.id, 25, 10)]
    assert [len(end["rewards"]) for end in ends] == [1] * (MOST_A_DAY - 1) + [0]
    assert ends[0]["ratings"] == []


def test_an_abandoned_game_brings_nothing(ada, bob, new_game):
    game = new_game()
    services.finish(
        game_id=game.pk,
        epoch=0,
        seq=1,
        ending=services.Ending(Game.State.ABANDONED, (), "abandoned", (0.0, 0.0), {}, 0),
    )

    assert Game.objects.get(pk=game.pk).result["rewards"] == []
    assert ada.get("/api/player/me/").json()["gold"] == 100


def test_who_was_erased_meanwhile_gets_nothing(play, ada, bob):
    ada.client.delete("/api/me/")

    assert [one["user_id"] for one in play(ada, bob)] == [bob.id]
