"""The search for cheating: batch by batch through what has ended, with flags for what stands out.

Nobody is punished by it: a flag joins the queue of reports, where operators decide.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chat import services as chat
from core import live_settings
from game import selectors as games
from operators.cheating import selectors
from operators.cheating.models import Progress
from operators.cheating.rules import Thresholds
from world.trading import selectors as trading

BATCH_SIZE = 200
"""The games or trades of one transaction."""
COMMITTED_AFTER = timedelta(minutes=1)
"""By then what has ended is committed, so that nothing is passed over."""

is_on = live_settings.declare("cheating_search", True, "Search for signs of cheating every night")
_days = live_settings.declare("cheating_days", 7, "Days of games and trades in which signs are looked for")
_jump = live_settings.declare("cheating_jump_points", 200, "Points by which a settled rating rises at least")
_chances = live_settings.declare(
    "cheating_jump_deviations", 5, "Standard deviations of chance in such a rise"
)
_settled = live_settings.declare("cheating_jump_after", 30, "Rated games after which a rating is settled")
_pair = live_settings.declare("cheating_pair_games", 12, "Games of a pair of which one always wins")
_chance = live_settings.declare("cheating_pair_times", 5, "How many times chance a pair has met")
_speed = live_settings.declare(
    "cheating_answer_ms", 150, "Milliseconds in which no person answers, as a median"
)
_answers = live_settings.declare("cheating_answers", 10, "Answers in a game of which the median is taken")
_alike = live_settings.declare(
    "cheating_alike_games", 5, "Games of a pair of one address, if one always wins"
)
_trades = live_settings.declare(
    "cheating_alike_trades", 3, "Trades of a pair of one address, if one always gives"
)


def thresholds() -> Thresholds:
    """Return the thresholds as they are set now."""
    return Thresholds(
        days=_days(),
        jump_points=_jump(),
        jump_deviations=_chances(),
        jump_settled_after=_settled(),
        pair_games=_pair(),
        pair_times_chance=_chance(),
        answer_ms=_speed(),
        answers=_answers(),
        alike_games=_alike(),
        alike_trades=_trades(),
    )


def search(*, within_s: float) -> int:
    """Search what has ended since the last search; return the number of new flags.

    Stops after ``within_s``; the next search goes on from there.
    """
    if not is_on():
        return 0
    stop_at = time.monotonic() + within_s
    new, to = 0, thresholds()
    for subject, search_batch in _SEARCHES.items():
        more = True
        while more and time.monotonic() < stop_at:
            raised, more = _search_on(subject, search_batch, to)
            new += raised
    return new


def search_again(*, since: datetime) -> None:
    """Let the next search begin with what ended then."""
    for subject in _SEARCHES:
        Progress.objects.update_or_create(subject=subject, defaults={"until": since})


_Batch = tuple[list[chat.Flag], list[datetime]]
"""Flags, and when what was searched ended."""
_Search = Callable[[datetime, datetime, Thresholds], _Batch]


@transaction.atomic
def _search_on(subject: Progress.Subject, search_batch: _Search, to: Thresholds) -> tuple[int, bool]:
    """Search one batch; return the number of new flags, and whether there may be more."""
    now = timezone.now()
    since = now - timedelta(days=to.days)
    Progress.objects.get_or_create(subject=subject, defaults={"until": since})
    progress = Progress.objects.select_for_update().get(pk=subject)
    flags, ends = search_batch(progress.until, now - COMMITTED_AFTER, to)
    if ends:
        progress.until = max(ends)
        progress.save(update_fields=["until"])
    return chat.raise_flags(flags, unless_decided_since=since), len(ends) >= BATCH_SIZE


def _search_games(after: datetime, until: datetime, to: Thresholds) -> _Batch:
    ended = games.ended_after(after, until=until, most=BATCH_SIZE)
    since = until - timedelta(days=to.days)
    flags = selectors.too_fast([one.game_id for one in ended], to)
    flags += selectors.suspicious_players({user for one in ended for user in one.user_ids}, since, to)
    return flags, [one.finished_at for one in ended]


def _search_trades(after: datetime, until: datetime, to: Thresholds) -> _Batch:
    trades = trading.completed_after(after, until=until, most=BATCH_SIZE)
    pairs = {(min(one.user_ids), max(one.user_ids)) for one in trades}
    flags = selectors.one_way_traders(pairs, until - timedelta(days=to.days), to)
    return flags, [one.ended_at for one in trades]


_SEARCHES: dict[Progress.Subject, _Search] = {
    Progress.Subject.GAMES: _search_games,
    Progress.Subject.TRADES: _search_trades,
}
