"""The one view: the same page for every place; the script in it draws the place that the URL names."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(no_cache=True)
def shell(request: HttpRequest, **_place: str) -> HttpResponse:
    """The page without content. It holds nothing of the user, who is known to the script alone."""
    return render(request, "web/shell.html")
