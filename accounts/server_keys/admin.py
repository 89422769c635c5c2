"""Server keys in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.server_keys import rules, services
from accounts.server_keys.models import ServerKey
from core.operators import OperatorAdmin, operation


class ScopesField(forms.CharField):
    """A scope on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        scopes = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        for scope in scopes:
            if not rules.SCOPE.fullmatch(scope) or scope.partition(" ")[2].startswith(rules.NEVER):
                raise ValidationError(f"Not a scope: {scope}")
        return scopes


class ServerKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = ScopesField(
        help_text="One on each line: a method or *, and a path with all below it, as GET /api/player/"
    )


@admin.register(ServerKey)
class ServerKeys(OperatorAdmin):
    """Keys with which other systems call REST routes for users."""

    form = ServerKeyForm
    list_display = ("name", "created_at", "last_used_at", "revoked_at")
    fields = ("name", "scopes")
    actions = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ServerKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            secret = services.issue(obj)
            self.message_user(request, f"The key {obj}, which is shown only now: {secret}")

    @operation("Revoke")
    def revoke(self, request: HttpRequest, key: ServerKey) -> None:
        services.revoke(key.pk)
