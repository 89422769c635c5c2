"""What the admin of every app is made of: who may do what, refusals told in words, and all of it on record.

It looks like django-unfold where that is installed, and like Django's own admin where it is not.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_permission_codename
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from core.refusals import Refusal

if TYPE_CHECKING or not apps.is_installed("unfold"):
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin.helpers import ActionForm
else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.forms import ActionForm

__all__ = [
    "NeitherAddedNorDeleted",
    "OnlyChanged",
    "OperatorAdmin",
    "ReadOnly",
    "Rows",
    "TabularInline",
    "WithReason",
    "operation",
    "reason_of",
]

LONGEST_REASON = 200

One = TypeVar("One", bound=Model)
Operation = Callable[[Any, HttpRequest, One], str | None]


def operation(description: str, *, asks_twice: bool = False) -> Callable[[Operation[One]], Any]:
    """Make an admin action of a method that does something to one object.

    The method raises the refusal if it cannot be done, and may return what else is worth recording. Who runs
    the action needs the permission ``<method>_<model>``; each object it was done to gets an entry in the
    audit trail. One that ``asks_twice`` is for a single object, whose name has to be typed on another page.
    """

    def decorate(do: Operation[One]) -> Any:
        @functools.wraps(do)
        def act(self: "OperatorAdmin", request: HttpRequest, queryset: QuerySet[One]) -> HttpResponse | None:
            if asks_twice and (question := _question(self, request, queryset, do.__name__, description)):
                return question
            done = []
            # The eldest first: of two versions of one thing that are restored, the newer stays.
            for one in queryset.order_by("pk"):
                try:
                    detail = do(self, request, one)
                except Refusal as refusal:
                    self.message_user(request, f"{one}: {refusal.message}", messages.ERROR)
                    continue
                text = f"{description}: {detail}" if detail else description
                LogEntry.objects.log_actions(int(request.user.pk or 0), [one], CHANGE, text)
                done.append(one)
            if done:
                self.message_user(request, f"{description}: done for {len(done)}.", messages.SUCCESS)
            return None

        act.is_operation = True  # type: ignore[attr-defined]
        return admin.action(description=description)(act)

    return decorate


def _question(
    self: "OperatorAdmin", request: HttpRequest, queryset: QuerySet[Any], action: str, description: str
) -> HttpResponse | None:
    """Return what to answer in place of doing it: until one object is chosen, and its name is typed."""
    back = request.get_full_path()
    if request.POST.get("select_across") == "1" or len(queryset[:2]) != 1:
        self.message_user(request, f"{description}: choose one at a time.", messages.ERROR)
        return HttpResponseRedirect(back)
    one = queryset.get()
    typed = request.POST.get("typed")
    if typed == str(one):
        return None
    facts = {
        **self.admin_site.each_context(request),
        "opts": self.opts,
        "title": description,
        "name": str(one),
        "pk": one.pk,
        "action": action,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "is_wrong": typed is not None,
        "back": back,
    }
    return TemplateResponse(request, "core/ask_twice.html", facts)


class WithReason(ActionForm):
    """The choice of an action, and why it is done (``reason_of``)."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        label="",
        widget=forms.TextInput(
            {
                "placeholder": "Reason, for the record",
                "aria-label": "Reason",
                "class": "bg-white/20 grow min-w-0 px-2 py-1 rounded-default text-white w-full",
            }
        ),
    )


def reason_of(request: HttpRequest) -> str:
    """Why the operator does it, as given in ``WithReason``."""
    return request.POST.get("reason", "").strip()


class OperatorAdmin(ModelAdmin):
    """A model in the admin, whose operations each need a permission of their own."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {
            name: action for name, action in super().get_actions(request).items() if self._may(request, name)
        }

    def _may(self, request: HttpRequest, action: str) -> bool:
        if action == "delete_selected":
            return self.has_delete_permission(request)
        codename = get_permission_codename(action, self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")


class OnlyChanged(OperatorAdmin):
    """Saves what was changed in the form and nothing else.

    Of fields in ``changing`` a form brings what it showed: what is done to them while it is open is no change
    of this operator's.
    """

    changing: tuple[str, ...] = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.show_hidden_initial = db_field.name in self.changing
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        # Relations to many are saved from these once the row is.
        form.cleaned_data = {name: form.cleaned_data[name] for name in form.changed_data}
        columns = {field.name for field in self.opts.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in columns])


class NeitherAddedNorDeleted:
    """What is there without operators, and stays: to change alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeitherAddedNorDeleted):
    """What the platform alone writes: to look at, beside the operations there are for it."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Rows(ReadOnly, TabularInline):
    """What belongs to the object of a page, as a table to look at. What a row names is read along with it."""

    # Of django-unfold, which shows them in pages: two thousand rows at once took seconds.
    per_page = 50
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        named = [
            field.name
            for field in self.opts.get_fields()
            if field.many_to_one and field.name in (self.fields or ())
        ]
        return super().get_queryset(request).select_related(*named)
