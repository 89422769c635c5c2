"""The nightly search for cheating."""

from django.utils import timezone

from core.background import every
from core.retention import NIGHT_HOUR
from operators.cheating import services

WITHIN_S = 3000.0
"""The rest waits for the next night."""


@every(3600)
def nightly() -> None:
    """Search what has ended since the last night."""
    if timezone.now().hour == NIGHT_HOUR:
        services.search(within_s=WITHIN_S)
