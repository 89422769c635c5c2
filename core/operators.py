"""Base classes of all our admin pages: permissions, refusals shown as messages, and an audit trail.

Uses django-unfold if it is installed, else Django's own admin.
"""

import functools
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth import get_permission_codename
from django.contrib.sessions.backends.base import SessionBase
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from core import replica
from core.ids import UserId
from core.refusals import NotAllowed, Refusal

if TYPE_CHECKING:
    from django.contrib.admin.helpers import ActionForm

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    _Paginator = Paginator[Any]
elif not apps.is_installed("unfold"):
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin.helpers import ActionForm
else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.forms import ActionForm

if not TYPE_CHECKING:
    _Paginator = Paginator

# Django-unfold leaves the widgets of fields that a form declares without a border.
_CLASSES: dict[type[forms.Widget], list[str]] = {}
if apps.is_installed("unfold"):
    from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

    _CLASSES = {
        forms.TextInput: INPUT_CLASSES,
        forms.NumberInput: INPUT_CLASSES,
        forms.Textarea: TEXTAREA_CLASSES,
        forms.Select: SELECT_CLASSES,
    }

__all__ = [
    "ChangeOnly",
    "ChangedFieldsAdmin",
    "FreshProofNeeded",
    "OperatorAdmin",
    "ReadOnly",
    "ReadOnlyInline",
    "TabularInline",
    "WithReasonForm",
    "account_link",
    "mark_proven",
    "operation",
    "reason_of",
    "require_fresh_proof",
    "shown_time",
    "styled_link",
]

MAX_REASON_LENGTH = 200

One = TypeVar("One", bound=Model)
Operation = Callable[[Any, HttpRequest, One], str | None]


PROOF_VALID_FOR_S = 600
_PROVEN_AT = "proven_at"


class FreshProofNeeded(NotAllowed):
    """This needs a sign-in of the last minutes; the admin asks for it."""

    code = "proof_required"
    title = "Sign in again"


def mark_proven(session: SessionBase) -> None:
    """Remember that the operator has just signed in."""
    session[_PROVEN_AT] = time.time()


def require_fresh_proof(request: HttpRequest) -> None:
    """Raise ``FreshProofNeeded`` unless the operator signed in lately, where ``STAFF_MFA`` is on."""
    is_fresh = request.session.get(_PROVEN_AT, 0) > time.time() - PROOF_VALID_FOR_S
    if settings.STAFF_MFA and not is_fresh:
        raise FreshProofNeeded("Sign in again to do this.")


def operation(
    description: str, *, asks_twice: bool = False, needs_proof: bool = False
) -> Callable[[Operation[One]], Any]:
    """Turn a method that acts on one object into an admin action.

    The method raises a refusal if it cannot be done, and may return a text for the audit trail. The action
    needs the permission ``<method>_<model>``; each affected object gets an entry in the audit trail. An
    action with ``asks_twice`` takes a single object, whose name has to be typed on a confirmation page; one
    with ``needs_proof`` needs a sign-in of the last minutes (``require_fresh_proof``).
    """

    def decorate(do: Operation[One]) -> Any:
        @functools.wraps(do)
        def act(self: "OperatorAdmin", request: HttpRequest, queryset: QuerySet[One]) -> HttpResponse | None:
            if needs_proof:
                require_fresh_proof(request)
            if asks_twice and (question := _question(self, request, queryset, do.__name__, description)):
                return question
            done = []
            # Oldest first: when two versions of one row are restored, the newer one wins.
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
    """Return the confirmation page, or None once one object is chosen and its name is typed."""
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


class WithReasonForm(ActionForm):
    """Adds a reason field to the admin's action form (see ``reason_of``)."""

    reason = forms.CharField(
        max_length=MAX_REASON_LENGTH,
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
    """Return the reason that the operator entered in ``WithReasonForm``."""
    return request.POST.get("reason", "").strip()


def shown_time(at: datetime | None) -> str:
    """Return a time in UTC to the second, as lines of logs have it; nothing without one."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def account_link(user: Model) -> str:
    """Return a link to the page of an account."""
    return styled_link(reverse("admin:support_person_change", args=[user.pk]), str(user))


def styled_link(url: str, text: str) -> str:
    """Return a link that looks like those of the admin's own fields."""
    return format_html('<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', url, text)


class UncountedPaginator(_Paginator):
    """Looks one row beyond the page in place of counting millions of rows; ``count`` is what is known."""

    template_name = "unfold/helpers/pagination_infinite.html"
    page_number = 1

    @cached_property
    def count(self) -> int:
        start = (min(self.page_number, MAX_PAGES) - 1) * self.per_page
        rows: Any = self.object_list
        return start + len(rows.values_list("pk")[start : start + self.per_page + 1])


MAX_PAGES = 200
"""Further back, searching is faster than paging."""


class OperatorAdmin(ModelAdmin):
    """Base admin in which every action needs a permission of its own, and no list counts its rows.

    ``help_texts`` are added to those of the model's fields. Lists are read from a replica of the database, if
    there is one.
    """

    help_texts: ClassVar[dict[str, str]] = {}

    paginator = UncountedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        paginator = super().get_paginator(request, *args, **kwargs)
        wanted = request.GET.get(PAGE_VAR, "1")
        if isinstance(paginator, UncountedPaginator) and wanted.isascii() and wanted.isdigit():
            paginator.page_number = max(1, int(wanted[:9]))
        return paginator

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **{"help_texts": self.help_texts or None, **kwargs})
        for field in form.base_fields.values():
            if classes := _CLASSES.get(type(field.widget)):
                field.widget.attrs["class"] = " ".join(classes)
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and (match.url_name or "").endswith("_changelist")
        may_lag = is_list and request.method == "GET" and replica.may_serve(UserId(request.user.pk or 0))
        return rows.using(replica.ALIAS) if may_lag else rows

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {
            name: action for name, action in super().get_actions(request).items() if self._may(request, name)
        }

    def _may(self, request: HttpRequest, action: str) -> bool:
        if action == "delete_selected":
            return self.has_delete_permission(request)
        codename = get_permission_codename(action, self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")


class ChangedFieldsAdmin(OperatorAdmin):
    """Saves only the fields that were changed in the form.

    Fields in ``volatile_fields`` are compared with the values that the form showed, so that changes made by
    gameplay while it was open do not count as the operator's.
    """

    volatile_fields: tuple[str, ...] = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.show_hidden_initial = db_field.name in self.volatile_fields
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        # Many-to-many relations are saved from these after the row.
        form.cleaned_data = {name: form.cleaned_data[name] for name in form.changed_data}
        columns = {field.name for field in self.opts.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in columns])


class ChangeOnly:
    """Admin mixin: rows can be changed, but neither added nor deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(ChangeOnly):
    """Admin mixin: rows can only be viewed, apart from the actions."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, TabularInline):
    """A read-only table of related rows. Foreign keys that it shows are fetched in the same query."""

    # django-unfold's pagination: two thousand rows on one page took seconds.
    per_page = 50
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        named = [
            field.name
            for field in self.opts.get_fields()
            if field.many_to_one and field.name in (self.fields or ())
        ]
        return super().get_queryset(request).select_related(*named)
