"""Announcements to all users."""

from uuid import uuid4

from core.refusals import Invalid
from notifications.events import Announcement
from realtime.publishing import publish

MAX_LENGTH = 500


def announce(message: str) -> None:
    """Send an announcement to everybody connected. Raises ``Invalid`` if it is empty or too long."""
    message = message.strip()
    if not 0 < len(message) <= MAX_LENGTH:
        raise Invalid(f"An announcement has 1 to {MAX_LENGTH} characters.")
    publish(Announcement(id=uuid4().hex, message=message))
