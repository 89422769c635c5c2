"""The history of content and the outbox in the admin, and the mixin for models with a history."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core import draining, live_settings, maintenance, outbox
from core.content import Content, restore
from core.ids import UserId
from core.models import ContentVersion, Heartbeat, LiveChange, LiveValue, Mail, Maintenance, OutboxEntry
from core.operators import ChangeOnly, OperatorAdmin, ReadOnly, operation
from core.refusals import Conflict, Invalid, NotAllowed


class RecordsEditor:
    """Admin mixin for content models: records who saved a version, also for the rows of its inlines."""

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
class ContentVersions(ReadOnly, OperatorAdmin):
    """All versions of all content, newest first, with an action that restores one."""

    list_display = ("name", "model", "version", "by", "at")
    list_filter = ("model",)
    list_select_related = ("by",)
    search_fields = ("name", "by__username")
    ordering = ("-pk",)
    actions = ("restore",)

    @operation("Restore the version")
    def restore(self, request: HttpRequest, version: ContentVersion) -> None:
        app, model = version.model.split(".")
        if not request.user.has_perm(f"{app}.change_{model}"):
            raise NotAllowed(f"You may not change {version.name}.")
        try:
            restore(version, by_id=request.user.pk)
        except ValidationError as problem:
            raise Invalid(" ".join(problem.messages)) from None


@admin.register(OutboxEntry)
class OutboxEntries(ReadOnly, OperatorAdmin):
    """Calls that are still to be made, with the error of their last attempt."""

    list_display = ("handler", "created_at", "attempts", "due_at", "error")
    list_filter = ("handler",)
    search_fields = ("handler", "error")
    ordering = ("due_at",)
    actions = ("retry",)

    @operation("Try again now")
    def retry(self, request: HttpRequest, entry: OutboxEntry) -> None:
        outbox.retry(entry)


@admin.register(Mail)
class Mails(ReadOnly, OperatorAdmin):
    """Mails and whether they were sent; neither due nor sent is one that was given up."""

    list_display = ("kind", "address", "created_at", "tries", "due_at", "sent_at")
    list_filter = ("kind",)
    search_fields = ("address",)
    exclude = ("text", "facts")
    ordering = ("-pk",)


@admin.register(Maintenance)
class Maintenances(ReadOnly, OperatorAdmin):
    """Announces maintenance: no new games begin, running ones go on, operators stay in."""

    list_display = ("starts_at", "ends_at", "message", "told", "ended_at", "by")
    list_select_related = ("by",)
    fields = ("starts_at", "ends_at", "message")
    help_texts: ClassVar = {
        "starts_at": "UTC. Everybody is told at once, when it begins, and when it is over.",
        "message": "Players see it, such as the reason. Running games go on; no new ones begin.",
    }
    ordering = ("-pk",)
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("core.add_maintenance"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"starts_at": timezone.now()}

    def save_model(self, request: HttpRequest, obj: Maintenance, form: Any, change: bool) -> None:
        made = maintenance.announce(
            starts_at=obj.starts_at,
            ends_at=obj.ends_at,
            message=obj.message,
            by_id=UserId(request.user.pk or 0),
        )
        obj.pk = made.pk

    @operation("End it now")
    def end(self, request: HttpRequest, row: Maintenance) -> None:
        if row.ended_at is not None or not maintenance.end():
            raise Conflict("It is over.")


@admin.register(Heartbeat)
class Workers(ReadOnly, OperatorAdmin):
    """The workers that were heard lately, with actions that empty one and let it take players again."""

    list_display = ("worker", "place", "at", "is_draining")
    actions = ("drain", "resume")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Heartbeat]:
        return draining.living()

    @operation("Drain: hand over its games and sockets")
    def drain(self, request: HttpRequest, row: Heartbeat) -> None:
        draining.drain(row.worker)

    @operation("Resume")
    def resume(self, request: HttpRequest, row: Heartbeat) -> None:
        draining.resume(row.worker)


if TYPE_CHECKING:
    _LiveForm = forms.ModelForm[LiveValue]
else:
    _LiveForm = forms.ModelForm


class LiveForm(_LiveForm):
    """A live setting, with the reason of the change."""

    value = forms.JSONField(
        widget=forms.TextInput,
        help_text="true or false, or a whole number. It counts on all workers within a second.",
    )
    reason = forms.CharField(max_length=200, required=False, help_text="Kept with the change")

    class Meta:
        model = LiveValue
        fields = ("value",)

    def clean_value(self) -> Any:
        try:
            return live_settings.declared()[self.instance.pk].checked(self.cleaned_data["value"])
        except KeyError:
            raise ValidationError("No app declares this setting any more.") from None
        except Invalid as refusal:
            raise ValidationError(refusal.message) from None


@admin.register(LiveValue)
class LiveSettings(ChangeOnly, OperatorAdmin):
    """Settings and feature flags that count at once, on all workers within a second."""

    form = LiveForm
    list_display = ("name", "title", "value", "default")
    fields = ("name", "title", "value", "default", "reason")
    readonly_fields = ("name", "title", "default")

    @admin.display(description="Meaning")
    def title(self, row: LiveValue) -> str:
        setting = live_settings.declared().get(row.name)
        return setting.title if setting else "No app declares it any more."

    @admin.display(description="Default")
    def default(self, row: LiveValue) -> str:
        setting = live_settings.declared().get(row.name)
        return str(setting.default).lower() if setting else "-"

    def save_model(self, request: HttpRequest, obj: LiveValue, form: Any, change: bool) -> None:
        live_settings.change(
            obj.name,
            form.cleaned_data["value"],
            by_id=UserId(request.user.pk or 0),
            reason=form.cleaned_data["reason"],
        )


@admin.register(LiveChange)
class LiveChanges(ReadOnly, OperatorAdmin):
    """The history of live settings: who changed what, when and why."""

    list_display = ("at", "name", "old", "new", "by", "reason")
    list_filter = ("name",)
    list_select_related = ("by",)
    ordering = ("-pk",)
