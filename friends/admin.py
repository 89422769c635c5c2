"""Friendships, requests and blocks in the admin; blocks can be lifted."""

from django.contrib import admin
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, operation
from friends import services
from friends.models import Block, FriendRequest, Friendship


@admin.register(Friendship)
class Friendships(ReadOnly, OperatorAdmin):
    """Friendships, read-only."""

    list_display = ("low", "high", "since")
    list_select_related = ("low", "high")
    search_fields = ("low__username", "high__username")


@admin.register(FriendRequest)
class FriendRequests(ReadOnly, OperatorAdmin):
    """Friend requests and their status, read-only."""

    list_display = ("from_user", "to_user", "status", "created_at", "answered_at")
    list_filter = ("status",)
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__username", "to_user__username")


@admin.register(Block)
class Blocks(ReadOnly, OperatorAdmin):
    """Blocks between users."""

    list_display = ("by", "blocked", "created_at")
    list_select_related = ("by", "blocked")
    search_fields = ("by__username", "blocked__username")
    actions = ("lift",)

    @operation("Lift the block")
    def lift(self, request: HttpRequest, block: Block) -> None:
        services.unblock(user_id=block.by_id, blocked_id=block.blocked_id)
