"""The page of a player, what operators do there, and requests to erase players."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from accounts.selectors import matching
from core.operators import OperatorAdmin, ReadOnly, operation, require_fresh_proof
from core.refusals import Refusal
from core.renderers import encode
from operators.support import selectors, services
from operators.support.acts import ACTS
from operators.support.models import Erasure, Person


@admin.register(Person)
class People(ReadOnly, OperatorAdmin):
    """All accounts; each has a page with all that is known of it, and what can be done."""

    list_display = ("username", "id", "email", "is_premium", "is_guest", "is_active", "date_joined")
    # Without fields, the admin shows no box to search in.
    search_fields = ("username",)
    search_help_text = "An id, a part of a name or e-mail, or an IP address"
    sortable_by = ("username",)
    ordering = ("username",)
    page_acts = tuple(ACTS)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        operator: Any = request.user
        term = search_term.strip()
        return (queryset.filter(matching(term, operator=operator)) if term else queryset), False

    def get_list_display(self, request: HttpRequest) -> Any:
        person: Any = request.user
        return [
            name for name in self.list_display if name != "email" or person.has_perm("accounts.view_user")
        ]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/<str:name>/act/", view(self.act), name="support_person_act"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        user = self._person(request, object_id)
        person: Any = request.user
        offered = [name for name in ACTS if self._may(request, name)]
        facts = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": user.username,
            "user_id": user.pk,
            "facts": selectors.facts(user, with_private=person.has_perm("accounts.view_user")),
            "wallet": selectors.wallet(user) if person.has_perm("progression.view_player") else [],
            "acts": [(name, ACTS[name]) for name in offered if not ACTS[name].on_a_row],
            "offered": offered,
            "pages": [
                selectors.page_of(section, user, _start(request, section.key))
                for section in selectors.SECTIONS
                if person.has_perm(section.permission)
            ],
        }
        return TemplateResponse(request, "support/person.html", facts)

    def act(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Show the form of an act, or do it."""
        if name not in ACTS:
            raise Http404
        user = self._person(request, str(pk))
        if not self._may(request, name):
            raise PermissionDenied
        act = ACTS[name]
        if act.needs_proof:
            require_fresh_proof(request)
        page = reverse("admin:support_person_change", args=[user.pk])
        is_sent = request.method == "POST"
        form = act.form(request.POST if is_sent else None, user=user, initial=request.GET.dict())
        if is_sent and form.is_valid():
            try:
                done = act.do(user=user, by=request.user, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                if name == "export":
                    return _as_file(user, done)
                self.message_user(request, f"{act.title}: done.", messages.SUCCESS)
                return HttpResponseRedirect(page)
        facts = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{act.title}: {user.username}",
            "act": act,
            "form": form,
            "back": page,
        }
        return TemplateResponse(request, "support/act.html", facts)

    def _person(self, request: HttpRequest, pk: str) -> Person:
        found: Person | None = self.get_object(request, pk)
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found


def _start(request: HttpRequest, key: str) -> int:
    text = request.GET.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _as_file(user: Person, data: dict[str, Any]) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{user.username}.json"'}
    return HttpResponse(encode(data), content_type="application/json", headers=headers)


@admin.register(Erasure)
class Erasures(ReadOnly, OperatorAdmin):
    """Requests to erase players: another operator than who asked approves them."""

    list_display = ("__str__", "state", "reason", "asked_by", "asked_at", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("user", "asked_by", "decided_by")
    ordering = ("-state", "-pk")
    actions = ("approve", "withdraw")

    @operation("Erase the person", asks_twice=True, needs_proof=True)
    def approve(self, request: HttpRequest, erasure: Erasure) -> None:
        operator: Any = request.user
        services.approve_erasure(erasure, by=operator)

    @operation("Do not erase")
    def withdraw(self, request: HttpRequest, erasure: Erasure) -> None:
        operator: Any = request.user
        services.withdraw_erasure(erasure, by=operator)
