"""A queue that many join at once."""

import asyncio
import time
from collections import Counter

from bench import http, sockets
from bench.scenarios.run import Run, Turns


async def queue(run: Run) -> Turns:
    """Concurrent rated tickets over REST, until all users are matched in pairs."""
    count = run.option("tickets", 5000)
    doors = await run.target.user_sockets(count)
    matched: list[str] = []
    done = asyncio.Event()

    def on_match(game_id: str) -> None:
        matched.append(game_id)
        if len(matched) == count:
            done.set()

    inboxes = [sockets.Inbox(run.load, on_match) for _ in doors]
    await sockets.connect(zip(doors, inboxes, strict=True))
    await sockets.all_of(inbox.greeted for inbox in inboxes)
    joins = [
        http.request("POST", "/game/join/", token=door.token, body={"game": "tictactoe"}) for door in doors
    ]
    run.begin()
    yield
    async with run.window():
        started = time.perf_counter()
        await http.ask_all(run.target.base_url, joins, at_once=run.option("connections", 32))
        joined = time.perf_counter()
        await sockets.all_of([done.wait()], within=120)
    if set(Counter(matched).values()) != {2}:
        raise sockets.ServerFault("some games were not announced to exactly two players")
    for inbox in inboxes:
        inbox.leave()
    run.figures |= run.measured("tickets_per_s", count)
    run.figures |= {"joins_s": round(joined - started, 3), "matched_s": run.figures["seconds"]}
