"""Tells everybody who is connected of maintenance and announcements when they are due."""

from core import maintenance
from core.due import look
from notifications import events
from operators import services
from realtime.publishing import publish


@look(maintenance.LOOK, every_s=1, waiting=maintenance.to_tell)
def tell_of_maintenance() -> None:
    """Tell of maintenance that was announced, has begun or is over."""
    for row, told in maintenance.next_to_tell():
        publish(
            events.Maintenance(
                state=told.value, message=row.message, starts_at=row.starts_at, ends_at=row.ends_at
            )
        )


@look(services.LOOK, every_s=1, waiting=services.waiting)
def send_announcements() -> None:
    """Send the announcements that are due."""
    services.send_due()
