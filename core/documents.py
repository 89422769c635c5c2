"""Public documents: rendered once per process, kept as bytes, served compressed and with an ETag."""

import gzip
import hashlib
import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers


class Document:
    """A text that is constant for the life of the process; ``make`` is called on first use."""

    def __init__(self, content_type: str, make: Callable[[], bytes]) -> None:
        self._content_type = content_type
        self._make = make
        self._lock = threading.Lock()
        self._body = self._compressed = b""
        self._etag = ""

    def response(self, request: HttpRequest) -> HttpResponseBase:
        """Return the document, or 304 if the client has it already."""
        with self._lock:
            if not self._etag:
                self._body = self._make()
                # Without a timestamp, so that all workers return the same bytes.
                self._compressed = gzip.compress(self._body, mtime=0)
                # A weak ETag, valid for both encodings.
                self._etag = f'W/"{hashlib.sha256(self._body).hexdigest()[:32]}"'
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response = HttpResponse(self._compressed, content_type=self._content_type)
            response["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(self._body, content_type=self._content_type)
        response["ETag"] = self._etag
        response["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Accept-Encoding"])
        conditional = get_conditional_response(request, etag=self._etag, response=response)
        assert conditional is not None
        return conditional
