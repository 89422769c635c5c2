"""Refusals: reasons why a request was not carried out, with stable codes for clients."""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """Base class of all refusals.

    ``code`` is a stable snake_case word for clients to act on, ``status`` the HTTP status, the message a
    sentence for people, ``details`` optional facts (for invalid fields ``{field: [reasons]}``),
    ``retry_after`` seconds, ``members`` further members of the problem's object.
    """

    status = 400
    code = "refused"
    title = "Refused"
    members: Mapping[str, Any] = {}

    def __init__(
        self, message: str = "", *, details: dict[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.details = details
        self.retry_after = retry_after


class Malformed(Refusal):
    """The request could not be parsed."""

    status = 400
    code = "malformed"
    title = "Malformed request"


class Unauthenticated(Refusal):
    """The token is missing, invalid or expired."""

    status = 401
    code = "not_authenticated"
    title = "Not authenticated"


class CannotAfford(Refusal):
    """Not enough of a currency or of stamina."""

    status = 402
    code = "cannot_afford"
    title = "Cannot afford"


class NotAllowed(Refusal):
    """The caller is known but not allowed to do this."""

    status = 403
    code = "not_allowed"
    title = "Not allowed"


class NotFound(Refusal):
    """The object does not exist, or is not visible to the caller."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(Refusal):
    """The object's state does not permit it, or a concurrent request came first."""

    status = 409
    code = "conflict"
    title = "Conflict"


class TooLarge(Refusal):
    """The body exceeds the size limit."""

    status = 413
    code = "too_large"
    title = "Too large"


class Invalid(Refusal):
    """Well-formed, but not valid; ``details`` maps fields to reasons."""

    status = 422
    code = "invalid"
    title = "Invalid"


class RateLimited(Refusal):
    """Too many requests; ``retry_after`` says when to try again."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"


class Unavailable(Refusal):
    """A required service is temporarily down."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"
