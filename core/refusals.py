"""Refusals: why something asked for was not done, with a stable code for clients."""

from typing import Any


class Refusal(Exception):
    """Something asked for is refused.

    ``code`` is the stable snake_case word that clients act on, ``status`` its HTTP status, the message a
    sentence for people, ``details`` optional facts (for invalid fields ``{field: [reasons]}``),
    ``retry_after`` seconds.
    """

    status = 400
    code = "refused"
    title = "Refused"

    def __init__(
        self, message: str = "", *, details: dict[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.details = details
        self.retry_after = retry_after


class Malformed(Refusal):
    """The request could not be read at all."""

    status = 400
    code = "malformed"
    title = "Malformed request"


class Unauthenticated(Refusal):
    """No token, or one that does not hold (any more)."""

    status = 401
    code = "not_authenticated"
    title = "Not authenticated"


class CannotAfford(Refusal):
    """Not enough of a currency or of stamina."""

    status = 402
    code = "cannot_afford"
    title = "Cannot afford"


class NotAllowed(Refusal):
    """Known, understood, and not for this player."""

    status = 403
    code = "not_allowed"
    title = "Not allowed"


class NotFound(Refusal):
    """There is no such thing, or it is none of the caller's business."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(Refusal):
    """The wrong state for it, or a race lost."""

    status = 409
    code = "conflict"
    title = "Conflict"


class TooLarge(Refusal):
    """More bytes than are taken."""

    status = 413
    code = "too_large"
    title = "Too large"


class Invalid(Refusal):
    """Well-formed, but not valid; ``details`` maps fields to reasons."""

    status = 422
    code = "invalid"
    title = "Invalid"


class RateLimited(Refusal):
    """Too much, too quickly; ``retry_after`` says when to try again."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"


class Unavailable(Refusal):
    """A part that is needed is down for the moment."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"
