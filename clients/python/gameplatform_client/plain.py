"""The async client on a background thread, for synchronous code. ``sync`` exports it, with its types."""

import asyncio
import functools
import inspect
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

from gameplatform_client import channel, client
from gameplatform_client.handlers import Handler


@dataclass(frozen=True)
class _Life:
    """The two threads of a background: handlers have their own, so that they may send commands and wait."""

    thread: threading.Thread
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    handlers: ThreadPoolExecutor


class Background:
    """An event loop on a thread of its own, from the first call until ``stop``."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._life: _Life | None = None
        self._handling: threading.Thread | None = None

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function or coroutine function on the loop and return its result.

        A future is returned as one of ``concurrent.futures``.
        """
        life = self._alive()
        if threading.current_thread() is life.thread:
            raise RuntimeError("A coroutine cannot wait for the client of plain code.")
        result = asyncio.run_coroutine_threadsafe(_called(function, *arguments, **named), life.loop)
        try:
            return result.result()
        finally:
            result.cancel()  # in case this thread was interrupted

    async def handle(self, handler: Handler, message: Any) -> None:
        """Call a handler on the handlers' thread; an awaitable that it returns is awaited on the loop."""
        life = self._life
        if life is None:  # it is being stopped
            return
        outcome = await life.loop.run_in_executor(life.handlers, self._handle, handler, message)
        if inspect.isawaitable(outcome):
            await outcome

    def _handle(self, handler: Handler, message: Any) -> object:
        self._handling = threading.current_thread()
        return handler(message)

    def stop(self) -> None:
        """End the threads, after the handler that is running."""
        with self._guard:
            life, self._life = self._life, None
        if life is None:
            return
        life.loop.call_soon_threadsafe(life.stop.set)
        # A handler may be the caller.
        here = threading.current_thread()
        if here is not life.thread:
            life.thread.join()
        life.handlers.shutdown(wait=here not in (life.thread, self._handling))

    def _alive(self) -> _Life:
        with self._guard:
            if self._life is None:
                started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
                name = "gameplatform_client"
                thread = threading.Thread(target=asyncio.run, args=(_live(started),), name=name, daemon=True)
                thread.start()
                self._life = _Life(thread, *started.result(), ThreadPoolExecutor(1, f"{name}_handlers"))
            return self._life


async def _live(started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    stop = asyncio.Event()
    started.set_result((asyncio.get_running_loop(), stop))
    await stop.wait()


async def _called(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    result = function(*arguments, **named)
    if inspect.iscoroutine(result):
        return await result
    if isinstance(result, asyncio.Future):
        return asyncio.run_coroutine_threadsafe(_result(result), asyncio.get_running_loop())
    return result


async def _result(future: asyncio.Future[Any]) -> Any:
    return await future


@dataclass(frozen=True)
class _Handled:
    """A synchronous handler, wrapped for the async client."""

    handler: Handler
    background: Background

    async def __call__(self, message: Any) -> None:
        await self.background.handle(self.handler, message)


class Plain:
    """A synchronous wrapper of an object of the async client."""

    _target: Any
    _background: Background

    def __init__(self, target: Any, background: Background) -> None:
        vars(self).update(_target=target, _background=background)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._target, name)
        if not callable(found):
            return self._plain(found)

        @functools.wraps(found)
        def call(*arguments: Any, **named: Any) -> Any:
            return self._plain(self._background.call(found, *arguments, **named))

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)

    def __dir__(self) -> list[str]:
        return dir(self._target)

    def _plain(self, value: Any) -> Any:
        kind = _KINDS.get(type(value).__name__) if isinstance(value, channel.Channel) else None
        return value if kind is None else kind(value, self._background)

    def register_handler(self, message_type: str, handler: Handler) -> None:
        """Call ``handler`` with every message of this type, one at a time, on a separate thread."""
        self._target.register_handler(message_type, _Handled(handler, self._background))

    def unregister_handler(self, message_type: str, handler: Handler) -> None:
        """Remove ``handler``. Raises ``ValueError`` if it is not registered."""
        self._target.unregister_handler(message_type, _Handled(handler, self._background))


class Channel(Plain):
    """A socket of the server."""


class GameChannel(Channel):
    """The socket of one game."""


class BattleChannel(Channel):
    """The socket of one battle."""


class RoomChannel(Channel):
    """The socket of a lobby or of direct messages."""


class WorldChannel(Channel):
    """The socket of the shared world."""


_KINDS = {kind.__name__: kind for kind in (Channel, GameChannel, BattleChannel, RoomChannel, WorldChannel)}


class NetworkClient(Plain):
    """The synchronous client of the whole platform."""

    def __init__(self, server_url: str | None = None, *, encryption_key: str | None = None) -> None:
        background = Background()
        super().__init__(client.NetworkClient(server_url, encryption_key=encryption_key), background)
        weakref.finalize(self, background.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    def disconnect(self) -> None:
        """Close all sockets, sign out, and end the threads."""
        try:
            self._background.call(self._target.disconnect)
        finally:
            self._background.stop()
