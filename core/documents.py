"""Public documents: made once in each process, kept as bytes, answered compressed and with an ETag."""

import gzip
import hashlib
import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers


class Document:
    """A text that stays the same as long as the process runs; ``make`` is called for the first who asks."""

    def __init__(self, content_type: str, make: Callable[[], bytes]) -> None:
        self._content_type = content_type
        self._make = make
        self._lock = threading.Lock()
        self._body = self._compressed = b""
        self._etag = ""

    def response(self, request: HttpRequest) -> HttpResponseBase:
        """The document, or 304 where the client has it already."""
        with self._lock:
            if not self._etag:
                self._body = self._make()
                # Without a time in it, so that all workers answer with the same bytes.
                self._compressed = gzip.compress(self._body, mtime=0)
                # Weak: one for both forms.
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
