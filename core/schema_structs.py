"""Schemas of msgspec structs for the OpenAPI document, with a component for each struct."""

from typing import Any, Literal, get_args, get_origin

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, get_doc
from msgspec import NODEFAULT, inspect

from core.schema_examples import Schema
from core.shapes import Page

Direction = Literal["request", "response"]

_LEAVES: dict[type[inspect.Type], Schema] = {
    inspect.AnyType: {},
    inspect.RawType: {},
    inspect.BoolType: {"type": "boolean"},
    inspect.IntType: {"type": "integer"},
    inspect.FloatType: {"type": "number", "format": "double"},
    inspect.StrType: {"type": "string"},
    inspect.UUIDType: {"type": "string", "format": "uuid"},
    inspect.DateTimeType: {"type": "string", "format": "date-time"},
    inspect.DateType: {"type": "string", "format": "date"},
    inspect.DecimalType: {"type": "string", "format": "decimal"},
}
_LIMITS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
}


def room(module: str) -> str:
    """The last package of a module: ``chat`` of ``chat.api.lobbies``, ``parties`` of matchmaking's."""
    packages = [part for part in module.split(".")[:-1] if part != "api"]
    return packages[-1]


def component_name(of: type) -> str:
    """The class's name behind that of its room: several apps have a Person or a Member."""
    prefix = room(of.__module__).title()
    return of.__name__ if of.__name__.startswith(prefix) else prefix + of.__name__


class StructExtension(OpenApiSerializerExtension):
    """drf-spectacular's extension that takes structs for serializers."""

    target_class = msgspec.Struct
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Any) -> str:
        return component_name(self.target) + ("Request" if direction == "request" else "")

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        kind = inspect.type_info(self.target)
        assert isinstance(kind, inspect.StructType)
        return {"description": get_doc(self.target), **_object(kind, auto_schema, direction)}


def is_many_structs(shape: Any) -> bool:
    """Whether a route's answer is a list of structs or a page of them."""
    return get_origin(shape) in (list, Page) and issubclass(get_args(shape)[0], msgspec.Struct)


def many_schema(shape: Any, auto_schema: AutoSchema) -> Schema:
    """The schema of such an answer; the structs it is made of are registered as components."""
    return _schema(inspect.type_info(shape), auto_schema)


def _schema(kind: inspect.Type, auto_schema: AutoSchema, direction: Direction = "response") -> Schema:
    if isinstance(kind, inspect.Metadata):
        return _described(_schema(kind.type, auto_schema, direction), kind.extra_json_schema or {})
    if isinstance(kind, inspect.StructType):
        struct: Any = kind.cls
        is_page = get_origin(struct) is Page
        return _page(kind, auto_schema) if is_page else auto_schema.resolve_serializer(struct, direction).ref
    if isinstance(kind, inspect.LiteralType):
        return {"type": "string", "enum": list(kind.values)}
    if isinstance(kind, inspect.EnumType):
        return {"enum": [one.value for one in kind.cls]}
    if isinstance(kind, inspect.ListType):
        return {"type": "array", "items": _schema(kind.item_type, auto_schema, direction)}
    if isinstance(kind, inspect.DictType):
        return {"type": "object", "additionalProperties": _schema(kind.value_type, auto_schema, direction)}
    if isinstance(kind, inspect.UnionType):
        kinds = [
            _schema(one, auto_schema, direction)
            for one in kind.types
            if not isinstance(one, inspect.NoneType)
        ]
        schema = kinds[0] if len(kinds) == 1 else {"oneOf": kinds}
        return _or_null(schema) if kind.includes_none else schema
    limits = {name: getattr(kind, limit, None) for limit, name in _LIMITS.items()}
    # Any JSON, for a type that is not known here.
    return _LEAVES.get(type(kind), {}) | {name: value for name, value in limits.items() if value is not None}


def _page(kind: inspect.StructType, auto_schema: AutoSchema) -> Schema:
    (row,) = get_args(kind.cls)
    component = ResolvedComponent(
        name=f"{row.__name__}Page",
        type=ResolvedComponent.SCHEMA,
        schema=_object(kind, auto_schema, "response"),
        object=row,
    )
    auto_schema.registry.register_on_missing(component)
    return component.ref


def _object(kind: inspect.StructType, auto_schema: AutoSchema, direction: Direction) -> Schema:
    tag = {} if kind.tag_field is None else {kind.tag_field: {"type": "string", "enum": [kind.tag]}}
    fields = {field.encode_name: _schema(field.type, auto_schema, direction) for field in kind.fields}
    # A caller may leave out each field with a default. An answer leaves one out only if the default is UNSET,
    # for which there is NODEFAULT here.
    always = (
        field.encode_name
        for field in kind.fields
        if field.required or (direction == "response" and field.default is not NODEFAULT)
    )
    return {"type": "object", "properties": {**tag, **fields}, "required": sorted([*tag, *always])}


def _or_null(schema: Schema) -> Schema:
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"oneOf": [schema, {"type": "null"}]} if schema else {}


def _described(schema: Schema, extra: Schema) -> Schema:
    # Beside a reference OpenAPI tools heed nothing.
    schema = {"allOf": [schema]} if "$ref" in schema else schema
    if "enum" in extra and "null" in schema["type"]:
        extra = {**extra, "enum": [*extra["enum"], None]}
    return {**schema, **extra}
