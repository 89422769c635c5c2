"""``manage.py workers list|drain|resume``: see the workers, and empty one without stopping it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import draining
from core.refusals import Refusal


class Command(BaseCommand):
    help = (
        "List the workers, let one take no new sockets and games and hand over its own, or take them again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="Print id, host and process of each, and whether it drains")
        for act, meaning in (("drain", "Empty it"), ("resume", "Let it take sockets and games again")):
            acts.add_parser(act, help=meaning).add_argument("worker", help="Its id, or host:process")

    def handle(self, *, act: str, worker: str = "", **options: Any) -> None:
        if act == "list":
            for row in draining.living():
                self.stdout.write(f"{row.worker}  {row.place}{'  draining' if row.is_draining else ''}")
            return
        try:
            draining.drain(worker) if act == "drain" else draining.resume(worker)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
