"""What nobody needs any more is deleted now and then."""

from datetime import timedelta

from django.utils import timezone

from realtime import worker
from world.combat.models import Combat

OVER_KEPT_FOR = timedelta(days=30)


@worker.every(3600)
def tidy() -> None:
    """Delete fights that were over long ago, and from which the two have recovered."""
    Combat.objects.filter(ended_at__lt=timezone.now() - OVER_KEPT_FOR, recovers_at=None).delete()
