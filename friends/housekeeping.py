"""Periodic deletion of old friend requests."""

from datetime import timedelta

from django.utils import timezone

from core.background import every
from friends.models import FriendRequest

ANSWERED_KEPT_FOR = timedelta(days=30)


@every(3600)
def tidy() -> None:
    """Delete requests that were answered long ago."""
    FriendRequest.objects.filter(answered_at__lt=timezone.now() - ANSWERED_KEPT_FOR).delete()
