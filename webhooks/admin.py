"""Addresses to call and their calls in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, operation
from webhooks import selectors, services
from webhooks.models import Delivery, Endpoint

SHOWN_ONCE = "The secret of {name}, which is shown only now: {secret}"


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    events = forms.MultipleChoiceField(
        choices=lambda: [(name, name) for name in sorted(services.offered)],
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(Endpoint)
class Endpoints(OperatorAdmin):
    """Addresses of other systems that are called after events."""

    form = EndpointForm
    list_display = ("name", "url", "is_active")
    fields = ("name", "url", "events", "is_active")
    help_texts: ClassVar = {
        "url": "It gets a signed POST for each event. The secret is shown once, after saving.",
        "is_active": "Switched off, it is called no more; it cannot be deleted.",
    }
    actions = ("rotate",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(selectors.refresh)
        if not change:
            self.message_user(request, SHOWN_ONCE.format(name=obj, secret=obj.secret))

    @operation("Give a new secret")
    def rotate(self, request: HttpRequest, endpoint: Endpoint) -> None:
        secret = services.rotate(endpoint.pk)
        self.message_user(request, SHOWN_ONCE.format(name=endpoint, secret=secret))


@admin.register(Delivery)
class Deliveries(ReadOnly, OperatorAdmin):
    """Calls and how they went; neither due nor delivered is one that was given up."""

    list_display = (
        "event",
        "endpoint",
        "created_at",
        "attempts",
        "status",
        "error",
        "due_at",
        "delivered_at",
    )
    list_filter = ("endpoint", "event")
    list_select_related = ("endpoint",)
    ordering = ("-created_at",)
    actions = ("deliver_again",)

    @operation("Deliver again")
    def deliver_again(self, request: HttpRequest, delivery: Delivery) -> None:
        services.deliver_again(delivery.pk)
