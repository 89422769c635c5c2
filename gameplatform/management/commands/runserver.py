"""``manage.py runserver``: the development server for HTTP and sockets."""

import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.embedded import EmbeddedServerError, valkey
from gameplatform import serving

ADDRESS = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]+):)?(?P<port>\d{1,5})")


class Command(BaseCommand):
    help = "Serve HTTP and sockets for development, and restart when code changes."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("addrport", nargs="?", help="port, or address:port (default: HOST and PORT)")
        parser.add_argument("--noreload", action="store_true", help="do not restart when code changes")

    def handle(self, *, addrport: str | None, noreload: bool, **options: Any) -> None:
        host, port = _address(addrport)
        try:
            serving.prepare()
            serving.serve_development(serving.listen(host, port), reload=not noreload)
        except EmbeddedServerError as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            pass
        finally:
            valkey.release()


def _address(text: str | None) -> tuple[str, int]:
    if text is None:
        return settings.HOST, settings.PORT
    found = ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > 65_535:
        raise CommandError(f"{text!r} is not a port, nor an address and a port such as 127.0.0.1:8000.")
    return (found["host"] or settings.HOST).strip("[]"), int(found["port"])
