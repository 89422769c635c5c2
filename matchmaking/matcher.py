"""Every server process looks at the queues again and again: windows widen, and the silent are given up.

Queues that another process is at are left to it.
"""

from matchmaking import services
from realtime import presence, worker

_gone: set[int] = set()
"""Users whose last socket has closed, and of whom that is not noted yet."""


@presence.on_change
async def come_or_gone(user_id: int, is_online: bool) -> None:
    """Somebody came online, or is gone."""
    if is_online:
        _gone.discard(user_id)
    else:
        _gone.add(user_id)


@worker.every(1)
def look() -> None:
    """Note who is gone, and match who may play by now."""
    gone = list(_gone)
    if gone:
        services.note_gone(gone)
        _gone.difference_update(gone)
    services.match_all()
