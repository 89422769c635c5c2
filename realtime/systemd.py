"""What systemd is told of a service of ``Type=notify``, where one runs this process."""

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Send a state, such as ``READY=1``, to the socket that systemd named; nothing without one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A name that begins with an @ is one of the kernel's own.
    to = "\0" + address[1:] if address[0] == "@" else address
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
    # What systemd does not take now may be lost: the next beat is soon.
    with socket.socket(socket.AF_UNIX, kind) as sender, contextlib.suppress(OSError):
        sender.sendto(state.encode(), to)
