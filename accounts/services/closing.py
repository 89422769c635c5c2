"""Shutting accounts, opening them again, and erasing them."""

from string import ascii_lowercase, digits

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Session, User
from accounts.services.locks import lock
from accounts.services.sessions import end_sessions
from core import personal_data
from core.refusals import NotFound


@transaction.atomic
def shut(user: User) -> None:
    """Shut an account: it cannot sign in, its tokens are rejected and its sockets closed."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(Session.objects.filter(user=user))


def open_again(user: User) -> None:
    """Open an account that was shut. Raises ``NotFound`` if it is erased or was merged into another."""
    if not User.objects.filter(pk=user.pk, erased_at=None, merged_into=None).update(is_active=True):
        merged = User.objects.filter(pk=user.pk, merged_into__isnull=False).exists()
        raise NotFound("This account was merged into another." if merged else "This account is erased.")


@transaction.atomic
def erase(user: User) -> None:
    """Erase a user: every app erases its data, and all sessions end.

    An anonymous row remains, because other users' games, trades and messages may refer to it. Accounts that
    were merged into it are erased as well.
    """
    formers = list(user.former_accounts.all())
    lock(user.pk, *(former.pk for former in formers))
    for former in formers:
        erase(former)
    personal_data.erase(user.pk)
    Session.objects.filter(user=user).update(user_agent="", ip=None)
    user.username = f"erased_{get_random_string(12, ascii_lowercase + digits)}"
    user.email_verified_at = user.birth_date = user.marketing_consent_at = None
    user.avatar_hue = user.avatar_shape = None
    user.email = user.pending_email = user.first_name = user.last_name = ""
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = user.is_premium = False
    user.erased_at = timezone.now()
    user.last_login = None
    user.save()  # the reaction to this ends the sessions
    user.groups.clear()
    user.user_permissions.clear()
