"""What nobody needs any more is deleted now and then."""

import asyncio
from datetime import timedelta

from django.utils import timezone

from realtime import worker
from world.combat.models import Combat

EVERY_S = 3600.0
OVER_KEPT_FOR = timedelta(days=30)


def tidy() -> None:
    """Delete fights that were over long ago, and from which the two have recovered."""
    Combat.objects.filter(ended_at__lt=timezone.now() - OVER_KEPT_FOR, recovers_at=None).delete()


@worker.background
async def keep_tidy() -> None:
    """Tidy up every hour."""
    while True:
        await asyncio.sleep(EVERY_S)
        await worker.in_database(tidy)
