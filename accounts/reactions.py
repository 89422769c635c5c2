"""What follows when an account is saved, by whichever door: the interface, the admin, a command."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts import own_profile, services
from accounts.models import Session, User

# What is kept in memory of an account, or stands in its tokens.
TOLD = {"username", "email", "is_premium", "is_guest"}


@receiver(post_save, sender=User)
def sign_out_who_may_not_come_back(instance: User, created: bool, **_: Any) -> None:
    """End the sessions of a shut account, and those begun with a password that is no longer good."""
    sessions = Session.objects.filter(user=instance)
    if not instance.is_active:
        services.end_sessions(sessions)
    elif instance.has_new_password and not created:
        services.end_sessions(sessions.exclude(pk=instance.stays_signed_in))


@receiver(post_save, sender=User)
def forget_what_was(instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    """Have all workers show, and take tokens for, what the account is by now."""
    if not created and (update_fields is None or update_fields & TOLD):
        own_profile.forget(instance.pk)
