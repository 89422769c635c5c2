"""What follows when an account is saved, by whichever door: the interface, the admin, a command."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts import services
from accounts.models import Session, User


@receiver(post_save, sender=User)
def sign_out_who_may_not_come_back(instance: User, created: bool, **_: Any) -> None:
    """End the sessions of a shut account, and those begun with a password that is no longer good."""
    sessions = Session.objects.filter(user=instance)
    if not instance.is_active:
        services.end_sessions(sessions)
    elif instance.has_new_password and not created:
        services.end_sessions(sessions.exclude(pk=instance.stays_signed_in))
