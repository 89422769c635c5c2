"""Board games whose players answer at once."""

import asyncio
import time

from bench import sockets
from bench.scenarios.run import Run, Turns


def relay(run: Run) -> Turns:
    """Rooms of two players who answer moves at once; a move counts when both have received it."""
    return _play(run, "moves_per_s", rooms=run.option("rooms", 50), spectators=0, hearers=2)


def fanout(run: Run) -> Turns:
    """One room with a large audience: two players who answer at once, and many spectators."""
    spectators = run.option("members", 500) - 2
    return _play(run, "deliveries_per_s", rooms=1, spectators=spectators, hearers=1)


async def _play(run: Run, name: str, *, rooms: int, spectators: int, hearers: int) -> Turns:
    """Play; count what ``hearers`` listeners have received."""
    tables = await run.target.board_games(rooms, spectators=spectators)
    games = await sockets.seat(tables, run.load)
    run.begin()
    lost = 0
    for seconds in run.turns():
        yield
        # Wait for deliveries: a slow server has many frames on their way when a turn ends.
        async with run.window():
            for game in games:
                game.go_on()
            await asyncio.sleep(seconds)
            run.load.running = False
            lost = await _missing_in_the_end(games)
    heard = [game.deliveries for game in games]
    for game in games:
        for member in game.members:
            member.leave()
    run.figures |= run.measured(name, sum(heard) // hearers)
    run.figures |= {"stalled_rooms": heard.count(0), "lost": lost}


async def _missing_in_the_end(games: list[sockets.Room]) -> int:
    """Return the deliveries still missing some seconds after the last move was sent."""
    deadline = time.perf_counter() + 5
    # Polled: an asyncio.Event would cost each delivery of the window.
    while time.perf_counter() < deadline and any(game.missing for game in games):  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    return sum(game.missing for game in games)
