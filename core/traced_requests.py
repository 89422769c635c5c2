"""OpenTelemetry's middleware for Django, imported only if tracing is enabled."""

from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from opentelemetry.instrumentation.django.middleware import otel_middleware


class TracedRequests(otel_middleware._DjangoMiddleware):
    """Skips requests with an unknown host, such as probes: the instrumentation reads the host."""

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if _has_known_host(request) else self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any, **more: Any) -> Any:
        return super().process_view(request, *view, **more) if _has_known_host(request) else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        return super().process_exception(request, exception) if _has_known_host(request) else None


def _has_known_host(request: HttpRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
