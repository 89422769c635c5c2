"""Periodic deletion of old sessions and answers."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import bans, services
from accounts.models import Challenge, MailedCode, Session
from core import idempotency
from core.background import every

ENDED_KEPT_FOR = timedelta(days=30)


@every(600)
def tidy() -> None:
    """End inactive sessions; delete old ones, and expired codes, challenges and answers."""
    now = timezone.now()
    silent_since = now - timedelta(seconds=settings.SESSION_TIMEOUT + 60)
    services.end_sessions(Session.objects.filter(last_seen__lt=silent_since))
    services.end_sessions(Session.objects.filter(created_at__lt=now - settings.SESSION_MAX_AGE))
    bans.lift_lapsed()
    Session.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR).delete()
    Challenge.objects.filter(expires_at__lt=now).delete()
    MailedCode.objects.filter(expires_at__lt=now).delete()
    idempotency.delete_expired()
