"""Conventions of all sockets, and the close codes."""

from dataclasses import dataclass

EVERY_SOCKET = (
    "Frames are text, one JSON object each, of at most 64 KiB. Fields that are not listed are ignored.",
    "A command may carry an `id` (a text of up to 64 characters or a whole number); the answer to it, and an "
    "`error` about it, carries the same as `ref`. Where an event is the answer, only "
    "the copy of the socket that asked has it.",
    "Events with `seq` are numbered without gaps. A client that comes back with `?since=<seq>` is told "
    "`resumed` and what it missed, or, where that is no longer kept, the socket's first message with "
    "`recovered: false`. The `seq` of that first message is that of the last event it contains.",
    "A token comes as `Authorization: Bearer <token>`, as the subprotocols `bearer, <token>`, as `?ticket=` "
    "(single use, from `POST /api/auth/ticket/`) or as `?token=`.",
)


@dataclass(frozen=True)
class CloseCode:
    """A close code: its meaning, and whether the client should reconnect by itself."""

    code: int
    meaning: str
    come_back: bool = False


CLOSE_CODES = (
    CloseCode(1001, "The server goes away.", come_back=True),
    CloseCode(1002, "What came was no WebSocket frame."),
    CloseCode(1006, "The connection broke; no close frame came.", come_back=True),
    CloseCode(1007, "A text frame was not UTF-8."),
    CloseCode(1009, "A frame was over 64 KiB.", come_back=True),
    CloseCode(1011, "The server failed to open the socket."),
    CloseCode(1012, "The server restarts, or the game has moved to another one.", come_back=True),
    CloseCode(
        1013, "The client did not read what it was sent, or the server cannot serve it now.", come_back=True
    ),
    CloseCode(4400, "Malformed: a binary frame, a query that cannot be read, another protocol version."),
    CloseCode(4401, "No token or a bad one; it expired, or the session has ended."),
    CloseCode(4403, "Not allowed: not a player or member, banned, not a friend."),
    CloseCode(4404, "There is no such socket, game or lobby."),
    CloseCode(4408, "Nothing was heard from the client for too long.", come_back=True),
    CloseCode(4409, "A newer connection of the same user took this one's place."),
    CloseCode(4413, "What was asked for is too large."),
    CloseCode(
        4429,
        "Too many messages, over more than a moment; or, after an `error` with the code `too_many_sockets`, "
        "too many sockets of one user (20) or from one address.",
        come_back=True,
    ),
)
