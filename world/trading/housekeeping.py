"""Periodic deletion of outdated rows."""

from datetime import timedelta

from django.utils import timezone

from core.background import every
from world.trading.models import Trade

OVER_KEPT_FOR = timedelta(days=30)


@every(3600)
def tidy() -> None:
    """Delete trades that ended long ago; the exchanges remain in the ledger."""
    Trade.objects.filter(ended_at__lt=timezone.now() - OVER_KEPT_FOR).delete()
