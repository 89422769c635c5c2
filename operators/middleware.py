"""What the pages of the admin are allowed beyond the site's policy."""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.apps import apps
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

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
        if request.path.startswith(reverse("admin:index")):
            return self._admin(request)
        return self._others(request)
