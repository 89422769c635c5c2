"""Announcements to send, and the audit trail of all that operators do."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly
from notifications import services
from operators.models import Announcement

# Roles are laid from the table in the code; who has one is said at the user.
admin.site.unregister(Group)


@admin.register(Announcement)
class Announcements(ReadOnly, OperatorAdmin):
    """What was said to everybody. To add one is to say it, at once, to all who are connected."""

    list_display = ("message", "by", "created_at")
    list_select_related = ("by",)
    fields = ("message",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("operators.add_announcement"))

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        obj.by_id = request.user.pk
        super().save_model(request, obj, form, change)
        services.announce(obj.message)


@admin.register(LogEntry)
class AuditTrail(ReadOnly, OperatorAdmin):
    """Who changed what, and when. Nobody changes this."""

    list_display = ("action_time", "user", "content_type", "object_repr", "what")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("user__username", "object_repr", "change_message")
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "what")
    readonly_fields = ("what",)
    date_hierarchy = "action_time"
    show_full_result_count = False

    @admin.display(description="What")
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()
