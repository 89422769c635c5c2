"""The nightly archiving of journals."""

from django.utils import timezone

from core.background import every
from core.retention import NIGHT_HOUR
from game import services

WITHIN_S = 3000.0
"""The rest waits for the next night."""


@every(3600)
def nightly() -> None:
    """Prepare the journal for the months to come, and archive what is due."""
    if timezone.now().hour == NIGHT_HOUR:
        try:
            services.add_months()
        finally:
            services.archive_due(within_s=WITHIN_S)
