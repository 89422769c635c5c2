"""Friendships, requests and blocks for operators: to look at; blocks can be lifted."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from friends import services
from friends.models import Block, FriendRequest, Friendship


class ReadOnly(ModelAdmin):
    """What users alone decide."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Friendship)
class Friendships(ReadOnly):
    """Who is whose friend."""

    list_display = ("low", "high", "since")
    list_select_related = ("low", "high")
    search_fields = ("low__username", "high__username")


@admin.register(FriendRequest)
class FriendRequests(ReadOnly):
    """Who asked whom, and what became of it."""

    list_display = ("from_user", "to_user", "status", "created_at", "answered_at")
    list_filter = ("status",)
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__username", "to_user__username")


@admin.register(Block)
class Blocks(ReadOnly):
    """Who blocks whom."""

    list_display = ("by", "blocked", "created_at")
    list_select_related = ("by", "blocked")
    search_fields = ("by__username", "blocked__username")
    actions = ("lift",)

    @admin.action(description="Lift these blocks")
    def lift(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        for block in queryset:
            services.unblock(user_id=block.by_id, blocked_id=block.blocked_id)
