"""Errors; each has ``error_code``, ``error_message`` and ``details``."""

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """Base class of all errors of this client.

    ``error_code`` is a stable snake_case word for programs, ``error_message`` a sentence for people,
    ``details`` further facts (``{field: [reasons]}`` for invalid input).
    """

    def __init__(
        self, error_code: str, error_message: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(error_message or error_code)
        self.error_code = error_code
        self.error_message = error_message or error_code
        self.details: dict[str, Any] = dict(details or {})


class ApiError(ClientError):
    """An HTTP call failed; ``status`` is 0 and the code ``offline`` if there was no answer."""

    def __init__(
        self,
        status: int,
        error_code: str,
        error_message: str = "",
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(error_code, error_message, details)
        self.status = status
        self.retry_after = retry_after
        """Seconds to wait after a 429 or 503."""
        self.members: dict[str, Any] = dict(members or {})
        """All of the answer, such as the ``challenge`` of ``mfa_required``."""


class CommandRefused(ClientError):
    """The server refused one message; the socket stays open. ``ref`` is the ``id`` of that message."""

    def __init__(self, frame: Mapping[str, Any]) -> None:
        super().__init__(frame["code"], frame["message"], frame.get("details"))
        self.ref: str | int | None = frame.get("ref")
        self.retry_after: float | None = frame.get("retry_after")
        """Seconds to wait if the rate limit was exceeded."""


class ChannelClosed(ClientError):
    """A socket is closed; ``code`` is the WebSocket close code, ``error_code`` the close reason."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason or f"closed_{code}", f"The socket was closed with {code} {reason}".rstrip())
        self.code = code


class AnswerLost(ClientError):
    """The connection was lost before the answer arrived: the command may or may not have been executed."""

    def __init__(self) -> None:
        super().__init__("answer_lost", "The connection was lost before the answer came.")


class ProtocolError(ClientError):
    """Invalid message text."""

    def __init__(self, error_message: str) -> None:
        super().__init__("not_a_message", error_message)
