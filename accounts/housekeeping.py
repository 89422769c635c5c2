"""What nobody needs any more is deleted now and then."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import services
from accounts.models import Session
from core import idempotency
from realtime import worker

ENDED_KEPT_FOR = timedelta(days=30)


@worker.every(600)
def tidy() -> None:
    """End sessions that no worker has heard from, and delete old ones and old idempotent answers."""
    now = timezone.now()
    silent_since = now - timedelta(seconds=settings.SESSION_TIMEOUT + 60)
    services.end_sessions(Session.objects.filter(last_seen__lt=silent_since))
    Session.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR).delete()
    idempotency.forget_old()
