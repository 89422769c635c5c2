"""``python -m gameplatform``: the server."""

import argparse
import os
import signal
import sys
from types import FrameType

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from uvicorn.config import WS_PROTOCOLS
from uvicorn.importer import ImportFromStringError, import_from_string

from core.checks import refuse_demo_data
from core.embedded import EmbeddedServerError, valkey
from gameplatform import compiled, extensions, serving


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gameplatform.settings")
    # Instead of the default, which would exit without releasing the embedded Valkey.
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
    extensions.set_up()
    options = _options()
    if options.demo:
        refuse_demo_data()
    serving.prepare()
    listener = serving.listen(options.host, options.port)
    if options.demo:
        _prepare_demo()
    serving.serve(listener, workers=options.workers, ws=options.ws, is_compiled=is_compiled)


def _exit(signum: int, _: FrameType | None) -> None:
    sys.exit(128 + signum)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gameplatform", description=__doc__)
    parser.add_argument("--host", default=settings.HOST)
    parser.add_argument("--port", type=_port, default=settings.PORT, help="0 picks a free one")
    parser.add_argument("--workers", type=_number_of_workers, default=settings.WORKERS)
    parser.add_argument(
        "--ws",
        default=os.environ.get("WS") or serving.WEBSOCKETS,
        type=_websocket_protocol,
        help="the WebSocket protocol: websockets-sansio, or a class as module:name (default: %(default)s)",
    )
    parser.add_argument("--demo", action="store_true", help="migrate and create the demo data first")
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


def _prepare_demo() -> None:
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    call_command("seed_demo")
    connections.close_all()


if __name__ == "__main__":
    main()
