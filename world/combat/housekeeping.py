"""Periodic deletion of outdated rows."""

from datetime import timedelta

from django.utils import timezone

from core.background import every
from world.combat import rules
from world.combat.models import Combat, Reward

OVER_KEPT_FOR = timedelta(days=30)


@every(3600)
def tidy() -> None:
    """Delete fights that ended long ago, and rewards that no longer count."""
    now = timezone.now()
    Combat.objects.filter(ended_at__lt=now - OVER_KEPT_FOR).delete()
    Reward.objects.filter(at__lte=now - rules.REWARDS_COUNT_FOR).delete()
