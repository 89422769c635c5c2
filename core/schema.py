"""The OpenAPI document: every operation also answers with problems, and POSTs may be idempotent."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from core.idempotency import HEADER

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
    },
}


class ProblemAutoSchema(AutoSchema):
    """drf-spectacular's schema of an operation, with our conventions added."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, schema=_PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        content = {"application/problem+json": {"schema": component.ref}}
        responses = operation["responses"]
        responses["4XX"] = {"description": "Refused: the problem says why", "content": content}
        responses["503"] = {"description": "Try again after `Retry-After` seconds", "content": content}
        return operation

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        handler = getattr(self.view, self.method.lower(), None)
        if getattr(handler, "is_idempotent", False):
            parameters.append(
                OpenApiParameter(
                    HEADER,
                    str,
                    OpenApiParameter.HEADER,
                    description="Sent again with the same body, the first answer is given again",
                )
            )
        return parameters
