"""What can go wrong: every error carries ``error_code``, ``error_message`` and ``details``."""

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """Anything that this client raises.

    ``error_code`` is a stable snake_case word for programs, ``error_message`` a sentence for people,
    ``details`` what else is known (``{field: [reasons]}`` of input that does not fit).
    """

    def __init__(
        self, error_code: str, error_message: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(error_message or error_code)
        self.error_code = error_code
        self.error_message = error_message or error_code
        self.details: dict[str, Any] = dict(details or {})


class ApiError(ClientError):
    """A call over HTTP did not succeed; ``status`` is 0 and the code ``offline`` when there was no answer."""

    def __init__(
        self,
        status: int,
        error_code: str,
        error_message: str = "",
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(error_code, error_message, details)
        self.status = status
        self.retry_after = retry_after
        """Seconds to wait after a 429 or 503."""


class CommandRefused(ClientError):
    """The server refused one message; the socket stays open. ``ref`` is the ``id`` of that message."""

    def __init__(self, frame: Mapping[str, Any]) -> None:
        super().__init__(frame["code"], frame["message"], frame.get("details"))
        self.ref: str | int | None = frame.get("ref")
        self.retry_after: float | None = frame.get("retry_after")
        """Seconds to wait when there was too much of it."""


class ChannelClosed(ClientError):
    """A socket is closed; ``code`` is WebSocket's close code, ``error_code`` the reason that came with it."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason or f"closed_{code}", f"The socket was closed with {code} {reason}".rstrip())
        self.code = code


class AnswerLost(ClientError):
    """The connection was lost before the answer came: the command may have been carried out or not."""

    def __init__(self) -> None:
        super().__init__("answer_lost", "The connection was lost before the answer came.")


class ProtocolError(ClientError):
    """A text that is no message."""

    def __init__(self, error_message: str) -> None:
        super().__init__("not_a_message", error_message)
