"""The periodic matcher, in every server process: windows widen with time, and silent players are removed.

A queue that another process is matching is skipped.
"""

from core.background import every
from core.ids import UserId
from matchmaking import services
from realtime.membership import presence

_disconnected: set[UserId] = set()
"""Users whose last socket has closed, which is not recorded yet."""


@presence.on_change
async def on_presence_change(user_id: UserId, is_online: bool) -> None:
    """Track users who went offline."""
    if is_online:
        _disconnected.discard(user_id)
    else:
        _disconnected.add(user_id)


@every(1)
def run_matcher() -> None:
    """Record disconnected users, and match all queues."""
    gone = list(_disconnected)
    if gone:
        services.mark_disconnected(gone)
        _disconnected.difference_update(gone)
    services.match_all()
