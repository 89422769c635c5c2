"""The codes with which sockets close: each with its meaning, and whether clients reconnect by themselves."""

from enum import IntEnum


class CloseCode(IntEnum):
    """A WebSocket close code (RFC 6455, section 7.4), or one of ours from 4400 on, named after HTTP's."""

    meaning: str
    reconnect: bool

    def __new__(cls, code: int, meaning: str, reconnect: bool = False) -> "CloseCode":
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        member.reconnect = reconnect
        return member

    NORMAL = 1000, "The client asked for the end."
    GOING_AWAY = 1001, "The server goes away.", True
    PROTOCOL_ERROR = 1002, "What came was no WebSocket frame."
    BROKEN = 1006, "The connection broke; no close frame came.", True
    NOT_UTF8 = 1007, "A text frame was not UTF-8."
    FRAME_TOO_LARGE = 1009, "A frame was over 64 KiB.", True
    FAILED = 1011, "The server failed to open the socket."
    RESTARTED = 1012, "The server restarts, or the game has moved to another one.", True
    TOO_SLOW = 1013, "The client did not read what it was sent, or the server cannot serve it now.", True
    MALFORMED = 4400, "Malformed: a binary frame, a query that cannot be read, another protocol version."
    UNAUTHENTICATED = 4401, "No token or a bad one; it expired, or the session has ended."
    NOT_ALLOWED = 4403, "Not allowed: not a player or member, banned, not a friend."
    NOT_FOUND = 4404, "There is no such socket, game or lobby."
    IDLE = 4408, "Nothing was heard from the client for too long.", True
    REPLACED = 4409, "A newer connection of the same user took this one's place."
    TOO_LARGE = 4413, "What was asked for is too large."
    FLOODING = (
        4429,
        "Too many messages, over more than a moment; or, after an `error` with the code `too_many_sockets`, "
        "too many sockets of one user (20) or from one address.",
        True,
    )


OF_HTTP_STATUS = {
    400: CloseCode.MALFORMED,
    401: CloseCode.UNAUTHENTICATED,
    403: CloseCode.NOT_ALLOWED,
    404: CloseCode.NOT_FOUND,
    413: CloseCode.TOO_LARGE,
    422: CloseCode.MALFORMED,
    429: CloseCode.FLOODING,
    500: CloseCode.FAILED,
    503: CloseCode.TOO_SLOW,
}
"""The code for a refusal before a socket is open, by the refusal's HTTP status."""
