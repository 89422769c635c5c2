"""Views of the server itself: status, health and API documentation."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from drf_spectacular.views import SpectacularSwaggerSplitView
from msgspec import Struct
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from core import limits, maintenance, status
from core.documents import Document
from core.renderers import encode


class AtDoor(BaseThrottle):
    """Counts each request to a view at its ``door``, by address and caller."""

    def allow_request(self, request: Request, view: Any) -> bool:
        account = str(request.user.pk) if request.user else ""
        limits.knock(view.door, request._request, account=account)
        return True


class OpenView(APIView):
    """A view without authentication."""

    authentication_classes = ()
    permission_classes = ()


class Status(OpenView):
    """The server's version, uptime and current counts."""

    @extend_schema(
        responses=inline_serializer(
            "Status",
            {
                "status": serializers.CharField(),
                "version": serializers.CharField(),
                "protocol_version": serializers.CharField(),
                "environment": serializers.CharField(),
                "time": serializers.DateTimeField(),
                "uptime": serializers.IntegerField(help_text="Seconds"),
                "counts": serializers.DictField(child=serializers.IntegerField()),
                "maintenance": inline_serializer(
                    "MaintenanceWindow",
                    {
                        "message": serializers.CharField(),
                        "starts_at": serializers.DateTimeField(),
                        "ends_at": serializers.DateTimeField(allow_null=True),
                    },
                    allow_null=True,
                    help_text="Announced or in force",
                ),
            },
        )
    )
    def get(self, request: Request) -> Response:
        return Response(
            {
                "status": "ok",
                "version": settings.VERSION,
                "protocol_version": settings.PROTOCOL_VERSION,
                "environment": settings.ENVIRONMENT,
                "time": timezone.now(),
                "uptime": int(time.time() - status.STARTED),
                "counts": status.current_counts(),
                "maintenance": maintenance.announced(),
            }
        )


class Region(Struct, kw_only=True, frozen=True):
    """A region; the time that a GET of ``ping_url`` takes is its latency."""

    id: str
    url: str
    ping_url: str


class Regions(OpenView):
    """The regions in which this game runs. Clients measure the latency of each, and play in the nearest."""

    @extend_schema(operation_id="api_regions_list", responses=list[Region])
    def get(self, request: Request) -> Response:
        regions = settings.REGIONS.items()
        return Response([Region(id=one, url=url, ping_url=f"{url}/health/live") for one, url in regions])


_HEALTH: dict[str, Any] = {"status": serializers.CharField()}
_READY = inline_serializer(
    "Ready", {**_HEALTH, "checks": serializers.DictField(child=serializers.CharField())}
)


class Live(OpenView):
    """Liveness: the process answers."""

    @extend_schema(
        parameters=[OpenApiParameter("open", bool, description="503 while the worker drains (`1`)")],
        responses=inline_serializer("Live", _HEALTH),
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class Ready(OpenView):
    """Readiness for requests: 503 while the server lacks something that other servers have.

    If all servers lack it, such as a database that is down, the response is 200 with the status ``degraded``,
    or 503 with ``?strict=1``.
    """

    @extend_schema(
        parameters=[OpenApiParameter("strict", bool, description="503 for whatever is wrong (`1`)")],
        responses={200: _READY, 503: _READY},
    )
    def get(self, request: Request) -> Response:
        checks = status.checks()
        is_complete = all(result == "ok" for result in checks.values())
        is_ready = status.is_ready(checks)
        told = "ok" if is_complete else "degraded" if is_ready else "unavailable"
        is_strict = request.query_params.get("strict") == "1"
        return Response(
            {"status": told, "checks": checks},
            status=200 if is_complete or (is_ready and not is_strict) else 503,
        )


_openapi = Document(
    "application/vnd.oai.openapi+json",
    lambda: encode(SchemaGenerator().get_schema(request=None, public=True)),
)


class OpenAPI(OpenView):
    """The OpenAPI 3.1 document of this API."""

    throttle_classes = (AtDoor,)
    door = limits.DOCUMENTS

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponseBase:
        return _openapi.response(request)


class Docs(OpenView, SpectacularSwaggerSplitView):
    """The OpenAPI document as an interactive page."""

    url_name = "openapi"

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        # Swagger UI has an inline style element; scripts are files of our own.
        response["Content-Security-Policy"] = (
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        return response
