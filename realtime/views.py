"""The message catalogue over HTTP: AsyncAPI for programs, a page for people."""

import functools

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from realtime.catalogue import asyncapi, conventions, reading

# The code does not change while it runs.
_asyncapi = functools.lru_cache(maxsize=8)(asyncapi.document)
_sections = functools.cache(reading.sections)


class AsyncAPI(APIView):
    """The AsyncAPI 3.0 document of this server's sockets."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(_asyncapi(request.get_host(), "wss" if request.is_secure() else "ws"))


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The catalogue to read."""
    facts = {
        "conventions": conventions.EVERY_SOCKET,
        "common": reading.common(),
        "close_codes": conventions.CLOSE_CODES,
        "sections": _sections(),
    }
    response = render(request, "realtime/events.html", facts)
    # Addresses of the API are not given the pages' policy.
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response
