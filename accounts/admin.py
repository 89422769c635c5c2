"""Accounts in the admin: premium, bans, sessions, failed sign-ins."""

from typing import TYPE_CHECKING, Any

from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse

from accounts import bans, second_factor, selectors, services, signing_in
from accounts.models import Ban, Session, User
from accounts.models import SignIn as SignInEntry
from core import limits
from core.operators import (
    ChangedFieldsAdmin,
    OperatorAdmin,
    ReadOnly,
    WithReasonForm,
    operation,
    reason_of,
    require_fresh_proof,
)

# Fields that grant operators' rights, or access to an account.
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")
OWN = ("username", "email", "first_name", "last_name")

if TYPE_CHECKING:
    _UserAdmin = UserAdmin[User]
else:
    _UserAdmin = UserAdmin

if apps.is_installed("unfold"):
    from unfold.forms import AuthenticationForm
else:
    from django.contrib.admin.forms import AdminAuthenticationForm as AuthenticationForm


class SignIn(AuthenticationForm):
    """The admin's sign-in, under the same limits as every password check."""

    def clean(self) -> dict[str, Any]:
        signing_in.begin(self.request, signing_in.name(self.request))
        cleaned: dict[str, Any] = super().clean()
        user = self.get_user()
        if user is not None:
            self._check_second_factor(user)
        return cleaned

    def _check_second_factor(self, user: User) -> None:
        if second_factor.is_on(user):
            limits.knock(limits.MFA, self.request, account=str(user.pk))
            if not second_factor.is_right(user, str(self.data.get("code", ""))[:40]):
                raise ValidationError("Enter a code of your authenticator app that was not used yet.")
        elif settings.STAFF_MFA:
            raise ValidationError("Set up an authenticator app in your account on the page first.")

    def get_invalid_login_error(self) -> ValidationError:
        if not getattr(self.request, "axes_locked_out", False):
            signing_in.note_failure(self.request, signing_in.name(self.request))
        refusal: ValidationError = super().get_invalid_login_error()
        return refusal


admin.site.login_form = SignIn
admin.site.login_template = "accounts/admin_login.html"


@admin.register(User)
class Users(_UserAdmin, ChangedFieldsAdmin):
    """Users. Rights, and the accounts of operators, can be changed by superusers only."""

    if apps.is_installed("unfold"):
        from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

        form = UserChangeForm
        add_form = UserCreationForm
        change_password_form = AdminPasswordChangeForm

    list_display = ("username", "email", "is_premium", "is_guest", "is_bot", "is_active", "date_joined")
    list_editable = ("is_premium",)
    list_filter = ("is_premium", "is_guest", "is_bot", "is_active", "is_staff")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Play", {"fields": ("is_premium", "is_guest", "is_bot", "merged_into")}),
    )
    readonly_fields = ("last_login", "date_joined", "merged_into")
    search_help_text = "An id, a part of a name or e-mail, or an IP address"
    sortable_by = ("username",)
    # Changed concurrently by other operators and by the users themselves.
    volatile_fields = (*RIGHTS, *OWN, "is_premium", "is_guest", "is_bot")
    action_form = WithReasonForm
    actions = ("ban", "lift_ban", "sign_out")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        operator: Any = request.user
        term = search_term.strip()
        return (queryset.filter(selectors.matching(term, operator=operator)) if term else queryset), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_act_on_it = obj is None or (obj.erased_at is None and _may_act_on(request, obj))
        return super().has_change_permission(request, obj) and may_act_on_it

    # Other players' games refer to the row, so users are erased instead of deleted.
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *RIGHTS, "is_guest", "is_bot")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Changes made in the list view skip the per-object permission check.
        if change and not self.has_change_permission(request, obj):
            raise PermissionDenied
        if set(RIGHTS) & set(form.changed_data):
            require_fresh_proof(request)
        super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    @operation("Ban", needs_proof=True)
    def ban(self, request: HttpRequest, user: User) -> str:
        _check_may_act_on(request, user)
        bans.ban(user, reason=reason_of(request))
        return reason_of(request)

    @operation("Lift the ban")
    def lift_ban(self, request: HttpRequest, user: User) -> str:
        _check_may_act_on(request, user)
        bans.lift(user)
        return reason_of(request)

    @operation("Sign out everywhere")
    def sign_out(self, request: HttpRequest, user: User) -> None:
        _check_may_act_on(request, user)
        services.sign_out_everywhere(user)


def _may_act_on(request: HttpRequest, user: User) -> bool:
    return bool(request.user.is_superuser or not (user.is_staff or user.is_superuser))


def _check_may_act_on(request: HttpRequest, user: User) -> None:
    operator: Any = request.user
    selectors.check_may_act_on(user, operator=operator)


@admin.register(Ban)
class Bans(OperatorAdmin):
    """Bans and mutes, in force and past."""

    list_display = ("kind", "target", "reason", "created_at", "until", "lifted_at")
    list_filter = ("kind", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__username", "network", "reason")
    fields = ("kind", "user", "network", "reason", "until")
    raw_id_fields = ("user",)
    actions = ("lift",)

    @admin.display(description="of")
    def target(self, ban: Ban) -> str:
        return str(ban.user or ban.network or "a device")

    # A decision stays on record, so another ban is another row.
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Ban, form: Any, change: bool) -> None:
        require_fresh_proof(request)
        if obj.user is not None:
            _check_may_act_on(request, obj.user)
        bans.impose(obj)

    @operation("Lift")
    def lift(self, request: HttpRequest, ban: Ban) -> None:
        if ban.user is not None:
            _check_may_act_on(request, ban.user)
        bans.lift_one(ban)


@admin.register(SignInEntry)
class SignIns(ReadOnly, OperatorAdmin):
    """The sign-in log."""

    list_display = ("at", "user", "method", "outcome", "ip", "user_agent")
    list_filter = ("outcome", "method")
    list_select_related = ("user",)
    search_fields = ("user__username", "ip")
    fields = ("at", "user", "method", "outcome", "ip", "user_agent")


@admin.register(Session)
class Sessions(ReadOnly, OperatorAdmin):
    """Sessions, current and past, with the device of each."""

    list_display = ("user", "created_at", "last_seen", "ended_at", "ip", "user_agent")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("user__username", "ip")
    fields = ("id", "user", "created_at", "last_seen", "ended_at", "ip", "user_agent")
    actions = ("end",)

    @operation("Sign the device out")
    def end(self, request: HttpRequest, session: Session) -> None:
        _check_may_act_on(request, session.user)
        services.end_sessions(Session.objects.filter(pk=session.pk))


@admin.register(AccessAttempt)
class WrongPasswords(ReadOnly, OperatorAdmin):
    """Recent failed sign-ins; five for one name from one address cause a temporary lockout."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time")
    ordering = ("-attempt_time",)
    actions = ("forget",)

    @operation("Forget it, which ends a lockout")
    def forget(self, request: HttpRequest, attempt: AccessAttempt) -> None:
        AccessAttempt.objects.filter(pk=attempt.pk).delete()
