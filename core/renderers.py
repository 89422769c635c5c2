"""JSON responses, encoded by msgspec; times are in UTC with ``Z``."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def _plain(value: Any) -> Any:
    """Convert values that msgspec does not support: subclasses of str and lazy strings."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str) or hasattr(value, "_proxy____args"):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


encode = msgspec.json.Encoder(enc_hook=_plain).encode
"""Encode Encode Python values as JSON bytes: datetimes with ``Z``, UUIDs and decimals as strings."""


class MsgspecRenderer(BaseRenderer):
    """Renders JSON, the only format of the API."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else encode(data)


class JSONOnlyNegotiation(DefaultContentNegotiation):
    """Ignores ``Accept``: there is only one renderer."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""
