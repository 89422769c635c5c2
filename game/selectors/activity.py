"""Life on the server: how many are here, and what is worth a look."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.remembered import Remembered
from game import shapes
from game.author import catalogue
from game.models import Game, Seat
from game.records import TakenSeat
from realtime.membership.leased_set import others_in
from realtime.membership.presence import count_online_sync

ATTENDANCE = "at_game"
"""The kind of the ``LeasedSet`` whose rooms are games."""
MOST_NAMED = 20
KEPT_S = 5.0
"""For this time all users get the same answer."""


def spectators(game_id: UUID, seats: Collection[TakenSeat]) -> shapes.Spectators:
    """Return who watches a game: all of them counted, some of them named."""
    players = [seat.user_id for seat in seats if seat.user_id is not None]
    count, some = others_in(ATTENDANCE, game_id.hex, players, MOST_NAMED)
    names = User.objects.filter(pk__in=some).order_by("pk").values_list("username", flat=True)
    return shapes.Spectators(count=count, usernames=list(names))


def _look() -> shapes.Now:
    names = [rules.name for rules in catalogue.all() if rules.spectators]
    running = Game.objects.filter(state=Game.State.ACTIVE, name__in=names, private=False).count()
    return shapes.Now(online=count_online_sync(), running=running, replay=_replay_before(_midnight()))


now = Remembered(_look, for_s=KEPT_S)
"""The activity on the server, at most ``KEPT_S`` seconds old."""


def _midnight() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _replay_before(end: datetime) -> shapes.DailyReplay | None:
    names = [rules.name for rules in catalogue.all() if not rules.real_time]
    is_public = Q(state=Game.State.FINISHED, name__in=names, private=False)
    # By its beginning, as the index of states and beginnings bounds the search.
    lately = Q(created_at__gte=end - timedelta(days=7), finished_at__lt=end, result__reason="win")
    found = Game.objects.filter(is_public, lately).order_by("-created_at").values_list("pk", "name").first()
    if found is None:
        return None
    game_id, name = found
    players = Seat.objects.filter(game=game_id, user__isnull=False).order_by("number")
    return shapes.DailyReplay(
        id=game_id,
        game=name,
        title=catalogue.get(name).title,
        players=list(players.values_list("user__username", flat=True)),
    )
