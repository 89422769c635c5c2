"""The public interface for extra apps: typed routes. See docs/extend.md."""

from accounts.authentication import identity
from core.refusals import CannotAfford, Conflict, Invalid, NotAllowed, NotFound, Refusal
from core.routes import route
from core.typed import typed

__all__ = [
    "CannotAfford",
    "Conflict",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "Refusal",
    "identity",
    "route",
    "typed",
]
