"""Hide the online status of users from those they block or are blocked by."""

from accounts.profiles import hides_online_status
from friends import selectors


@hides_online_status
def blocked(viewer_id: int, user_ids: list[int]) -> set[int]:
    """Return the users with a block between them and the viewer."""
    return selectors.blocked_ids(viewer_id)
