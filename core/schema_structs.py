"""Schemas of msgspec structs for the OpenAPI document, with a component for each struct."""

from typing import Any, get_args, get_origin

import msgspec
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, get_doc
from msgspec import inspect

from core.schema_examples import Schema
from core.shapes import Page

_LEAVES: dict[type[inspect.Type], Schema] = {
    inspect.AnyType: {},
    inspect.RawType: {},
    inspect.BoolType: {"type": "boolean"},
    inspect.IntType: {"type": "integer"},
    inspect.FloatType: {"type": "number", "format": "double"},
    inspect.StrType: {"type": "string"},
    inspect.UUIDType: {"type": "string", "format": "uuid"},
    inspect.DateTimeType: {"type": "string", "format": "date-time"},
}


def room(module: str) -> str:
    """The last package of a module: ``chat`` of ``chat.api.lobbies``, ``parties`` of matchmaking's."""
    packages = [part for part in module.split(".")[:-1] if part != "api"]
    return packages[-1]


def component_name(of: type) -> str:
    """The class's name behind that of its room: several apps have a Person or a Member."""
    prefix = room(of.__module__).title()
    return of.__name__ if of.__name__.startswith(prefix) else prefix + of.__name__


def is_made_of_structs(shape: Any) -> bool:
    """Whether a route's answer is a struct, a list of structs or a page of them."""
    if get_origin(shape) in (list, Page):
        return is_made_of_structs(get_args(shape)[0])
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def schema_of(shape: Any, registry: ComponentRegistry) -> Schema:
    """The schema of such an answer; the structs it is made of are registered as components."""
    return _schema(inspect.type_info(shape), registry)


def _schema(kind: inspect.Type, registry: ComponentRegistry) -> Schema:
    if isinstance(kind, inspect.Metadata):
        return _described(_schema(kind.type, registry), kind.extra_json_schema or {})
    if isinstance(kind, inspect.StructType):
        return _component(kind, registry)
    if isinstance(kind, (inspect.ListType, inspect.VarTupleType)):
        return {"type": "array", "items": _schema(kind.item_type, registry)}
    if isinstance(kind, inspect.DictType):
        return {"type": "object", "additionalProperties": _schema(kind.value_type, registry)}
    if isinstance(kind, inspect.UnionType):
        members = [_schema(one, registry) for one in kind.types if not isinstance(one, inspect.NoneType)]
        return _or_null(*members) if kind.includes_none else {"oneOf": members}
    return dict(_LEAVES[type(kind)])


def _component(kind: inspect.StructType, registry: ComponentRegistry) -> Schema:
    struct: Any = kind.cls
    row = get_args(struct)[0] if get_origin(struct) is Page else None
    component = ResolvedComponent(
        name=component_name(struct) if row is None else f"{row.__name__}Page",
        type=ResolvedComponent.SCHEMA,
        object=struct if row is None else row,
    )
    if component not in registry:
        registry.register(component)
        component.schema = {
            "type": "object",
            **({"description": get_doc(struct)} if row is None else {}),
            "properties": {field.encode_name: _schema(field.type, registry) for field in kind.fields},
            "required": sorted(field.encode_name for field in kind.fields if field.required),
        }
    return component.ref


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
