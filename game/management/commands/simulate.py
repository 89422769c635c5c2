"""``manage.py simulate``: bots play a game over real sockets to put load on a server."""

import asyncio
import contextlib
import math
import re
import subprocess
import sys
import time
import urllib.request
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.refusals import Refusal
from game import simulation
from game.author import catalogue
from game.author.game import BOT_LEVELS, Game
from game.testing import TABLE_HEAD, table_row

WIDTH = 30
DRAWN_EVERY_S = 0.25

EXAMPLES = """
examples:
  manage.py simulate                                   20 bots play tic-tac-toe on the server of this machine
  manage.py simulate pong --bots 200 --seconds 60      100 real-time rooms for a minute
  manage.py simulate hearts --against 3 1 1 --bots 1   one random player against bots of these levels
  manage.py simulate nim --serve                       on a server of its own, which ends with the simulation
  manage.py simulate --url https://play.example.org    on a server elsewhere; its guests and games stay there

Bots use the game's own `bot` if it has one. Otherwise they choose among the legal moves that they are told
(`tells_legal`) or know from a `deal`, or else among all that the types allow: illegal moves are counted and
shown, but are not errors. The exit code is 1 if no game ended, one broke off, or the server rejected a
socket.
"""


class Command(BaseCommand):
    help = (
        "Let bots play a game over real sockets for a while; print throughput, latency and errors, and the "
        "game's length, its legal moves a turn, and how often each seat won."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs |= {"epilog": EXAMPLES, "formatter_class": RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("game", nargs="?", default="tictactoe", help="its name in the catalogue")
        parser.add_argument(
            "--bots", type=_positive(int), default=20, help="number of concurrent bots (default: 20)"
        )
        parser.add_argument("--seconds", type=_positive(float), default=10.0, help="duration (default: 10)")
        parser.add_argument("--seed", type=int, default=0, help="seed of the bots' choices (default: 0)")
        parser.add_argument(
            "--against",
            type=int,
            choices=BOT_LEVELS,
            nargs="+",
            default=[],
            metavar="LEVEL",
            help="seat one bot of level 1 at each table, and the server's own of these levels beside it",
        )
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--url", default=f"http://{settings.HOST}:{settings.PORT}", help="the server")
        where.add_argument("--serve", action="store_true", help="start a server for the simulation")

    def handle(
        self,
        *,
        game: str,
        bots: int,
        seconds: float,
        seed: int,
        against: list[int],
        url: str,
        serve: bool,
        **options: Any,
    ) -> None:
        try:
            kind = catalogue.get(game)
        except Refusal as refusal:
            known = ", ".join(sorted(one.name for one in catalogue.all()))
            raise CommandError(f"{refusal.message} There are: {known}.") from None
        if not serve:
            _reach(url)
        tally = simulation.Tally()
        with own_server() if serve else contextlib.nullcontext(url) as base_url:
            started = time.monotonic()
            try:
                playing = simulation.simulate(
                    base_url, kind, bots=bots, seconds=seconds, tally=tally, seed=seed, against=against
                )
                asyncio.run(self._watched(playing, tally, seconds))
            except KeyboardInterrupt:
                self.stdout.write("Stopped.")
            except TimeoutError:
                tally.errors["the server did not come back"] += 1
            self._report(kind, tally, time.monotonic() - started)
        if tally.failed:
            if not (tally.games or tally.errors):
                raise CommandError(
                    f"No game ended in {seconds:g} s. Play longer, or set `tells_legal` for clients."
                )
            raise CommandError("Something broke off; see above.")

    async def _watched(self, playing: Any, tally: simulation.Tally, seconds: float) -> None:
        drawing = asyncio.create_task(self._draw(tally, seconds))
        try:
            await playing
        finally:
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)

    async def _draw(self, tally: simulation.Tally, seconds: float) -> None:
        """Draw a progress bar on a terminal; do nothing if the output is a file."""
        if not self.stdout.isatty():
            return
        started = time.monotonic()
        try:
            while True:
                passed = min(seconds, time.monotonic() - started)
                bar = "#" * round(WIDTH * passed / seconds)
                now = f"{tally.games.total():,} games, {tally.moves:,} moves, {tally.errors.total()} errors"
                line = f"\r[{bar:-<{WIDTH}}] {passed:.0f} of {seconds:.0f} s: {now} "
                self.stdout.write(line, ending="")
                self.stdout.flush()
                await asyncio.sleep(DRAWN_EVERY_S)
        finally:
            self.stdout.write("")

    def _report(self, kind: type[Game], tally: simulation.Tally, seconds: float) -> None:
        lines = [
            f"games       {tally.games.total():,} finished ({_said(tally.games)})",
            *([f"wins        {_said(tally.wins)}"] if tally.wins else []),
            f"moves       {tally.moves:,} sent, {tally.moves / seconds:,.0f} a second",
            f"frames      {tally.frames:,} received, {tally.frames / seconds:,.0f} a second",
            f"latency     {tally.latency_ms(0.5):.1f} ms median, {tally.latency_ms(0.99):.1f} ms p99",
            f"refused     {tally.refused.total():,} moves ({_said(tally.refused)})",
            *(f"  {code}: {example}" for code, example in sorted(tally.examples.items())),
            f"reconnects  {tally.reconnects.total():,} ({_said(tally.reconnects)})",
            f"unanswered  {tally.unanswered.total():,} calls repeated ({_said(tally.unanswered)})",
            f"errors      {tally.errors.total():,} ({_said(tally.errors)})",
        ]
        if tally.games:
            lines += ["", TABLE_HEAD, table_row(kind, tally.figures)]
        self.stdout.write("\n".join(lines))


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def positive(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = 0
        if not 0 < number < math.inf:
            raise ArgumentTypeError(f"a number above 0 is needed, not {text!r}")
        return number

    return positive


def _reach(url: str) -> None:
    """Check that a server answers at this address."""
    try:
        urllib.request.urlopen(f"{url}/health/live", timeout=5).close()
    except (OSError, ValueError) as problem:
        raise CommandError(
            f"No server answers at {url}: {problem}. Start one, name another with --url, or add --serve."
        ) from None


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"


@contextlib.contextmanager
def own_server() -> Iterator[str]:
    """Run a server with one worker on a free local port, using the same database; yield its address."""
    command = [sys.executable, "-m", "gameplatform", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.PROJECT_DIR, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                raise CommandError("The server did not start; see above.")
            _await(found[0])
            yield found[0]
        finally:
            process.terminate()


def _await(base_url: str) -> None:
    """Wait until the server that was just started is ready."""
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{base_url}/health/ready", timeout=5):
            return
        time.sleep(0.1)
    raise CommandError("The server did not become ready.")
