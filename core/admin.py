"""The history of content for operators, and what the admin of content is made of."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.content import Content, restore
from core.models import ContentVersion


class NotesWhoSaves:
    """For a model of content in the admin: its versions, and those of its inlines, say who saved them."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        _note(request, obj)
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for line in formset.forms:
            _note(request, line.instance)
        super().save_formset(request, form, formset, change)  # type: ignore[misc]


def _note(request: HttpRequest, row: Model) -> None:
    if isinstance(row, Content):
        row.saved_by_id = request.user.pk


@admin.register(ContentVersion)
class ContentVersions(ModelAdmin):
    """Every version of all content, the newest first, to look at and to go back to."""

    list_display = ("name", "model", "version", "by", "at")
    list_filter = ("model",)
    list_select_related = ("by",)
    search_fields = ("name", "by__username")
    ordering = ("-pk",)
    actions = ("restore",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Restore the selected versions")
    def restore(self, request: HttpRequest, queryset: QuerySet[ContentVersion]) -> None:
        """Older ones first, so that of two versions of a row the newer stays."""
        for version in queryset.order_by("pk"):
            app, model = version.model.split(".")
            if not request.user.has_perm(f"{app}.change_{model}"):
                self.message_user(request, f"You may not change {version.name}.", messages.ERROR)
                continue
            try:
                restore(version, by_id=request.user.pk)
            except ValidationError as problem:
                self.message_user(request, f"{version}: {' '.join(problem.messages)}", messages.ERROR)
            else:
                self.message_user(request, f"{version}, is restored.", messages.SUCCESS)
