"""Personal data in friends."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports, merges
from friends import selectors, services
from friends.models import FriendRequest


@exports("friends")
def friends(user_id: UserId) -> list[dict[str, Any]]:
    rows = selectors.friendships.queryset(user_id).select_related("low", "high").order_by("pk")
    pairs = [(row, row.high if row.low_id == user_id else row.low) for row in rows]
    return [{"id": friend.pk, "username": friend.username, "since": row.since} for row, friend in pairs]


@exports("friend_requests")
def friend_requests(user_id: UserId) -> dict[str, list[dict[str, Any]]]:
    """Export stored requests, sent and received, including answered ones."""
    fields = ("created_at", "status", "answered_at")
    return {
        "sent": list(FriendRequest.objects.filter(from_user=user_id).values("to_user__username", *fields)),
        "received": list(
            FriendRequest.objects.filter(to_user=user_id).values("from_user__username", *fields)
        ),
    }


@exports("blocks")
def blocks(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's own blocks; blocks of the user are the blockers' data."""
    return [
        {"id": block.blocked_id, "username": block.blocked.username, "created_at": block.created_at}
        for block in selectors.blocks.queryset(user_id).order_by("pk")
    ]


@exports("standing")
def standing(user_id: UserId) -> dict[str, Any]:
    return selectors.own_status(user_id)


@erases
def forget(user_id: UserId) -> None:
    """Delete everything that friends stores about an erased user."""
    services.forget(user_id=user_id)


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Move friends and blocks."""
    services.merge(kept_id=kept_id, former_id=former_id)
