"""Runs the ASGI application on uvicorn, with the platform's own protocol classes."""

import socket
from typing import Any

import redis
import uvicorn
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.statreload import StatReload

from core import telemetry
from core.checks import refuse_dangerous_settings
from core.embedded import valkey
from gameplatform import compiled

HTTP = "realtime.server.http_protocol:BoundedHeadProtocol"
WEBSOCKETS = "realtime.server.picows_protocol:PicowsProtocol"
RELOAD_WITHIN_S = 1.0


def prepare() -> None:
    """Refuse to start with what no worker could start with. Raises ``ImproperlyConfigured``."""
    # Here too, or the parent would start workers that refuse again and again.
    refuse_dangerous_settings()
    telemetry.require_packages()
    # The parent of several workers uses it too, and so outlives none of them without it.
    valkey.ensure_running(settings.REDIS_URL)
    _check_redis()


def _check_redis() -> None:
    """A worker has nothing to begin with until its lease is in Redis: it would wait, and not say for what."""
    from core.namespace import key
    from realtime.redis import sync_client

    try:
        sync_client().set(key("start"), 1, px=1000)
    except (redis.RedisError, OSError) as problem:
        raise ImproperlyConfigured(f"The Redis of REDIS_URL cannot be used: {problem}") from problem


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to this address. Raises ``ImproperlyConfigured``."""
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
    """Serve until a signal ends it."""
    config = compiled.Config("gameplatform.asgi:application", workers=workers, **_options(listener, ws))
    _announce(listener, " (compiled)" if is_compiled else "")
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def serve_development(listener: socket.socket, *, reload: bool) -> None:
    """Serve the modules as they are written until a signal ends it; with ``reload``, start anew when one of
    them changes.
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
        # The access log would print the token of "?token=".
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.FORWARDED_ALLOW_IPS,
        "backlog": 4096,
        # With what the worker then takes to stop, at most 20 seconds.
        "timeout_graceful_shutdown": 11,
    }


def _announce(listener: socket.socket, how: str = "") -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Listening on http://{shown}:{port}{how}", flush=True)  # noqa: T201
