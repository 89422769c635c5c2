"""Users who continuously send requests to one server, in a process of their own.

So the load that a trial puts on its own process is not measured as the server's delay. ``python -m
trials.bystanders ADDRESS TOKEN ...`` opens a socket for each token, prints ``ready``, and sends requests
until its standard input ends. A line on it separates the answers before from those after; in the end they are
written as JSON: ``{"before": [seconds], "after": [seconds], "lost": sockets}``.
"""

import asyncio
import json
import sys
import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PAUSE_S = 0.05


async def main(address: str, tokens: list[str]) -> None:
    before: list[float] = []
    after: list[float] = []
    told = [before]
    sockets = [
        await connect(
            address,
            additional_headers={"Authorization": f"Bearer {token}"},
            ping_interval=None,
            compression=None,
            proxy=None,
        )
        for token in tokens
    ]

    async def keep_asking(socket: ClientConnection) -> None:
        while True:
            began = time.perf_counter()
            try:
                await socket.send('{"type": "ping"}')
                while '"type":"pong"' not in await socket.recv():
                    pass
            finally:
                # A request still unanswered at the end has taken at least this long.
                told[-1].append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE_S)

    asking = [asyncio.create_task(keep_asking(socket)) for socket in sockets]
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        told.append(after)
    for task in asking:
        task.cancel()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    lost = sum(isinstance(end, ConnectionClosed) for end in ends)
    print(json.dumps({"before": before, "after": after, "lost": lost}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
