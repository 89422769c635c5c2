"""The periodic matcher: windows widen with time, and silent players are removed.

A queue that another process is matching is skipped.
"""

from core.due import look, looks
from core.ids import UserId
from matchmaking import selectors, services
from realtime import worker
from realtime.membership import presence


class Disconnected(set[UserId]):
    """Users whose last socket has closed, which is not recorded yet."""


def _disconnected() -> Disconnected:
    return worker.current().part(Disconnected)


@presence.on_change
async def on_presence_change(user_id: UserId, is_online: bool) -> None:
    """Track users who went offline."""
    if is_online:
        _disconnected().discard(user_id)
    else:
        _disconnected().add(user_id)
        looks[services.LOOK].wake()


@look(services.LOOK, every_s=1, waiting=selectors.waiting)
def run_matcher() -> None:
    """Record disconnected users, and match all queues."""
    waiting = _disconnected()
    if gone := list(waiting):
        services.mark_disconnected(gone)
        waiting.difference_update(gone)
    services.match_all()
