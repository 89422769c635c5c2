"""Notifications to systemd, if this process runs as a service of ``Type=notify``."""

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Send a state, such as ``READY=1``, to systemd's socket; does nothing without one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A leading @ denotes a name in the kernel's abstract namespace.
    to = "\0" + address[1:] if address[0] == "@" else address
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
    # A lost notification does no harm: the next heartbeat follows soon.
    with socket.socket(socket.AF_UNIX, kind) as sender, contextlib.suppress(OSError):
        sender.sendto(state.encode(), to)
