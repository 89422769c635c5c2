"""A bare picows server that only forwards bytes: the upper bound for the generator and the machine.

``python -m bench.ceiling PORT`` serves sockets, ``python -m bench.ceiling PORT http`` one fixed HTTP answer.
"""

import asyncio
import sys
from collections import defaultdict
from typing import cast

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

FRAME_RATE = 30
GAME_START = b'{"type":"game_start"}'
GREETING = b'{"type":"badge"}'
TICK = b'{"type":"game_tick","tick":%d,"view":{"ball":{"x":400.0,"y":300.0,"vx":5.0,"vy":3.0}}}'
PROFILE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 97\r\n\r\n"
    b'{"id":1,"username":"guest_000001","email":"","is_premium":false,"is_guest":true,"date_joined":""}'
)

rooms: defaultdict[bytes, list[WSTransport]] = defaultdict(list)


class Relay(WSListener):
    """Forwards each message to everyone in its room."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def on_ws_connected(self, transport: WSTransport) -> None:
        rooms[self.path].append(transport)
        if self.path.startswith(b"/ws/notifications/"):
            transport.send(WSMsgType.TEXT, GREETING)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if b"player_ready" in payload:
            transport.send(WSMsgType.TEXT, GAME_START)
            return
        for member in rooms[self.path]:
            member.send(WSMsgType.TEXT, payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        rooms[self.path].remove(transport)


class FixedAnswer(asyncio.Protocol):
    """Answers each request, assumed to arrive in one piece, with the same profile."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self.transport.write(PROFILE)


async def tick_rooms() -> None:
    """Send every real-time room a frame, all in one task on absolute deadlines."""
    loop = asyncio.get_running_loop()
    started, tick = loop.time(), 0
    while True:
        tick += 1
        await asyncio.sleep(started + tick / FRAME_RATE - loop.time())
        for path, members in rooms.items():
            if path.startswith(b"/ws/tick/"):
                frame = TICK % tick
                for member in members:
                    member.send(WSMsgType.TEXT, frame)


async def serve(port: int, *, http: bool) -> None:
    """Serve until killed."""
    if http:
        server = await asyncio.get_running_loop().create_server(FixedAnswer, "127.0.0.1", port)
        await server.serve_forever()

    def listener(request: WSUpgradeRequest) -> WSListener:
        return Relay(request.path)

    await ws_create_server(listener, "127.0.0.1", port, backlog=4096, read_buffer_init_size=2048)
    await tick_rooms()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), http="http" in sys.argv[2:]))
