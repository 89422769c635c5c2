"""What operators do with everybody's notifications."""

from uuid import uuid4

from core.refusals import Invalid
from notifications.events import Announcement
from realtime.publishing import publish

LONGEST = 500


def announce(message: str) -> None:
    """Say something to everybody who is connected. Raises ``Invalid`` for an empty or very long message."""
    message = message.strip()
    if not 0 < len(message) <= LONGEST:
        raise Invalid(f"An announcement has 1 to {LONGEST} characters.")
    publish(Announcement(id=uuid4().hex, message=message))
