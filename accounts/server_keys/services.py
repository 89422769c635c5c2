"""Make, verify and revoke keys."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts import selectors
from accounts.models import User
from accounts.server_keys import rules
from accounts.server_keys.models import ServerKey
from accounts.server_keys.refusals import KeyInvalid, OutOfScope
from core.ids import UserId
from core.refusals import Malformed

NOTED_EVERY = timedelta(minutes=1)


def issue(key: ServerKey) -> str:
    """Store a key that is new, and return it; it cannot be read later."""
    secret = rules.new_key()
    key.digest = rules.digest(secret)
    key.save()
    return secret


def revoke(key_id: int) -> None:
    """Refuse the key from now on."""
    ServerKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=timezone.now())


def user_of(*, secret: str, user_id: str, method: str, path: str) -> User:
    """Return the user for whom the holder of this key makes a call.

    Raises ``KeyInvalid``, ``OutOfScope``, ``Malformed`` and ``NotFound``.
    """
    key = ServerKey.objects.filter(digest=rules.digest(secret), revoked_at=None).first()
    if key is None:
        raise KeyInvalid("There is no such key.")
    if not rules.permits(key.scopes, method, path):
        raise OutOfScope(f"The key may not {method} {path}.")
    if not user_id.isascii() or not user_id.isdecimal() or len(user_id) > 18:
        raise Malformed("The header X-User-Id has to be the id of the user for whom the call is.")
    now = timezone.now()
    # Not each time: a busy key would be one row that all calls write.
    is_old = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - NOTED_EVERY:
        ServerKey.objects.filter(is_old, pk=key.pk).update(last_used_at=now)
    return selectors.by_id(UserId(int(user_id)))
