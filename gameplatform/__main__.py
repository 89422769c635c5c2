"""``python -m gameplatform``: the server."""

import argparse
import os
import signal
import socket
import sys
from types import FrameType

import django
import redis
import uvicorn
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from uvicorn.config import WS_PROTOCOLS
from uvicorn.importer import ImportFromStringError, import_from_string
from uvicorn.supervisors import Multiprocess

from core import telemetry
from core.checks import refuse_dangerous_settings
from core.embedded import EmbeddedServerError, valkey
from gameplatform import compiled

HTTP = "realtime.server.http_protocol:BoundedHeadProtocol"
WEBSOCKETS = "realtime.server.picows_protocol:PicowsProtocol"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gameplatform.settings")
    # Not the default of dying at once: what is held (the embedded Valkey) is given back on the way out.
    signal.signal(signal.SIGTERM, _exit)
    try:
        _run()
    except (EmbeddedServerError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    finally:
        valkey.release()


def _run() -> None:
    is_compiled = compiled.use()
    django.setup()
    options = _options()
    # Here too, or the parent would start workers that refuse again and again.
    refuse_dangerous_settings()
    telemetry.require_packages()
    # The parent of several workers uses it too, and so outlives none of them without it.
    valkey.ensure_running(settings.REDIS_URL)
    _check_redis()
    listener = _listener(options)
    if options.demo:
        _prepare_demo()
    _serve(options, listener, is_compiled)


def _exit(signum: int, _: FrameType | None) -> None:
    sys.exit(128 + signum)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gameplatform", description=__doc__)
    parser.add_argument("--host", default=settings.HOST)
    parser.add_argument("--port", type=_port, default=settings.PORT, help="0 takes a free one")
    parser.add_argument("--workers", type=_number_of_workers, default=settings.WORKERS)
    parser.add_argument(
        "--ws",
        default=os.environ.get("WS") or WEBSOCKETS,
        type=_websocket_protocol,
        help="the WebSocket protocol: websockets-sansio, or a class as module:name (default: %(default)s)",
    )
    parser.add_argument("--demo", action="store_true", help="first migrate, and lay the demo data")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return int(text)


def _number_of_workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"the workers are a whole number from 1, not {text!r}")
    return int(text)


def _websocket_protocol(name: str) -> str:
    try:
        import_from_string(WS_PROTOCOLS.get(name, name))
    except (ImportFromStringError, ImportError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return name


def _check_redis() -> None:
    """A worker has nothing to begin with until its lease is in Redis: it would wait, and not say for what."""
    from realtime.redis import sync_client

    try:
        sync_client().set("start", 1, px=1000)
    except (redis.RedisError, OSError) as problem:
        raise ImproperlyConfigured(f"The Redis of REDIS_URL cannot be used: {problem}") from problem


def _listener(options: argparse.Namespace) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as problem:
        raise ImproperlyConfigured(
            f"HOST and PORT must be where this machine may listen, not {options.host} and {options.port}: "
            f"{problem.strerror}."
        ) from problem
    return listener


def _prepare_demo() -> None:
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    call_command("seed_demo")
    connections.close_all()


def _serve(options: argparse.Namespace, listener: socket.socket, is_compiled: bool) -> None:
    config = compiled.Config(
        "gameplatform.asgi:application",
        host=options.host,
        port=options.port,
        workers=options.workers,
        loop="uvloop",
        http=HTTP,
        ws=options.ws,
        ws_max_size=64 * 1024,
        ws_ping_interval=20.0,
        ws_per_message_deflate=False,
        log_level="warning",
        # The access log would print the token of "?token=".
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.FORWARDED_ALLOW_IPS,
        backlog=4096,
        # With what the worker then takes to stop, at most 20 seconds.
        timeout_graceful_shutdown=11,
    )
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    how = " (compiled)" if is_compiled else ""
    print(f"Listening on http://{shown}:{port}{how}", flush=True)  # noqa: T201
    if options.workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
