"""The lock that serialises what happens to a user."""

from functools import reduce
from operator import or_

from django.db.models import Q

from accounts import selectors
from accounts.models import User
from accounts.refusals import MadeElsewhere, SessionEnded
from core import cells
from core.ids import UserId


def lock(*user_ids: UserId) -> list[User]:
    """Lock the existing accounts among these until the transaction ends.

    These locks serialise everything that happens between users. Take them first; they are taken by ascending
    id to avoid deadlocks.
    """
    if len(user_ids) <= 2:
        return selectors.locked(user_ids[0], user_ids[-1])
    # Not ``pk__in``, which passes ids beyond the column's range to the database.
    wanted = reduce(or_, (Q(pk=user_id) for user_id in user_ids))
    return list(User.objects.select_for_update(no_key=True).filter(wanted).order_by("pk"))


def lock_open(user: User) -> list[User]:
    """Lock an account before changing it; return it.

    Raises ``SessionEnded`` if it is erased or banned, and ``MadeElsewhere`` if it is of another cell.
    """
    if cells.is_foreign(user.pk):
        raise MadeElsewhere
    locked = lock(user.pk)
    if not any(now.is_active for now in locked):
        raise SessionEnded("This account is gone.")
    return locked
