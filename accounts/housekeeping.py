"""Periodic deletion of old sessions and answers."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import services
from accounts.models import Session
from core import idempotency
from core.background import every

ENDED_KEPT_FOR = timedelta(days=30)


@every(600)
def tidy() -> None:
    """End inactive sessions; delete old ones and expired idempotent answers."""
    now = timezone.now()
    silent_since = now - timedelta(seconds=settings.SESSION_TIMEOUT + 60)
    services.end_sessions(Session.objects.filter(last_seen__lt=silent_since))
    Session.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR).delete()
    idempotency.delete_expired()
