"""The entry to every socket: accepts, authenticates, and refuses with close codes that browsers can read."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from channels.security.websocket import OriginValidator
from django.conf import settings

from core import client_address, limits
from core.problems import UNREACHABLE, log_failure, unavailable
from core.refusals import Malformed, Refusal, Unauthenticated
from realtime import worker
from realtime.connections.connection import Connection
from realtime.connections.registry import TooManySockets
from realtime.wire.close_codes import OF_HTTP_STATUS, CloseCode
from realtime.wire.identity import Identity, Named
from realtime.wire.messages import error

DIRECT = "realtime.direct"

# The scope keys to keep once the user is known.
_KEPT = ("type", "path", "root_path", "extensions")

Identify = Callable[[str], Awaitable[Identity]]
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class WrongProtocolVersion(Malformed):
    """The client uses another major protocol version."""

    code = "protocol_version"
    title = "Another protocol version is spoken here"


def close_refused(connection: Connection, refusal: Refusal) -> None:
    """Close a socket because of this refusal; the close reason is its code."""
    if isinstance(refusal, TooManySockets):
        # The close code alone would say that it flooded.
        connection.tell(error(refusal))
    connection.close(OF_HTTP_STATUS.get(refusal.status, CloseCode.NOT_ALLOWED), refusal.code)


def close_sessions(session_ids: Iterable[int]) -> None:
    """Close this process's sockets of these sessions. Must run on the worker's loop."""
    here = worker.running()
    if here is not None:
        here.sockets.close_sessions(session_ids)


def rename(users: Mapping[int, Named]) -> None:
    """Update the user data of this process's sockets of these sessions. Must run on the worker's loop."""
    here = worker.running()
    if here is not None:
        for session_id, user in users.items():
            here.sockets.rename(session_id, user)


class HostOriginValidator(OriginValidator):
    """Refuses browsers from other sites.

    Native clients send no ``Origin``; they are authenticated by a token, which browsers never attach by
    themselves.
    """

    def __init__(self, application: Any) -> None:
        hosts = settings.ALLOWED_HOSTS or (["localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
        super().__init__(application, hosts)

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        is_browser = any(name == b"origin" for name, _ in scope["headers"])
        application: Application = super().__call__ if is_browser else self.application
        return application(scope, receive, send)

    def valid_origin(self, parsed_origin: Any) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)


class Gate:
    """ASGI middleware that accepts sockets and authenticates their users.

    The inner application gets a scope with ``connection`` and ``query``; most other keys are dropped once the
    user is known. ``identify`` turns a JWT into an identity, ``redeem`` a single-use ticket; both raise
    ``Unauthenticated``. Paths in ``open_paths`` may connect without a token; their consumer must ask for it
    (``connection.identity`` is None until then). ``subprotocols`` has those of sockets whose path begins so,
    the best first.
    """

    def __init__(
        self,
        application: Any,
        *,
        identify: Identify,
        redeem: Identify,
        open_paths: tuple[str, ...] = (),
        subprotocols: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._application = application
        self._identify = identify
        self._redeem = redeem
        self._open_paths = open_paths
        self._subprotocols = subprotocols or {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        here = await worker.start()
        event = await receive()
        if event["type"] != "websocket.connect":
            return
        chosen = self._chosen(scope)
        await here.admission.wait()
        await send({"type": "websocket.accept", **({"subprotocol": chosen} if chosen else {})})
        direct = scope.get("extensions", {}).get(DIRECT)
        now = asyncio.get_running_loop().time()
        connection = Connection(send, direct, now, subprotocol=chosen)
        here.sockets.add(connection)
        network = ""
        try:
            if here.is_draining:
                connection.close(CloseCode.RESTARTED, "draining")
                await _until_disconnected(receive)
                return
            if counted := _counted_network(scope):
                here.sockets.enter(counted)
                network = counted
            asked = scope.get("query_string", b"")
            query = parse_qs(asked.decode("latin-1")) if asked else {}
            self._check_version(query)
            identity = await self._authenticate(scope, query)
            inner = {"connection": connection, "query": query}
            if identity is not None:
                here.sockets.identify(connection, identity)
                inner |= {name: scope[name] for name in _KEPT if name in scope}
                # The server and the middleware keep the scope alive as long as the socket is open: kilobytes
                # each.
                scope.clear()
                # Outer middleware reads it for every message and at the end.
                scope["type"] = "websocket"
            elif scope["path"].rstrip("/") not in self._open_paths:
                raise Unauthenticated("This socket needs a token.")
            else:
                inner = scope | inner
            await self._application(inner, receive, send)
        except Refusal as refusal:
            close_refused(connection, refusal)
            await _until_disconnected(receive)
        except UNREACHABLE as problem:
            log_failure(problem, "Letting somebody in")
            close_refused(connection, unavailable())
            await _until_disconnected(receive)
        finally:
            here.sockets.remove(connection)
            if network:
                here.sockets.leave(network)

    async def _authenticate(self, scope: dict[str, Any], query: dict[str, list[str]]) -> Identity | None:
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, token = value.decode("latin-1").partition(" ")
                if scheme.lower() == "bearer":
                    return await self._identify(token.strip())
        protocols = list(scope.get("subprotocols", ()))
        if "bearer" in protocols:
            tokens = protocols[protocols.index("bearer") + 1 :]
            if not tokens:
                raise Unauthenticated("The bearer subprotocol needs a token after it.")
            return await self._identify(tokens[0])
        if "ticket" in query:
            return await self._redeem(query["ticket"][0])
        if "token" in query:
            return await self._identify(query["token"][0])
        return None

    def _chosen(self, scope: Mapping[str, Any]) -> str:
        """Return the subprotocol to speak of those that the client offers, or none."""
        offered, path = scope.get("subprotocols", ()), scope["path"]
        known = (names for prefix, names in self._subprotocols.items() if path.startswith(prefix))
        return next((name for name in (*next(known, ()), "bearer") if name in offered), "")

    def _check_version(self, query: dict[str, list[str]]) -> None:
        if "v" not in query:
            return
        major, dot, minor = query["v"][0].partition(".")
        if not (major.isascii() and major.isdigit() and (not dot or (minor.isascii() and minor.isdigit()))):
            raise Malformed("A protocol version is written major.minor.")
        if int(major[:9]) != int(settings.PROTOCOL_VERSION.partition(".")[0]):
            raise WrongProtocolVersion(f"The server speaks {settings.PROTOCOL_VERSION}.")


def _counted_network(scope: Mapping[str, Any]) -> str | None:
    """Return the network by which the sockets of an address are counted, or None if they are not."""
    address = client_address.of_scope(scope)
    return None if address is None or limits.is_unlimited(address) else client_address.network(address)


async def _until_disconnected(receive: Any) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass
