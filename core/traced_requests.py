"""OpenTelemetry's middleware for Django, which is imported only where traces are asked for."""

from typing import cast

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from opentelemetry.instrumentation.django.middleware import otel_middleware


class TracedRequests(otel_middleware._DjangoMiddleware):
    """It asks for a request's host, so it gets none with an unknown one, as probes and scrapes may have."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            answer = self.get_response(request)
        else:
            answer = super().__call__(request)
        return cast(HttpResponseBase, answer)
