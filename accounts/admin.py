"""Accounts for operators: premium by a switch, sessions to end."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import services
from accounts.models import Session, User


@admin.register(User)
class Users(UserAdmin, ModelAdmin):
    """Users; shutting an account signs its devices out."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_premium", "is_guest", "is_bot", "is_active", "date_joined")
    list_editable = ("is_premium",)
    list_filter = ("is_premium", "is_guest", "is_bot", "is_active", "is_staff")
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Play", {"fields": ("is_premium", "is_guest", "is_bot")}))

    actions = ("erase",)

    # A deleted row would take with it what other people's games point to: people are erased instead.
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Erase these people")
    def erase(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            services.erase(user)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            services.end_sessions(Session.objects.filter(user=obj))


@admin.register(Session)
class Sessions(ModelAdmin):
    """Devices that are or were signed in."""

    list_display = ("user", "created_at", "last_seen", "ended_at", "ip", "user_agent")
    list_filter = ("ended_at",)
    search_fields = ("user__username", "ip")
    readonly_fields = ("id", "user", "created_at", "last_seen", "ended_at", "ip", "user_agent")
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Sign these devices out")
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        services.end_sessions(queryset)
