"""Stored documents in the admin."""

from django.contrib import admin

from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline
from storage.models import Document, KeptVersion


class KeptVersions(ReadOnlyInline):
    """The versions kept of the document."""

    model = KeptVersion
    fields = ("version", "at", "value")


@admin.register(Document)
class Documents(ReadOnly, OperatorAdmin):
    """Documents of all collections."""

    list_display = ("collection", "key", "owner", "size", "updated_at")
    list_select_related = ("folder__user",)
    search_fields = ("=collection", "key", "folder__user__username")
    fields = ("collection", "key", "owner", "value", "size", "version", "updated_at")
    ordering = ("-id",)
    inlines = (KeptVersions,)

    @admin.display(description="owner")
    def owner(self, document: Document) -> str:
        return str(document.folder.user or document.folder.owner or "server")
