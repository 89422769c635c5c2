"""Views of the message catalogue (AsyncAPI and HTML) and of the metrics for Prometheus."""

import functools
import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.request import Request

from core import limits
from core.documents import Document
from core.refusals import NotAllowed, Unauthenticated
from core.renderers import encode
from core.views import AtDoor, OpenView
from realtime import figures
from realtime.catalogue import asyncapi, conventions, reading


@functools.lru_cache(maxsize=8)
def _asyncapi(host: str, protocol: str) -> Document:
    return Document("application/json", lambda: encode(asyncapi.document(host, protocol)))


class AsyncAPI(OpenView):
    """The AsyncAPI 3.0 document of this server's sockets."""

    throttle_classes = (AtDoor,)
    door = limits.DOCUMENTS

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> HttpResponseBase:
        return _asyncapi(request.get_host(), "wss" if request.is_secure() else "ws").response(request)


class Metrics(OpenView):
    """The metrics of all workers, for Prometheus."""

    @extend_schema(
        parameters=[OpenApiParameter("own", bool, description="Of this worker alone (`1`)")],
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """Requires the bearer token `METRICS_TOKEN` if set (401 `not_authenticated`), else a private address.

        403 `not_allowed`. With `?own=1` the metrics of the worker that is asked only, without the label
        `worker`.
        """
        if settings.METRICS_TOKEN:
            given = request.META.get("HTTP_AUTHORIZATION", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
                raise Unauthenticated("Figures need the metrics token.")
        elif not _is_private(request.META.get("REMOTE_ADDR", "")):
            raise NotAllowed("Figures are for the private network.")
        page = figures.page(own=request.query_params.get("own") == "1")
        return HttpResponse(page, content_type=CONTENT_TYPE_LATEST)


def _is_private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        # Requests over a unix socket have no address, and cannot come from outside.
        return address == ""


def _catalogue() -> bytes:
    facts = {
        "conventions": conventions.EVERY_SOCKET,
        "common": reading.common(),
        "close_codes": conventions.CLOSE_CODES,
        "sections": reading.sections(),
    }
    return render_to_string("realtime/events.html", facts).encode()


_events = Document("text/html; charset=utf-8", _catalogue)


@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """The message catalogue as a page."""
    response = _events.response(request)
    # API routes do not get the content security policy of pages.
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response
