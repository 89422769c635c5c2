"""Exceptions for the admin: its content security policy, and errors of Django's own views."""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.apps import apps
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.urls import reverse

from core import problems, replica
from core.ids import UserId
from core.operators import FreshProofNeeded
from core.refusals import Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# django-unfold uses Alpine, which evaluates expressions in attributes, and an inline style element for its
# colours. Scripts are still files of our own. Django's own admin needs none of this.
UNFOLD_NEEDS = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}


class AdminPolicy:
    """Extends the content security policy for django-unfold, only under ``/admin/``."""

    def __init__(self, get_response: GetResponse) -> None:
        self._others = get_response
        needs = UNFOLD_NEEDS if apps.is_installed("unfold") else {}
        self._admin = csp_update(needs)(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_of_the_admin(request):
            return self._others(request)
        if request.method not in ("GET", "HEAD") and request.user.pk:
            replica.note_change([UserId(request.user.pk)])
        return self._admin(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer refusals, and out-of-range ids and dates in URLs, on which Django's admin fails."""
        if not _is_of_the_admin(request):
            return None
        if isinstance(exception, FreshProofNeeded):
            logout(request)
            messages.warning(request, exception.message)
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if isinstance(exception, Refusal):
            return problems.refusal_response(exception)
        if isinstance(exception, OverflowError | ValidationError):
            return HttpResponseNotFound("There is no such thing.")
        return None


def _is_of_the_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))
