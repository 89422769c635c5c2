"""The single page; its script draws the place that the URL names."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core import problems


@require_safe
@cache_control(no_cache=True)
def shell(request: HttpRequest, **_place: str) -> HttpResponse:
    """Return the page without content. It contains no user data; only the script knows the user."""
    return render(request, "web/shell.html")


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer 404 for an unknown path: with the page for browsers, else with a problem."""
    wanted = request.get_preferred_type(["application/problem+json", "text/html"])
    if request.method in {"GET", "HEAD"} and wanted == "text/html":
        response = shell(request)
        response.status_code = 404
        return response
    return problems.not_found(request)
