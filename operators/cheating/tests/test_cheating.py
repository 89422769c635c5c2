"""The search for cheating: what is flagged with which evidence, what is not, and who decides."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Ban, User
from chat.models import Report
from core import live_settings
from game.models import Game, Seat
from operators.cheating import services
from operators.cheating.models import Progress
from operators.cheating.tests.conftest import Players, Season, moved, signed_in, trade

pytestmark = pytest.mark.django_db

Operators = Callable[[str], Client]


def flags() -> list[tuple[str, User | None, User | None]]:
    return [(one.sign, one.about, one.other) for one in Report.objects.order_by("sign", "pk")]


def search() -> int:
    return services.search(within_s=60)


@pytest.fixture
def crowd(players: Players, season: Season) -> list[User]:
    """Twenty people who play each other as it comes."""
    crowd = players(20)
    season.play_honestly(crowd, 200)
    return crowd


def test_honest_play_is_not_flagged(crowd: list[User], season: Season) -> None:
    season.play_honestly(crowd, 600)
    season.store()

    assert search() == 0, flags()
    assert Progress.objects.get(pk="games").until == season.at


def test_a_settled_rating_that_jumps_is_flagged_with_the_games(season: Season, players: Players) -> None:
    (ada,) = players(1)
    season.settle(ada)
    for loser in players(40):
        season.settle(loser, like=ada)
        season.play(ada, loser)
    season.store()

    assert search() == 1
    (flag,) = Report.objects.all()
    assert (flag.kind, flag.sign, flag.about, flag.reporter) == ("cheating", "rating_jump", ada, None)
    assert flag.score > 1
    assert flag.text.startswith("tictactoe: from 1500 to ")
    assert Seat.objects.filter(user=ada, game__in=[one["id"] for one in flag.evidence]).count() == 20


def test_the_rating_of_a_new_player_may_jump(season: Season, players: Players) -> None:
    (ada,) = players(1)
    for loser in players(30):
        season.play(ada, loser)
    season.store()

    assert search() == 0


def test_a_pair_that_meets_too_often_and_one_always_wins_is_flagged(
    crowd: list[User], season: Season, players: Players
) -> None:
    ada, bob = players(2)
    for _ in range(14):
        season.play(ada, bob)
    season.store()

    assert search() == 1
    assert flags() == [("repeated_pair", ada, bob)]
    assert "won 14 of 14" in Report.objects.get().text


def test_a_pair_that_wins_in_turn_or_has_nobody_else_to_play_is_not(season: Season, players: Players) -> None:
    ada, bob = players(2)
    for _ in range(14):
        season.play(ada, bob)
    season.store()
    assert search() == 0

    season.play_honestly(players(20), 200)
    cyd, dan = players(2)
    for _ in range(8):
        season.play(cyd, dan)
        season.play(dan, cyd)
    season.store()
    assert search() == 0


def test_answers_faster_than_a_person_are_flagged_and_bots_may_be_fast(
    crowd: list[User], season: Season, players: Players
) -> None:
    ada, bob, bot = players(3)
    against_bob, against_bot = season.play(ada, bob), season.play(ada, bot)
    season.store()
    Seat.objects.filter(user=bot).update(bot_level=2)
    moved(against_bob, [bob, ada], [2400, 40])
    moved(against_bot, [ada, bot], [900, 5])

    assert search() == 1
    (flag,) = Report.objects.all()
    assert (flag.sign, flag.about, flag.other) == ("impossible_speed", ada, None)
    assert flag.text == "tictactoe: 12 answers with a median of 40 ms"
    assert [one["id"] for one in flag.evidence] == [str(against_bob.pk)]


def test_a_few_fast_answers_are_luck(season: Season, players: Players) -> None:
    ada, bob = players(2)
    game = season.play(ada, bob)
    season.store()
    moved(game, [bob, ada], [2400, 40], moves=12)

    assert search() == 0


def test_a_pair_of_one_address_that_plays_for_one_of_them_is_flagged(
    crowd: list[User], season: Season, players: Players
) -> None:
    ada, bob, cyd, dan = players(4)
    for winner, loser in ((ada, bob), (cyd, dan)):
        for _ in range(6):
            season.play(winner, loser)
    season.store()
    for user, ip in ((ada, "192.0.2.1"), (bob, "192.0.2.1"), (cyd, "192.0.2.2"), (dan, "192.0.2.3")):
        signed_in(user, ip)

    assert search() == 1
    assert flags() == [("alike_addresses", ada, bob)]
    evidence = [one["label"] for one in Report.objects.get().evidence]
    assert evidence == ["accounts.session"] * 2 + ["game.game"] * 6
    # Moderators read flags, but not addresses.
    assert "192.0.2." not in str(Report.objects.get().evidence)


def test_a_family_that_plays_fairly_from_one_address_is_not(
    crowd: list[User], season: Season, players: Players
) -> None:
    ada, bob = players(2)
    for _ in range(6):
        season.play(ada, bob)
        season.play(bob, ada)
    season.store()
    for user in (ada, bob):
        signed_in(user, "192.0.2.1")

    assert search() == 0


def test_one_who_only_gives_to_another_one_of_the_same_address_is_flagged(players: Players) -> None:
    ada, bob, cyd, dan = players(4)
    for _ in range(3):
        trade(ada, bob)
        trade(cyd, dan)
    for user in (ada, bob, cyd, dan):
        signed_in(user, "192.0.2.1")
    trade(dan, cyd)

    assert search() == 1
    assert flags() == [("alike_addresses", bob, ada)]
    assert [one["label"] for one in Report.objects.get().evidence].count("trading.trade") == 3


def test_trades_of_both_or_from_elsewhere_are_not_flagged(players: Players) -> None:
    ada, bob, cyd = players(3)
    for _ in range(4):
        trade(ada, bob, back=20)
        trade(cyd, ada)
    for user, ip in ((ada, "192.0.2.1"), (bob, "192.0.2.1"), (cyd, "192.0.2.2")):
        signed_in(user, ip)

    assert search() == 0


def test_searching_again_adds_nothing_but_new_evidence(
    crowd: list[User], season: Season, players: Players, operator: Operators
) -> None:
    ada, bob = players(2)
    first = season.play(ada, bob)
    season.store()
    moved(first, [bob, ada], [2400, 40])
    assert search() == 1

    services.search_again(since=timezone.now() - timedelta(days=7))
    before = Report.objects.values().get()
    assert search() == 0
    assert Report.objects.values().get() == before

    second = season.play(ada, bob)
    season.store()
    moved(second, [bob, ada], [2400, 30])
    assert search() == 0
    flag = Report.objects.get()
    assert [one["id"] for one in flag.evidence] == [str(second.pk), str(first.pk)]

    decide(operator("moderator"), "let_stand", flag)
    services.search_again(since=timezone.now() - timedelta(days=7))
    assert search() == 0
    assert Report.objects.count() == 1


def test_every_batch_is_searched_also_games_that_ended_at_once(
    season: Season, players: Players, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    pairs = [players(2) for _ in range(7)]
    games = [season.play(*pair) for pair in pairs]
    season.store()
    Game.objects.filter(pk__in=[game.pk for game in games[1:5]]).update(finished_at=games[1].finished_at)
    for game, (ada, bob) in zip(games, pairs, strict=True):
        moved(game, [bob, ada], [2400, 40])

    assert services.search(within_s=0) == 0
    assert search() == 7


def test_thresholds_are_live_settings_and_the_search_can_be_switched_off(
    season: Season, players: Players
) -> None:
    ada, bob = players(2)
    game = season.play(ada, bob)
    season.store()
    moved(game, [bob, ada], [2400, 200])
    live_settings.change("cheating_answer_ms", 250, by_id=None)
    live_settings.change("cheating_search", False, by_id=None)
    live_settings.values.forget()

    assert search() == 0
    live_settings.change("cheating_search", True, by_id=None)
    live_settings.values.forget()
    assert search() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such plans")
def test_no_query_of_the_search_reads_a_whole_table(season: Season, players: Players) -> None:
    ada, bob = players(2)
    games = [season.play(ada, bob) for _ in range(14)]
    season.store()
    moved(games[0], [bob, ada], [2400, 40])
    for user in (ada, bob):
        signed_in(user, "192.0.2.1")
    for _ in range(3):
        trade(ada, bob)

    with CaptureQueriesContext(connection) as told:
        assert search() == 3
    reads = [one["sql"] for one in told if one["sql"].startswith("SELECT") and "_report" not in one["sql"]]
    tables = ("game_game", "game_seat", "game_journalentry", "accounts_session", "world_trade")
    assert all(any(f'FROM "{table}"' in read for read in reads) for table in tables)
    with connection.cursor() as cursor:
        # The few rows of a test would be read one by one.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for read in reads:
            cursor.execute(f"EXPLAIN {read}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, (read, plan)


def decide(client: Client, action: str, flag: Report, **more: Any) -> str:
    form = {"action": action, "_selected_action": flag.pk, **more}
    return client.post("/admin/chat/report/", form, follow=True).content.decode()


@pytest.fixture
def flagged(season: Season, players: Players) -> Report:
    """A flag of ada and bob, in the queue."""
    ada, bob = players(2)
    for _ in range(6):
        season.play(ada, bob)
    season.store()
    for user in (ada, bob):
        signed_in(user, "192.0.2.1")
    call_command("flag_cheating", stdout=(out := io.StringIO()))
    assert out.getvalue() == "1 new flags\n"
    return Report.objects.get()


def test_a_flag_is_in_the_queue_with_links_to_its_evidence(flagged: Report, operator: Operators) -> None:
    moderator = operator("moderator")
    assert flagged.text in moderator.get("/admin/chat/report/").content.decode()
    shown = moderator.get(f"/admin/chat/report/{flagged.pk}/change/").content.decode()

    for one in flagged.evidence:
        assert one["text"] in shown
        app, model = one["label"].split(".")
        assert f"/admin/{app}/{model}/{one['id']}/change/" in shown
    game = next(one["id"] for one in flagged.evidence if one["label"] == "game.game")
    assert f"/replay/{game}" in shown
    for user in (flagged.about, flagged.other):
        assert f"/admin/support/person/{user.pk}/change/" in shown
        page = moderator.get(f"/admin/support/person/{user.pk}/change/").content.decode()
        assert flagged.text in page, user
        assert f"/admin/chat/report/{flagged.pk}/change/" in page, user


def test_only_operators_decide_a_flag_and_nobody_is_punished(flagged: Report, operator: Operators) -> None:
    assert not Ban.objects.exists()
    decide(operator("support"), "acted", flagged)
    assert operator("economist").get(f"/admin/chat/report/{flagged.pk}/change/").status_code == 403
    flagged.refresh_from_db()
    assert flagged.settled_at is None

    decide(operator("moderator"), "let_stand", flagged)
    flagged.refresh_from_db()
    assert (flagged.decision, flagged.settled_by.username) == ("dismissed", "the_moderator")


def test_a_flag_is_acted_on(flagged: Report, operator: Operators) -> None:
    decide(operator("moderator"), "acted", flagged, reason="banned both")
    flagged.refresh_from_db()
    assert (flagged.decision, flagged.settled_by.username) == ("acted: banned both", "the_moderator")
