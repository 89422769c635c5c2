"""Functions that are called with messages, by their type."""

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("gameplatform_client")

Handler = Callable[[Any], object]
"""Plain or async. It gets the message; for ``MessageType.ERROR`` a ``CommandRefused``."""


class Handlers:
    """The handlers of a client or a channel."""

    def __init__(self) -> None:
        self._by_type: dict[str, list[Handler]] = {}

    def register_handler(self, message_type: str, handler: Handler) -> None:
        """Call ``handler`` with every message of this type, in the order in which they come."""
        self._by_type.setdefault(message_type, []).append(handler)

    def unregister_handler(self, message_type: str, handler: Handler) -> None:
        """Do not call ``handler`` any more. Raises ``ValueError`` if it is not registered."""
        self._by_type.get(message_type, []).remove(handler)

    async def _dispatch(self, message_type: str, message: object) -> None:
        """Call the handlers one after the other; one that fails does not keep it from the others."""
        for handler in tuple(self._by_type.get(message_type, ())):
            try:
                outcome = handler(message)
                if inspect.isawaitable(outcome):
                    await outcome
            except (Exception, asyncio.CancelledError) as problem:
                task = asyncio.current_task()
                if isinstance(problem, asyncio.CancelledError) and task is not None and task.cancelling():
                    raise  # it is this that is cancelled, not something that the handler waited for
                logger.exception("A handler of %s failed", message_type)
