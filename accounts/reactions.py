"""Reactions to a saved account, whoever saved it: the API, the admin or a command."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import own_profile, services
from accounts.models import Session, User
from core import operators

# Fields that are cached in memory or contained in tokens.
CACHED_FIELDS = {"username", "email", "email_verified_at", "pending_email", "is_premium", "is_guest"}


@receiver(user_logged_in)
def note_proof(request: HttpRequest, **_: Any) -> None:
    """Remember in the admin's session when the operator proved who they are; the API has no such session."""
    session = getattr(request, "session", None)
    if session is not None:
        operators.mark_proven(session)


@receiver(post_save, sender=User)
def end_revoked_sessions(instance: User, created: bool, **_: Any) -> None:
    """End the sessions of a deactivated account, or those from before a password change."""
    if created:
        return
    if not instance.is_active:
        services.end_sessions(Session.objects.filter(user=instance))
    elif instance.has_new_password:
        services.end_sessions(Session.objects.filter(user=instance).exclude(pk=instance.stays_signed_in))


@receiver(post_save, sender=User)
def invalidate_cached_account(
    instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    """Invalidate cached data of a changed account on all workers."""
    if not created and (update_fields is None or update_fields & CACHED_FIELDS):
        own_profile.invalidate(instance.pk)
