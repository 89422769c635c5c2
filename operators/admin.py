"""Admin pages to send announcements and to read the audit trail."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, operation
from core.refusals import Conflict
from operators import services
from operators.models import Announcement

# Roles are defined by the table in roles.py and assigned on the user's page.
admin.site.unregister(Group)


@admin.register(Announcement)
class Announcements(ReadOnly, OperatorAdmin):
    """Announcements. Adding one sends it to everybody who is connected, at once or at a time."""

    list_display = ("message", "by", "created_at", "send_at", "sent_at")
    list_select_related = ("by",)
    fields = ("message", "send_at")
    actions = ("withdraw",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("operators.add_announcement"))

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        obj.by_id = request.user.pk
        services.announce(obj)

    @operation("Withdraw it before it is sent")
    def withdraw(self, request: HttpRequest, announcement: Announcement) -> None:
        if not services.withdraw(announcement):
            raise Conflict("It has been sent.")


@admin.register(LogEntry)
class AuditTrail(ReadOnly, OperatorAdmin):
    """A read-only log of all changes made by operators."""

    list_display = ("action_time", "user", "content_type", "object_repr", "what")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("user__username", "object_repr", "change_message")
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "what")
    readonly_fields = ("what",)
    date_hierarchy = "action_time"

    @admin.display(description="What")
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()
