"""Request bodies: JSON objects of bounded size and depth, and their validation against a serializer."""

import functools
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import IO, Any, TypeVar

import msgspec
from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.serializers import Field, Serializer

from core.refusals import Invalid, Malformed, TooLarge

MAX_DEPTH = 32
INT64 = range(-(2**63), 2**63)

Shape = TypeVar("Shape", bound=msgspec.Struct)

_decode = msgspec.json.Decoder().decode
_AT = re.compile(r"^(?P<why>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<field>.*)`$")


class StrictJSONParser(BaseParser):
    """Parses a JSON object; an empty body is an empty object.

    Raises :class:`TooLarge`, :class:`Malformed` (not JSON, too deep) or :class:`Invalid` (not an object, NUL
    characters, integers beyond 64 bits).
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(f"A request body holds at most {limit} bytes.")
        return decode_object(raw)


def decode_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in ``raw``, with the checks of :class:`StrictJSONParser`."""
    if not raw.strip():
        return {}
    try:
        data = _decode(raw)
    except RecursionError:
        raise Malformed("The JSON is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"Not JSON: {error}") from None
    if not isinstance(data, dict):
        raise Invalid("The body must be a JSON object.")
    _check(data, MAX_DEPTH)
    return data


def read(
    shape: type[Serializer[Any]], data: Any, *, check_rights: Callable[[], object] | None = None
) -> dict[str, Any]:
    """Return ``data`` validated by this serializer. Raises REST framework's ``ValidationError``.

    Before it does, ``check_rights`` may raise a refusal of its own: a caller who lacks the right is told so
    first. A service that checks the right itself thus need not do so twice for a valid body.
    """
    serializer = shape(data=data)
    # Shared by all calls: a serializer would copy its declared fields each time, which takes longer than the
    # validation.
    serializer.__dict__["fields"] = fields(shape)
    if not serializer.is_valid() and check_rights is not None:
        check_rights()
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def read_all(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Like :func:`read`, but unknown fields are refused, since they would look like options that took effect.

    Raises :class:`Invalid` as well, naming such fields.
    """
    refuse_unknown(data, known=fields(shape))
    return read(shape, data)


@functools.cache
def fields(shape: type[Serializer[Any]]) -> Mapping[str, Field[Any, Any, Any, Any]]:
    """Return the fields of a serializer, which must not depend on the request."""
    return shape().fields


def refuse_unknown(data: Iterable[str], *, known: Container[str]) -> None:
    """Raise :class:`Invalid` naming the fields of a body that are not ``known``."""
    if unknown := [field for field in data if field not in known]:
        raise Invalid(
            "The body has fields that this route does not know.",
            details={field: ["Unknown field."] for field in unknown},
        )


def read_struct(shape: type[Shape], data: Any, *, is_text: bool = False) -> Shape:
    """Return the object ``data`` as this struct. Raises :class:`Invalid` with the first wrong field.

    ``is_text`` is for a query, whose numbers are texts.
    """
    try:
        return msgspec.convert(data, shape, strict=not is_text)
    except msgspec.ValidationError as problem:
        where, why = place_and_reason(problem)
        raise Invalid(
            "Some fields are not valid.", details={where or "non_field_errors": [f"{why}."]}
        ) from None


def place_and_reason(problem: msgspec.ValidationError) -> tuple[str, str]:
    """Return the path of the wrong field, empty for the whole object, and the reason without a full stop."""
    found = _AT.match(str(problem))
    where, why = (found["where"] or "", found["why"]) if found else ("", str(problem))
    if missing := _MISSING.match(why):
        where = f"{where}.{missing['field']}".lstrip(".")
    return where, why


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid("Texts must not hold NUL characters.")
    elif isinstance(value, int):
        if value not in INT64:
            raise Invalid("Integers must fit in 64 bits.")
    elif isinstance(value, (dict, list)):
        if depth == 0:
            raise Malformed("The JSON is nested too deeply.")
        if isinstance(value, dict):
            for key, inner in value.items():
                _check(key, depth - 1)
                _check(inner, depth - 1)
        else:
            for inner in value:
                _check(inner, depth - 1)
