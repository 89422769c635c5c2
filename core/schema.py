"""The OpenAPI document: refusals, idempotency keys and examples of each operation."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, get_doc
from drf_spectacular.utils import OpenApiParameter

from core import refusals
from core.idempotency import HEADER, IdempotencyKeyReused
from core.refusals import Refusal
from core.schema_examples import example
from core.schema_structs import component_name, is_many_structs, many_schema, room

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$", "description": "A stable word to act on"},
        "detail": {"type": "string", "description": "A sentence for people"},
        "errors": {
            "type": "object",
            "description": "Invalid fields, with the reasons",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "details": {"type": "object", "description": "Facts that belong to the code"},
        "retry_after": {"type": "number", "description": "Seconds to wait"},
    },
}
_CODE = re.compile(r"`([a-z0-9_]+)`")


class ProblemAutoSchema(AutoSchema):
    """drf-spectacular's schema of an operation, extended by our conventions.

    A refusal whose code stands in backticks in the description is documented as a response.
    """

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, schema=_PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        by_status: dict[int, dict[str, type[Refusal]]] = defaultdict(dict)
        for refusal in self._refusals(operation):
            by_status[refusal.status].setdefault(refusal.code, refusal)
        for status, known in sorted(by_status.items()):
            described = operation["responses"].get(str(status), {})
            operation["responses"][str(status)] = _problems(status, known, component.ref, described)
        return operation

    def get_summary(self) -> str:
        return get_doc(type(self.view)).partition("\n")[0].partition(". ")[0].removesuffix(".")

    def get_tags(self) -> list[str]:
        return [room(type(self.view).__module__)]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        # Those made in place have long names already.
        kind = type(serializer)
        return kind.__name__ if kind.__module__.startswith("rest_framework") else component_name(kind)

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self._is_idempotent():
            parameters.append(
                OpenApiParameter(
                    HEADER,
                    str,
                    OpenApiParameter.HEADER,
                    description="Sent again with the same body, the first answer is given again",
                )
            )
        return parameters

    def _get_response_for_code(
        self, serializer: Any, status_code: Any, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        # drf-spectacular's extensions take one struct, and no hook of its own a list of them.
        shape = many_schema(serializer, self) if is_many_structs(serializer) else serializer
        response: dict[str, Any] = super()._get_response_for_code(shape, status_code, *args, **kwargs)
        return response

    def _is_idempotent(self) -> bool:
        handler = getattr(self.view, self.method.lower(), None)
        return getattr(handler, "is_idempotent", False)

    def _refusals(self, operation: dict[str, Any]) -> Iterator[type[Refusal]]:
        """Yield the refusals of this operation: implied by its form, or named in its description."""
        if "security" in operation:
            yield refusals.Unauthenticated
        named = list(self._named(operation))
        yield from named
        if "{" in self.path and not any(issubclass(refusal, refusals.NotFound) for refusal in named):
            yield refusals.NotFound
        if "requestBody" in operation:
            yield from (refusals.Malformed, refusals.TooLarge, refusals.Invalid)
        elif any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
            yield from (refusals.Malformed, refusals.Invalid)
        if hasattr(self.view, "door"):
            yield refusals.RateLimited
        if self._is_idempotent():
            yield from (refusals.Invalid, IdempotencyKeyReused)
        yield refusals.Unavailable

    def _named(self, operation: dict[str, Any]) -> Iterator[type[Refusal]]:
        app = type(self.view).__module__.partition(".")[0]
        for code in _CODE.findall(operation.get("description", "")):
            named = [refusal for refusal in all_refusals() if refusal.code == code]
            # Several apps may use this code; prefer the view's own app.
            named.sort(key=lambda refusal: not refusal.__module__.startswith(app))
            yield from named[:1]


def all_refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Yield every refusal class, including the general ones."""
    for refusal in of.__subclasses__():
        yield refusal
        yield from all_refusals(refusal)


def _problems(
    status: int, known: dict[str, type[Refusal]], ref: dict[str, Any], described: dict[str, Any]
) -> dict[str, Any]:
    """Return the response object for a status, with an example per code."""
    examples = {
        code: {
            "summary": refusal.title,
            "value": {
                "type": "about:blank",
                "title": refusal.title,
                "status": status,
                "code": code,
                "detail": refusal.title,
            },
        }
        for code, refusal in known.items()
    }
    return {
        "description": "; ".join(f"`{code}`" for code in known),
        **({"headers": _RETRY_AFTER} if status in (429, 503) else {}),
        "content": {
            **described.get("content", {}),
            "application/problem+json": {"schema": ref, "examples": examples},
        },
    }


_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}


def give_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular postprocessing hook: add an example to every body that has none."""
    schemas = result.get("components", {}).get("schemas", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            for body in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in body.get("content", {}).values():
                    if "example" not in media and "examples" not in media:
                        media["example"] = example(media["schema"], schemas)
    return result
