"""Movements: validates, encodes, describes and enumerates the arguments of a game's moves."""

import functools
import inspect
import itertools
import math
import re
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec import inspect as types

from game.author.refusals import GameDefinitionError, InvalidMove

Move = Callable[..., None]

# Longer lists are not built: a bot could not try them all, a client could not show them.
MAX_CHOICES = 10_000

INT64 = range(-(2**63), 2**63)
_LONG_NUMBER = re.compile(rb"\d{19}")


class Record(msgspec.Struct, forbid_unknown_fields=True):
    """Base class for values nested in movements and for real-time inputs: named, typed fields."""


def types_of(method: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a method, with string annotations resolved."""
    try:
        return typing.get_type_hints(method, include_extras=True)
    except NameError as error:
        raise GameDefinitionError(
            f"{method.__qualname__}: {error}; define the types of its annotations at the top of the module."
        ) from error


def struct_of(name: str, method: Move) -> type[msgspec.Struct]:
    """Return a struct of the arguments of a ``@move`` method (all after ``state`` and ``seat``)."""
    hints = types_of(method)
    parameters = list(inspect.signature(method).parameters.values())
    if len(parameters) < 3 or any(p.kind is not p.POSITIONAL_OR_KEYWORD for p in parameters):
        raise GameDefinitionError(
            f"{method.__qualname__} must read (self, state, seat, argument: type, ...)."
        )
    fields: list[Any] = []
    for parameter in parameters[3:]:
        if parameter.name not in hints:
            raise GameDefinitionError(
                f"{method.__qualname__}: say the type of {parameter.name!r}, as in `cell: int`."
            )
        if parameter.name == "move":
            raise GameDefinitionError(
                f"{method.__qualname__}: `move` is taken: it names the move on the wire."
            )
        default = () if parameter.default is parameter.empty else (parameter.default,)
        fields.append((parameter.name, hints[parameter.name], *default))
    return msgspec.defstruct(name, fields, frozen=True, forbid_unknown_fields=True)


class Stamps(msgspec.Struct):
    """The fields of a real-time input that are the platform's: see docs/state-sync.md."""

    n: Annotated[int, Meta(ge=1, lt=2**53)] | UnsetType = UNSET
    saw: Annotated[int, Meta(ge=0, lt=2**53)] | UnsetType = UNSET


class Movements:
    """The movements of one game: validation, JSON schema and enumeration.

    ``structs`` maps the name of each move to the struct of its arguments. With one move, a movement is just
    its arguments, as in ``{"cell": 4}``. With several, the fields decide which move a movement belongs to; if
    two moves take the same fields, every movement of that game names its move, as in ``{"move": "pass"}``.
    ``schema`` is the JSON schema of one movement; several moves form an ``anyOf`` with the moves' names as
    titles. Inputs of a real-time game may carry ``Stamps``.
    """

    def __init__(self, structs: Mapping[str, type[msgspec.Struct]], *, are_inputs: bool = False) -> None:
        self.structs = dict(structs)
        self.named = any(_overlap(a, b) for a, b in itertools.combinations(self.structs.values(), 2))
        if self.named:
            self.structs = {name: _tagged(name, struct) for name, struct in self.structs.items()}
        self.by_fields = len(self.structs) > 1 and not self.named
        self._fields = [(struct, *_fields(struct)) for struct in self.structs.values()]
        read = [_stamped(struct) if are_inputs else struct for struct in self.structs.values()]
        self._type: Any = typing.Union[tuple(read)]  # noqa: UP007 - made at run time
        try:
            self._decode = msgspec.json.Decoder(dict[str, Any] if self.by_fields else self._type).decode
            self.schema = schema_of(*self.structs.values())
        except TypeError as error:
            raise GameDefinitionError(
                f"{', '.join(self.structs)}: an argument has a type no JSON has: {error}"
            ) from error
        self._has_any_integers = _allows_any_integer(self.schema)

    def read(self, movement: bytes | msgspec.Raw | dict[str, Any]) -> msgspec.Struct:
        """Return the validated arguments of a movement (JSON or decoded). Raises InvalidMove."""
        try:
            if isinstance(movement, dict):
                decoded: Any = movement
            else:
                decoded = self._decode(movement)
                if self._has_any_integers and _LONG_NUMBER.search(movement):
                    _require_plain_numbers(msgspec.json.decode(movement))
            if isinstance(decoded, dict):
                given = decoded
                decoded = msgspec.convert(given, self._which(given) if self.by_fields else self._type)
                _require_plain_numbers(given)
            struct: msgspec.Struct = decoded
            return struct
        # msgspec's errors and encoding errors are ValueErrors; too deep nesting is a RecursionError.
        except (ValueError, RecursionError) as error:
            raise _invalid(error) from None

    def unstamped(self, taken: msgspec.Struct) -> msgspec.Struct:
        """Return an input as its game knows it."""
        struct = self.structs["input"]
        return struct(**{name: getattr(taken, name) for name in struct.__struct_fields__})

    def _which(self, movement: dict[str, Any]) -> type[msgspec.Struct]:
        for struct, required, known in self._fields:
            if required <= movement.keys() <= known:
                return struct
        choices = " or ".join(
            "{" + ", ".join(struct.__struct_fields__) + "}" for struct in self.structs.values()
        )
        raise msgspec.ValidationError(f"Expected the fields {choices}")

    @functools.cached_property
    def zero(self) -> msgspec.Struct:
        """The input with the defaults of its type."""
        return self.structs["input"]()

    @functools.cached_property
    def choices(self) -> list[dict[str, Any]]:
        """All movements that the types allow. Do not modify the list.

        Moves with unbounded or too many arguments (strings, lists, unlimited numbers) are left out.
        """
        return [movement for movements in self.by_move.values() for movement in movements]

    @functools.cached_property
    def by_move(self) -> dict[str, list[dict[str, Any]]]:
        """The ``choices`` of each move."""
        return {
            name: [
                ({"move": name} if self.named else {}) | values
                for values in _values(types.type_info(struct)) or ()
            ]
            for name, struct in self.structs.items()
        }


def schema_of(*structs: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of any of these structs: several form an ``anyOf``."""
    refs, definitions = msgspec.json.schema_components(structs, ref_template="#/$defs/{name}")
    variants = [definitions.pop(ref["$ref"].removeprefix("#/$defs/")) for ref in refs]
    schema: dict[str, Any] = variants[0] if len(variants) == 1 else {"anyOf": variants}
    return {**schema, "$defs": definitions} if definitions else schema


class You(Record):
    """The viewer's own seat."""

    user_id: int
    side: str


def view_schema_of(view: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a declared view as it is shown, with what the platform adds."""
    return schema_of(shown_type(view))


def shown_type(view: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """Return the type of a declared view as it is shown: with ``turn``, and ``you``."""
    added: list[Any] = [("turn", int | None), ("you", You | None)]
    return msgspec.defstruct("View", added, bases=(view,), namespace={"__doc__": view.__doc__}, kw_only=True)


def _fields(struct: type[msgspec.Struct]) -> tuple[set[str], set[str]]:
    fields = msgspec.structs.fields(struct)
    return {field.name for field in fields if field.required}, {field.name for field in fields}


def _overlap(a: type[msgspec.Struct], b: type[msgspec.Struct]) -> bool:
    """Return whether one JSON object could match both structs."""
    (required_a, known_a), (required_b, known_b) = _fields(a), _fields(b)
    return required_a | required_b <= known_a & known_b


def _tagged(name: str, struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    return msgspec.defstruct(name, (), bases=(struct,), tag_field="move", tag=name, frozen=True)


def _stamped(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    fields = [(field.name, field.type, field.default) for field in msgspec.structs.fields(Stamps)]
    return msgspec.defstruct(
        struct.__name__, fields, bases=(struct,), forbid_unknown_fields=True, kw_only=True, frozen=True
    )


def _allows_any_integer(schema: Any) -> bool:
    """Return whether a JSON schema has integers that are not bounded on both sides, or anything at all."""
    if isinstance(schema, list):
        return any(map(_allows_any_integer, schema))
    if not isinstance(schema, dict):
        return False
    match schema.get("type"):
        case "integer":
            return not (
                schema.keys() & {"minimum", "exclusiveMinimum"}
                and schema.keys() & {"maximum", "exclusiveMaximum"}
            )
        case "object" if not schema.keys() & {"properties", "additionalProperties"}:
            return True
        case "array" if not schema.keys() & {"items", "prefixItems"}:
            return True
    return not schema or any(map(_allows_any_integer, schema.values()))


def _require_plain_numbers(value: Any) -> None:
    """Refuse what no client could be told: NaN, infinity, integers beyond 64 bits. Raises ``ValueError``."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _require_plain_numbers(one)
    elif isinstance(value, float) and not math.isfinite(value):
        raise msgspec.ValidationError("Expected a finite number")
    elif isinstance(value, int) and value not in INT64:
        raise msgspec.ValidationError("Expected an integer of at most 64 bits")


def _invalid(error: Exception) -> InvalidMove:
    reason, details = fault_of(error)
    return InvalidMove(reason, details=details)


def fault_of(error: Exception) -> tuple[str, dict[str, list[str]] | None]:
    """Return the sentence and the ``details`` of a refusal for msgspec's "Expected `int` - at `$.cell`"."""
    reason, _, path = str(error).partition(" - at `$")
    field = re.match(r"\.(\w+)", path) or re.search(r"field `(\w+)`", reason)
    return f"{reason}.", {field[1]: [reason]} if field else None


def _values(kind: types.Type) -> list[Any] | None:
    """Return all JSON values of a type, or None if they are unlimited or too many."""
    match kind:
        case types.Metadata(type=inner):
            return _values(inner)
        case types.NoneType():
            return [None]
        case types.BoolType():
            return [False, True]
        case types.LiteralType(values=values):
            return list(values)
        case types.EnumType(cls=cls):
            return [member.value for member in cls]
        case types.IntType():
            low = kind.ge if kind.ge is not None else None if kind.gt is None else kind.gt + 1
            high = kind.le if kind.le is not None else None if kind.lt is None else kind.lt - 1
            step = kind.multiple_of or 1
            if low is None or high is None or (high - low) // step >= MAX_CHOICES:
                return None
            return list(range(-(-low // step) * step, high + 1, step))
        case types.UnionType(types=kinds):
            parts = [_values(part) for part in kinds]
            return None if None in parts else [value for part in parts for value in part or ()]
        case types.StructType(fields=fields):
            columns = [_values(field.type) for field in fields]
            names = [field.encode_name for field in fields]
            if None in columns or math.prod(len(column or ()) for column in columns) > MAX_CHOICES:
                return None
            rows = itertools.product(*(column or () for column in columns))
            return [dict(zip(names, row, strict=True)) for row in rows]
    return None
