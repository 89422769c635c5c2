"""What the pages of the admin are allowed beyond the site's policy, and what is no fault of theirs."""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.apps import apps
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.urls import reverse

from core import problems
from core.refusals import Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Alpine, on which django-unfold is built, evaluates the expressions in its attributes, and its colours are a
# style element. Scripts stay files of our own. Django's own admin needs none of it.
UNFOLD_NEEDS = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}


class AdminPolicy:
    """Adds to the content security policy what django-unfold needs, under ``/admin/`` alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self._others = get_response
        needs = UNFOLD_NEEDS if apps.is_installed("unfold") else {}
        self._admin = csp_update(needs)(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._admin(request) if _is_of_the_admin(request) else self._others(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer refusals, and what Django's admin fails by: ids and years typed by hand that cannot be."""
        if not _is_of_the_admin(request):
            return None
        if isinstance(exception, Refusal):
            return problems.refused(exception)
        if isinstance(exception, OverflowError | ValidationError):
            return HttpResponseNotFound("There is no such thing.")
        return None


def _is_of_the_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))
