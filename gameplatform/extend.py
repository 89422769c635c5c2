"""The public interface for extra apps. See docs/extend.md."""

from accounts.authentication import identity
from competition.boards import Leaderboard
from core.calls import before
from core.content import Content
from core.database import in_database
from core.limit_counts import Limit
from core.operators import OperatorAdmin, ReadOnly
from core.personal_data import erases, exports, merges
from core.refusals import CannotAfford, Conflict, Invalid, NotAllowed, NotFound, Refusal
from core.routes import route
from core.rpc import rpc
from core.typed import typed
from game.payouts import Payout
from progression.currencies import currency, item_kind, item_slot
from progression.economy import drop, grant, take
from progression.tables import Drop, conversion, curve, drop_table, growth
from realtime.hooks import after
from realtime.hooks import reacts_safely_to as reacts_to
from realtime.publishing import publish
from realtime.socket.consumer import Consumer, handles
from realtime.wire.messages import Command, Event, Internal, Reply
from realtime.wire.topics import Topic
from storage import documents as storage
from webhooks.services import webhook

__all__ = [
    "CannotAfford",
    "Command",
    "Conflict",
    "Consumer",
    "Content",
    "Drop",
    "Event",
    "Internal",
    "Invalid",
    "Leaderboard",
    "Limit",
    "NotAllowed",
    "NotFound",
    "OperatorAdmin",
    "Payout",
    "ReadOnly",
    "Refusal",
    "Reply",
    "Topic",
    "after",
    "before",
    "conversion",
    "currency",
    "curve",
    "drop",
    "drop_table",
    "erases",
    "exports",
    "grant",
    "growth",
    "handles",
    "identity",
    "in_database",
    "item_kind",
    "item_slot",
    "merges",
    "publish",
    "reacts_to",
    "route",
    "rpc",
    "storage",
    "take",
    "typed",
    "webhook",
]
