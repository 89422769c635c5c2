"""Conventions of all sockets."""

from realtime.wire.close_codes import CloseCode

EVERY_SOCKET = (
    "Frames are text, one JSON object each, of at most 64 KiB. Fields that are not listed are ignored.",
    "A command may carry an `id` (a text of up to 64 characters or a whole number). It is answered once, by "
    "a message with the same `ref`: a reply, an `error`, the event that it causes (only in the copy of the "
    "socket that asked), or else `ack`, such as when nothing has changed.",
    "Events with `seq` are numbered without gaps. A client that comes back with `?since=<seq>` is told "
    "`resumed` and what it missed, or, where that is no longer kept, the socket's first message with "
    "`recovered: false`. The `seq` of that first message is that of the last event it contains.",
    "A token comes as `Authorization: Bearer <token>`, as the subprotocols `bearer, <token>`, as `?ticket=` "
    "(single use, from `POST /api/auth/ticket/`) or as `?token=`.",
)

CLOSE_CODES = tuple(code for code in CloseCode if code is not CloseCode.NORMAL)
