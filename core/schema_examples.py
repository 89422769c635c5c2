"""Examples for the OpenAPI document, generated from the schemas so that they stay up to date."""

from typing import Any

Schema = dict[str, Any]

_WHEN = "2026-01-31T18:00:00Z"
# A field's name says more about its content than its type.
_BY_NAME: dict[str, Any] = {
    "username": "ada",
    "email": "ada@example.org",
    "password": "correct horse battery",
    "old_password": "correct horse battery",
    "new_password": "staple correct horse",
    "password_confirm": "correct horse battery",
    "access": "eyJhbGciOi...",
    "refresh": "eyJhbGciOi...",
    "ticket": "Zk3v...",
    "device_id": "3f0c9a52e1b74d68",
    "game": "tictactoe",
    "content": "Well played!",
    "ws_url": "/ws/game/6f1d0c3e-8a52-4f0b-9d57-0f2d3a1b4c5e/",
    "next": None,
    "previous": None,
    "code": "in_lower_case",
}
_BY_FORMAT: dict[str, Any] = {
    "date-time": _WHEN,
    "date": _WHEN[:10],
    "uuid": "6f1d0c3e-8a52-4f0b-9d57-0f2d3a1b4c5e",
    "email": "ada@example.org",
    "uri": "https://play.example.org/",
}
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text", "null": None}


def example(schema: Schema, schemas: dict[str, Schema], name: str = "") -> Any:
    """Return a valid value for the schema; ``schemas`` resolves references, ``name`` is the field's name."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return example(schema["allOf"][0], schemas, name)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return example(schema[key][0], schemas, name)
    kinds = schema.get("type", "object")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "array":
        return [example(schema["items"], schemas, name)] if schema.get("items") else []
    if kind == "object":
        return _object(schema, schemas)
    if kind == "string" and name in _BY_NAME:
        return _BY_NAME[name]
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if kind in ("integer", "number"):
        return max(_BY_TYPE[kind], schema.get("minimum", _BY_TYPE[kind]))
    return _BY_TYPE[kind]


def _object(schema: Schema, schemas: dict[str, Schema]) -> dict[str, Any]:
    fields = {key: example(field, schemas, key) for key, field in schema.get("properties", {}).items()}
    extra = schema.get("additionalProperties")
    if not fields and isinstance(extra, dict) and extra:
        return {"name": example(extra, schemas)}
    return fields
