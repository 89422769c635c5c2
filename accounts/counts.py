"""The numbers of accounts and open sessions, for ``GET /api/status``."""

from accounts import selectors
from accounts.models import User
from core.status import counts


@counts("users")
def users() -> int:
    return User.objects.filter(is_active=True).count()


@counts("sessions")
def sessions() -> int:
    return selectors.open_sessions().count()
