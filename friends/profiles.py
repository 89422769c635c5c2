"""Blocks in public profiles: who blocks, or is blocked by, the viewer looks offline."""

from accounts.profiles import looks_offline
from friends import selectors


@looks_offline
def blocked(viewer_id: int, user_ids: list[int]) -> set[int]:
    """Those between whom and the viewer a block stands."""
    return selectors.blocked_ids(viewer_id)
