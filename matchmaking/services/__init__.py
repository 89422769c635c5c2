"""Services that change the queue: join, leave, match, expire.

Every change locks the queue's row, and claims tickets and creates their games in one transaction: nobody is
matched twice, or matched after leaving.
"""

from matchmaking.services.joining import join, join_soon
from matchmaking.services.leaving import cancel_match, clear_history, decline, leave, merge, withdraw
from matchmaking.services.passes import match_all, match_queue
from matchmaking.services.proposals import accept
from matchmaking.services.tickets import LOOK, mark_disconnected, touch_tickets

__all__ = [
    "LOOK",
    "accept",
    "cancel_match",
    "clear_history",
    "decline",
    "join",
    "join_soon",
    "leave",
    "mark_disconnected",
    "match_all",
    "match_queue",
    "merge",
    "touch_tickets",
    "withdraw",
]
