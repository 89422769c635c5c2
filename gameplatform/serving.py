"""Run the ASGI application on uvicorn with our own protocol classes."""

import socket
from typing import Any

import uvicorn
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.statreload import StatReload

from core import telemetry
from core.checks import refuse_dangerous_settings
from gameplatform import compiled

HTTP = "realtime.server.http_protocol:BoundedHeadProtocol"
WEBSOCKETS = "realtime.server.picows_protocol:PicowsProtocol"
RELOAD_WITHIN_S = 1.0
ACCEPTS_AT_ONCE = 8
"""Connections accepted in one turn of the event loop; libuv accepts one for each socket that it watches."""


def prepare() -> None:
    """Check at startup everything a worker needs. Raises ``ImproperlyConfigured``."""
    # Checked in the parent too, which would otherwise restart failing workers forever.
    refuse_dangerous_settings()
    telemetry.require_packages()
    # The parent process uses Valkey too, so that it keeps running as long as any worker.
    _check_redis()


def _check_redis() -> None:
    """Fail early: a worker would wait silently until it could store its lease in Redis."""
    from core.namespace import key
    from core.redis import ANY_REDIS_ERROR, Role, roles, sync_client

    for role in roles():
        try:
            sync_client(role).set(key("start"), 1, px=1000)
        except ANY_REDIS_ERROR as problem:
            setting = "REDIS_URL" if role == Role.MAIN else f"REDIS_{role.upper()}_URL"
            raise ImproperlyConfigured(f"The Redis of {setting} cannot be used: {problem}") from problem


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to this address. Raises ``ImproperlyConfigured``."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        raise ImproperlyConfigured(
            f"HOST and PORT must be where this machine may listen, not {host} and {port}: {problem.strerror}."
        ) from problem
    return listener


def serve(listener: socket.socket, *, workers: int, ws: str, is_compiled: bool) -> None:
    """Serve until a signal arrives."""
    config = compiled.Config("gameplatform.asgi:application", workers=workers, **_options(listener, ws))
    _announce(listener, " (compiled)" if is_compiled else "")
    if workers > 1:
        Multiprocess(config, sockets=watched(listener)).run()
    else:
        uvicorn.Server(config).run(sockets=watched(listener))


def watched(listener: socket.socket) -> list[socket.socket]:
    """Return the socket several times over.

    Otherwise, while the loop is busy, those who come wait longer and longer: strangers who open 450
    connections a second filled the queue of 4,096, and players had to wait for nine seconds or try again.
    """
    return [listener, *(listener.dup() for _ in range(ACCEPTS_AT_ONCE - 1))]


def serve_development(listener: socket.socket, *, reload: bool) -> None:
    """Serve the plain modules until a signal arrives.

    With ``reload``, restart when one of them changes.
    """
    ours = {"gameplatform", *settings.OUR_APPS, *settings.EXTRA_APPS}
    config = uvicorn.Config(
        "gameplatform.asgi:application",
        reload=reload,
        reload_dirs=[app.path for app in apps.get_app_configs() if app.name in ours] if reload else None,
        reload_delay=RELOAD_WITHIN_S,
        **_options(listener, WEBSOCKETS),
    )
    _announce(listener)
    if reload:
        StatReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def _options(listener: socket.socket, ws: str) -> dict[str, Any]:
    host, port = listener.getsockname()[:2]
    return {
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": HTTP,
        "ws": ws,
        "ws_max_size": 64 * 1024,
        "ws_ping_interval": 20.0,
        "ws_per_message_deflate": False,
        "log_level": "warning",
        # The access log would contain the token of "?token=".
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.FORWARDED_ALLOW_IPS,
        "backlog": 4096,
        # Together with the worker's own shutdown, at most 20 seconds.
        "timeout_graceful_shutdown": 11,
    }


def _announce(listener: socket.socket, how: str = "") -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Listening on http://{shown}:{port}{how}", flush=True)  # noqa: T201
