"""Hide the online status of users from those they block or are blocked by."""

from accounts.profiles import hides_online_status
from core.ids import UserId
from friends import selectors


@hides_online_status
def blocked(viewer_id: UserId, user_ids: list[UserId]) -> set[UserId]:
    """Return the users with a block between them and the viewer."""
    return selectors.blocked_ids(viewer_id)
