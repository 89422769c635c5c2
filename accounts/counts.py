"""How many accounts and signed-in devices there are, for ``GET /api/status``."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Session, User
from core.status import counts


@counts("users")
def users() -> int:
    return User.objects.filter(is_active=True).count()


@counts("sessions")
def sessions() -> int:
    limit = timezone.now() - timedelta(seconds=settings.SESSION_TIMEOUT)
    return Session.objects.filter(ended_at=None, last_seen__gte=limit).count()
