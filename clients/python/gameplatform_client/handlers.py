"""Registered functions that are called with messages, by type."""

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("gameplatform_client")

Handler = Callable[[Any], object]
"""A sync or async function of the message; for ``MessageType.ERROR`` of a ``CommandRefused``."""


class Handlers:
    """The handlers of a client or a channel."""

    def __init__(self) -> None:
        self._by_type: dict[str, list[Handler]] = {}

    def register_handler(self, message_type: str, handler: Handler) -> None:
        """Call ``handler`` with every message of this type, in the order of arrival."""
        self._by_type.setdefault(message_type, []).append(handler)

    def unregister_handler(self, message_type: str, handler: Handler) -> None:
        """Remove ``handler``. Raises ``ValueError`` if it is not registered."""
        self._by_type.get(message_type, []).remove(handler)

    async def _dispatch(self, message_type: str, message: object) -> None:
        """Call the handlers in order; a failing one does not prevent the others."""
        for handler in tuple(self._by_type.get(message_type, ())):
            try:
                outcome = handler(message)
                if inspect.isawaitable(outcome):
                    await outcome
            except (Exception, asyncio.CancelledError) as problem:
                task = asyncio.current_task()
                if isinstance(problem, asyncio.CancelledError) and task is not None and task.cancelling():
                    raise  # this task was cancelled, not something that the handler awaited
                logger.exception("A handler of %s failed", message_type)
