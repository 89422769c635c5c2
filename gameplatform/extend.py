"""The public interface for extra apps: typed routes and hooks. See docs/extend.md."""

from accounts.authentication import identity
from core.calls import before
from core.limit_counts import Limit
from core.refusals import CannotAfford, Conflict, Invalid, NotAllowed, NotFound, Refusal
from core.routes import route
from core.rpc import rpc
from core.typed import typed
from realtime.hooks import after
from storage import documents as storage

__all__ = [
    "CannotAfford",
    "Conflict",
    "Invalid",
    "Limit",
    "NotAllowed",
    "NotFound",
    "Refusal",
    "after",
    "before",
    "identity",
    "route",
    "rpc",
    "storage",
    "typed",
]
