"""Rewards for games."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.models import ContentVersion
from game import payouts, rewards, services
from game.author import catalogue
from game.games import TicTacToe
from game.models import Game, Rating, RewardRule
from game.payouts import Payout
from game.records import Ending
from game.rewards import MAX_REWARDED_PER_OPPONENT_A_DAY
from game.services import ending
from game.tests.api.conftest import Person, Table
from gameplatform.extend import Drop, drop_table
from progression import currencies, ledger, tables
from progression.achievements.models import Achievement
from progression.models import Item


def moved(game: Any) -> Table:
    """The game, after a move of each player."""
    table = Table(game)
    for seat in range(game.seats_wanted):
        table.move(seat, {"cell": seat})
    return table


@pytest.fixture
def play(new_game: Callable[..., Game]) -> Any:
    """``play(*people, reason=...)`` plays a game that the first wins and returns its last frame's rewards."""

    def play(*people: Any, winners: tuple[Any, ...] = (0,), reason: str = "win", **facts: Any) -> Any:
        game = new_game("tictactoe", *people, **facts)
        moved(game).finish(reason, winners)
        return Game.objects.get(pk=game.pk).result["rewards"]

    return play


def test_both_are_rewarded_the_winner_more_and_the_books_say_why(play: Any, ada: Person, bob: Person) -> None:
    assert play(ada, bob) == [
        {"user_id": ada.id, "xp": 50, "gold": 20, "level_up": False},
        {"user_id": bob.id, "xp": 20, "gold": 5, "level_up": False},
    ]
    assert ada.get("/api/player/me/").json()["gold"] == 120
    newest = ada.get("/api/player/ledger/").json()["results"][0]
    assert (newest["cause"], newest["amount"], newest["balance"]) == ("game: tictactoe", 20, 120)
    assert list(ledger.audit()) == []


def test_a_match_counts_for_achievements(play: Any, ada: Person, bob: Person) -> None:
    for metric in ("games_played", "games_won"):
        Achievement.objects.create(code=metric.replace("_", "-"), name=metric, metric=metric, goal=2, gold=7)

    play(ada, bob)
    gained = play(ada, bob)

    progress = [
        [one["progress"] for one in who.get("/api/player/achievements/").json()] for who in (ada, bob)
    ]
    assert progress == [[2, 2], [2, 0]]
    assert [one["gold"] for one in gained] == [20, 5]
    assert ada.get("/api/player/me/").json()["gold"] == 100 + 2 * 20 + 2 * 7
    assert list(ledger.audit()) == []


def test_a_draw_is_worth_the_same_to_both(play: Any, ada: Person, bob: Person) -> None:
    assert {(one["xp"], one["gold"]) for one in play(ada, bob, winners=(), reason="draw")} == {(30, 10)}


def test_who_gives_up_gets_nothing(play: Any, ada: Person, bob: Person) -> None:
    assert [one["user_id"] for one in play(ada, bob, reason="resign")] == [ada.id]


def test_a_level_that_was_reached_is_said(play: Any, ada: Person, bob: Person) -> None:
    play(ada, bob)

    assert [one["level_up"] for one in play(ada, bob)] == [True, False]
    assert ada.get(f"/api/users/{ada.id}/").json()["level"] == 2


def test_the_same_two_are_rewarded_so_often_a_day_and_others_still(
    play: Any, ada: Person, bob: Person, cyd: Person
) -> None:
    for _ in range(MAX_REWARDED_PER_OPPONENT_A_DAY):
        assert play(ada, bob) != []

    assert play(ada, bob) == []
    assert play(bob, ada) == []
    assert len(play(ada, cyd)) == 2

    Game.objects.update(finished_at=timezone.now() - timedelta(days=1, minutes=1))
    assert len(play(ada, bob)) == 2


def test_a_bot_is_worth_half_so_often_a_day_whatever_its_level(ada: Person) -> None:
    def play(level: int) -> Any:
        game = services.create_against_bot(user_id=ada.id, name="tictactoe", level=level)
        moved(game).finish("win", (0,))
        return Game.objects.get(pk=game.pk).result["rewards"]

    gained = [play(1 + number % 3) for number in range(MAX_REWARDED_PER_OPPONENT_A_DAY + 1)]

    assert [(one["user_id"], one["xp"], one["gold"]) for one in gained[0]] == [(ada.id, 25, 10)]
    assert [len(one) for one in gained] == [1] * MAX_REWARDED_PER_OPPONENT_A_DAY + [0]


def test_a_game_that_one_plays_alone_is_worth_half_so_often_a_day(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Patience(TicTacToe):
        players = 1

    monkeypatch.setitem(catalogue._games, Patience.name, Patience)

    def play(reason: str = "win", winners: tuple[Any, ...] = (0,)) -> Any:
        game = services.create_open(user_id=ada.id, name=Patience.name)
        moved(game).finish(reason, winners)
        return Game.objects.get(pk=game.pk).result

    assert play("resign", ())["rewards"] == []
    ends = [play() for _ in range(MAX_REWARDED_PER_OPPONENT_A_DAY)]

    assert [(one["user_id"], one["xp"], one["gold"]) for one in ends[0]["rewards"]] == [(ada.id, 25, 10)]
    assert [len(end["rewards"]) for end in ends] == [1] * (MAX_REWARDED_PER_OPPONENT_A_DAY - 1) + [0]
    assert ends[0]["ratings"] == []


def test_an_abandoned_game_brings_nothing(ada: Person, bob: Person, new_game: Callable[..., Game]) -> None:
    game = new_game()
    services.finish(
        game_id=game.pk,
        epoch=0,
        seq=1,
        ending=Ending((), "abandoned", (0.0, 0.0), {}, 0),
    )

    assert Game.objects.get(pk=game.pk).result["rewards"] == []
    assert ada.get("/api/player/me/").json()["gold"] == 100


def test_who_was_erased_meanwhile_gets_nothing(play: Any, person: Callable[..., Person], bob: Person) -> None:
    guest = person("guest", is_guest=True)
    guest.client.delete("/api/me/")

    assert [one["user_id"] for one in play(guest, bob)] == [bob.id]


def test_somebody_is_rewarded_for_so_many_matches_a_day_over_all_opponents(
    play: Any, ada: Person, person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewards, "MAX_REWARDED_A_DAY", 3)
    guests = [person(f"guest{number}", is_guest=True) for number in range(4)]

    rewarded = [[one["user_id"] for one in play(ada, guest)] for guest in guests]

    assert rewarded == [[ada.id, guests[number].id] for number in range(3)] + [[guests[3].id]]
    assert ada.get("/api/player/me/").json()["gold"] == 100 + 3 * 20
    Game.objects.update(finished_at=timezone.now() - timedelta(days=1, minutes=1))
    assert ada.id in [one["user_id"] for one in play(ada, guests[3])]


@pytest.mark.parametrize("reason", ["resign", "timeout", "forfeit"])
@pytest.mark.parametrize("moves", [0, 1])
def test_a_game_that_one_gave_up_without_a_move_of_each_brings_nothing(
    ada: Person, bob: Person, new_game: Callable[..., Game], reason: str, moves: int
) -> None:
    table = Table(new_game(queued=True))
    for seat in range(moves):
        table.move(seat, {"cell": seat})
    table.finish(reason, (0,))

    over = Game.objects.get(pk=table.game.pk)
    assert (over.result["ratings"], over.result["rewards"]) == ([], [])
    assert (over.state, over.result["reason"]) == (("finished", reason) if moves else ("aborted", "aborted"))
    assert over.result["winner_ids"] == ([ada.id] if moves else [])
    assert not Rating.objects.exists()


def test_who_never_steered_gets_nothing_and_moves_no_rating(
    ada: Person, bob: Person, new_game: Callable[..., Game]
) -> None:
    table = Table(new_game("pong", queued=True))
    while table.match.result is None:
        table.frame({0: {"direction": 1}})
    table.finish()

    over = Game.objects.get(pk=table.game.pk)
    assert over.state == "finished"
    assert (over.result["ratings"], over.result["rewards"]) == ([], [])


def test_a_rating_rises_by_so_much_a_day_over_all_opponents(
    ada: Person, person: Callable[..., Person], new_game: Callable[..., Game], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "MAX_RATING_GAIN_A_DAY", 150)

    def beat(name: str) -> Any:
        moved(game := new_game("tictactoe", ada, person(name), queued=True)).finish("win", (0,))
        return Game.objects.get(pk=game.pk).result["ratings"][0]["after"]

    ratings = [beat(f"player{number}") for number in range(3)]

    assert 1500 < ratings[0] < 1650
    assert ratings[1:] == [1650, 1650]
    Game.objects.update(finished_at=timezone.now() - timedelta(days=1, minutes=1))
    assert beat("player3") > 1650


def test_a_rating_that_cannot_rise_today_still_falls(
    ada: Person, bob: Person, new_game: Callable[..., Game], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "MAX_RATING_GAIN_A_DAY", 0)
    moved(game := new_game(queued=True)).finish("win", (1,))

    changes = {one["user_id"]: one for one in Game.objects.get(pk=game.pk).result["ratings"]}
    assert changes[ada.id]["after"] < 1500 == changes[bob.id]["after"]


def test_an_account_gains_nothing_from_guests_who_join_by_link_and_resign(
    ada: Person, person: Callable[..., Person]
) -> None:
    for number in range(15):
        made = ada.post("/api/games/", {"game": "tictactoe"}).json()
        assert (
            person(f"guest{number}", is_guest=True).post(f"/api/games/{made['id']}/join/").status_code == 200
        )
        Table(Game.objects.get(pk=made["id"])).finish("resign", (0,))

    player = ada.get("/api/player/me/").json()
    assert (player["gold"], player["xp"], player["level"]) == (100, 0, 1)
    assert ada.get("/api/leaderboards/tictactoe/").json()["results"] == []
    assert ada.get(f"/api/users/{ada.id}/").json()["rating"] is None


def test_games_that_players_choose_each_other_for_are_not_rated(
    ada: Person, bob: Person, new_game: Callable[..., Game]
) -> None:
    queued = moved(new_game(queued=True))
    queued.finish("win", (0,))
    by_link = ada.post("/api/games/", {"game": "tictactoe"}).json()["id"]
    bob.post(f"/api/games/{by_link}/join/")
    before = list(Rating.objects.order_by("user").values())

    for game_id in (by_link, services.rematch(game_id=queued.game.pk).pk):
        assert ada.get(f"/api/games/{game_id}/").json()["rated"] is False
        moved(Game.objects.get(pk=game_id)).finish("win", (0,))
        assert Game.objects.get(pk=game_id).result["ratings"] == []

    assert list(Rating.objects.order_by("user").values()) == before


def test_the_rating_of_a_guest_is_shown_to_nobody(ada: Person, person: Callable[..., Person]) -> None:
    guest = person("guest", is_guest=True)
    for who, shown in ((ada, 1600), (guest, 1700)):
        Rating.objects.create(user_id=who.id, game="tictactoe", mu=25, sigma=8, shown=shown)

    board = ada.get("/api/leaderboards/tictactoe/").json()["results"]
    assert [(row["rank"], row["user"]["id"]) for row in board] == [(1, ada.id)]
    around = guest.get("/api/leaderboards/tictactoe/", {"around": "me"}).json()["results"]
    assert [row["user"]["id"] for row in around] == [ada.id]
    assert ada.get(f"/api/users/{guest.id}/").json()["rating"] is None
    made = guest.post("/api/games/", {"game": "tictactoe"}).json()
    ada.post(f"/api/games/{made['id']}/join/")
    shown = ada.get(f"/api/games/{made['id']}/").json()["players"]
    assert [player["rating"] for player in shown] == [None, 1600]


@pytest.fixture
def pays(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``pays(*payouts)`` declares what an app pays, some of it in shards."""
    monkeypatch.setattr(payouts, "_payouts", [])
    monkeypatch.setattr(currencies.CURRENCIES, "by_apps", {})
    currencies.currency("shards", at_most=5)
    return lambda *declared: payouts.declare(declared)


def test_an_apps_payouts_by_place_are_in_place_of_ours(
    play: Any, ada: Person, bob: Person, pays: Callable[..., None]
) -> None:
    pays(
        Payout(game="chess", xp=1),
        Payout(game="tictactoe", place=1, xp=7, gems=2, currencies={"shards": 3}),
        Payout(game="tictactoe", place="last", gold=1),
    )

    assert play(ada, bob) == [
        {"user_id": ada.id, "xp": 7, "gold": 0, "level_up": False, "gems": 2, "currencies": {"shards": 3}},
        {"user_id": bob.id, "xp": 0, "gold": 1, "level_up": False},
    ]
    assert [one["currencies"] for one in play(ada, bob)[:1]] == [{"shards": 2}]
    me = ada.get("/api/player/me/").json()
    assert (me["currencies"], me["gems"], me["gold"]) == ({"shards": 5}, 4, 100)
    assert [one["user_id"] for one in play(ada, bob, reason="resign")] == [ada.id]
    assert list(ledger.audit()) == []


def test_a_payout_of_another_mode_leaves_ours(
    play: Any, ada: Person, bob: Person, pays: Callable[..., None]
) -> None:
    pays(Payout(game="tictactoe", mode="ranked", xp=1))
    assert [one["xp"] for one in play(ada, bob)] == [50, 20]
    pays(Payout(mode="", place=1, xp=9))
    assert [one["xp"] for one in play(ada, bob)] == [9, 0]


def test_the_rules_of_operators_come_first_and_have_versions(
    play: Any, ada: Person, bob: Person, pays: Callable[..., None]
) -> None:
    pays(Payout(game="tictactoe", xp=1))
    rule = RewardRule.objects.create(game="tictactoe", place=1, xp=4, currency="shards", amount=2)
    first, second = play(ada, bob)
    assert (first["xp"], first["currencies"], second["xp"]) == (4, {"shards": 2}, 1)
    rule.xp = 6
    rule.save()
    assert [one["xp"] for one in play(ada, bob)] == [6, 1]
    assert ContentVersion.objects.filter(model="game.rewardrule", row_id=rule.pk).count() == 2
    for wrong in ({"currency": "pearls", "amount": 1}, {"currency": "shards"}, {"amount": 1}, {"place": 0}):
        with pytest.raises(ValidationError):
            RewardRule.objects.create(**wrong)


def test_items_and_what_is_drawn_from_a_drop_table_are_in_the_rewards(
    play: Any, ada: Person, bob: Person, pays: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables.DROP_TABLES, "by_apps", {})
    drop_table("chest", [Drop("medal", 2, 2)])
    drop_table("purse", [Drop("shards", 1, 1)])
    Item.objects.create(slug="medal", name="Medal", kind="material")
    pays(
        Payout(game="tictactoe", place=1, items=[("medal", 1)], drops="chest"),
        Payout(game="tictactoe", drops="no-more"),
    )

    first, second = play(ada, bob)
    assert [(item["item"], item["name"], item["quantity"]) for item in first["items"]] == [
        ("medal", "Medal", 3)
    ]
    assert "items" not in second
    RewardRule.objects.create(game="tictactoe", drops="purse")
    assert [one["currencies"] for one in play(ada, bob)] == [{"shards": 1}, {"shards": 1}]
    assert list(ledger.audit()) == []


def test_a_rule_with_a_currency_that_no_app_declares_any_more_keeps_no_game_open(
    play: Any, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, pays: Callable[..., None]
) -> None:
    RewardRule.objects.create(game="tictactoe", xp=4, currency="shards", amount=2)
    monkeypatch.setattr(currencies.CURRENCIES, "by_apps", {})

    assert [one["xp"] for one in play(ada, bob)] == [4, 4]
    assert "shards" not in ada.get("/api/player/me/").json()["currencies"]


def test_a_bot_is_worth_half_of_a_payout(ada: Person, pays: Callable[..., None]) -> None:
    pays(Payout(xp=9, gold=5, currencies={"shards": 4}))
    game = services.create_against_bot(user_id=ada.id, name="tictactoe", level=1)
    moved(game).finish("win", (0,))
    (given,) = Game.objects.get(pk=game.pk).result["rewards"]
    assert (given["xp"], given["gold"], given["currencies"]) == (4, 2, {"shards": 2})


@pytest.mark.parametrize("wrong", [{"xp": -1}, {"place": 0}, {"currencies": {"shards": -1}}])
def test_a_payout_that_makes_no_sense_cannot_be_declared(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"nothing|place"):
        Payout(**wrong)
    with pytest.raises(TypeError):
        payouts.declare([{"xp": 5}])  # type: ignore[list-item]
