"""All URLs: every app with a ``urls`` module, the admin, and a problem for unknown API paths.

The routes of an app in ``EXTRA_APPS`` are below ``/api/<its label>/``, procedures below ``/api/rpc/``.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from core import problems, rpc, sections

handler400 = "core.problems.bad_request"
handler403 = "core.problems.forbidden"
handler404 = "core.problems.not_found"
handler500 = "core.problems.server_error"


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer an unknown API path with a problem, also in DEBUG."""
    return problems.not_found(request)


def _of(*names: str) -> list[URLResolver]:
    modules = [import_module(f"{name}.urls") for name in names if find_spec(f"{name}.urls")]
    return [path("", include(sections.offered(module.urlpatterns))) for module in modules]


def extra() -> dict[str, URLResolver]:
    """Return the routes of the extra apps that have any, by the app's label."""
    return {
        app.label: path(f"api/{app.label}/", include(f"{app.name}.urls"))
        for app in apps.get_app_configs()
        if app.name in settings.EXTRA_APPS and find_spec(f"{app.name}.urls")
    }


ours = _of(*(name for name in settings.OUR_APPS if name != "web"))
urlpatterns = [
    *ours,
    *extra().values(),
    path("api/rpc/", include(rpc.urlpatterns())),
    path("admin/", admin.site.urls),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    re_path(r"^(?:api|game|health)(?:/|$)", unknown),
    # Last, so that no page can shadow an API route.
    *_of("web"),
]
