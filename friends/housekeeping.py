"""What nobody needs any more is deleted now and then."""

import asyncio
from datetime import timedelta

from django.utils import timezone

from friends.models import FriendRequest
from realtime import worker

EVERY_S = 3600.0
ANSWERED_KEPT_FOR = timedelta(days=30)


def tidy() -> None:
    """Delete requests that were answered long ago."""
    FriendRequest.objects.filter(answered_at__lt=timezone.now() - ANSWERED_KEPT_FOR).delete()


@worker.background
async def keep_tidy() -> None:
    """Tidy up every hour."""
    while True:
        await asyncio.sleep(EVERY_S)
        await worker.in_database(tidy)
