"""What nobody needs any more is deleted now and then."""

import asyncio
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import services
from accounts.models import Session
from core import idempotency
from realtime import worker

EVERY_S = 600.0
ENDED_KEPT_FOR = timedelta(days=30)


def tidy() -> None:
    """End sessions that no worker has heard from, and delete old ones and old idempotent answers."""
    now = timezone.now()
    silent_since = now - timedelta(seconds=settings.SESSION_TIMEOUT + 60)
    services.end_sessions(Session.objects.filter(last_seen__lt=silent_since))
    Session.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR).delete()
    idempotency.forget_old()


@worker.background
async def keep_tidy() -> None:
    """Tidy up every ten minutes."""
    while True:
        await asyncio.sleep(EVERY_S)
        await worker.in_database(tidy)
