"""Statements that are compiled once: the SQL of a queryset is kept, and a call only fills in its values.

Compiling takes most of the time of a small query. A statement is a function of its values::

    @statement
    def worn(user_id: UserId) -> QuerySet[Stack]:
        return Stack.objects.filter(player=user_id, worn_in__isnull=False).select_related("item")

    worn(7)          # the list of stacks
    worn.first(7)    # the first of them, or None

It runs with placeholders, and only at the first call, so it must not look at the values, nor at a clock, for
which it raises ``TypeError``.
It returns a queryset, an :class:`Update` or an :class:`Insert`. As in SQL, nothing equals None.
"""

import functools
import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import itemgetter
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, get_origin, overload
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import Expression
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    NamedValuesListIterable,
    QuerySet,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql import UpdateQuery
from django.db.models.utils import create_namedtuple_class
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from core import replica

P = ParamSpec("P")
Row = TypeVar("Row")
Other = TypeVar("Other")
Another = TypeVar("Another")

_FIELDS: dict[Any, Callable[[], Any]] = {
    bool: models.BooleanField,
    int: models.BigIntegerField,
    float: models.FloatField,
    str: models.TextField,
    Decimal: models.DecimalField,
    UUID: models.UUIDField,
    datetime: models.DateTimeField,
    date: models.DateField,
}
_ANY_OF = "(ANY OF %s)"


class Update:
    """``queryset.update(**values)``, which may return fields of the changed rows as tuples."""

    def __init__(self, queryset: QuerySet[Any, Any], *, returning: Sequence[str] = (), **values: Any) -> None:
        self.queryset = queryset
        self.returning = returning
        self.values = values


class Insert:
    """``model.objects.create(**values)``, which may return fields of the row as a tuple.

    ``rows`` are the values in which several rows differ. With ``conflict``, the fields of a unique
    constraint, a row that exists is left alone and not returned, or changed by ``update``, whose expressions
    refer to it.
    """

    def __init__(
        self,
        model: type[models.Model],
        *rows: Mapping[str, Any],
        conflict: Sequence[str] = (),
        update: Mapping[str, Any] | None = None,
        returning: Sequence[str] = (),
        **values: Any,
    ) -> None:
        self.model = model
        self.rows = [{**values, **row} for row in rows or ({},)]
        self.conflict = conflict
        self.update = update or {}
        self.returning = returning


class Statement(Generic[P, Row]):
    """A function of values, compiled on first use; see the module."""

    def __init__(self, function: Callable[P, Any]) -> None:
        self.__doc__ = function.__doc__
        self._function = function
        self._parameters = inspect.signature(function, eval_str=True).parameters
        self._compiled: dict[str, _Compiled] = {}
        self._tops: dict[tuple[Any, ...], Statement[P, Row]] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """Return the rows for these values."""
        query, shape = self.bound(*args, **kwargs)
        connection = connections[replica.database()]
        with connection.cursor() as cursor:
            cursor.execute(*query)
            rows: list[Any] = cursor.fetchall()
        return shape(rows, connection)

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """Return the first row, or None. Adds no LIMIT to the statement."""
        rows = self(*args, **kwargs)
        return rows[0] if rows else None

    def top(self, count: int, ordering: Sequence[str]) -> "Statement[P, Row]":
        """Return the statement of this queryset's first rows in an order; for few different counts."""
        found = self._tops.get((count, *ordering))
        if found is None:
            function: Any = self._function
            named: Any = functools.wraps(function)(lambda *args: function(*args).order_by(*ordering)[:count])
            found = self._tops[(count, *ordering)] = Statement(named)
        return found

    def queryset(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return the queryset for these values, to refine it; the ORM compiles it each time."""
        return self._function(*args, **kwargs)

    def count(self, *args: P.args, **kwargs: P.kwargs) -> int:
        """Run an update or insert that returns no rows; return how many it wrote."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(*self.sql(*args, **kwargs))
            written: int = cursor.rowcount
        return written

    def sql(self, *args: P.args, **kwargs: P.kwargs) -> tuple[str, list[Any]]:
        """Return the text of the statement, and its parameters for these values."""
        return self.bound(*args, **kwargs).query

    def later(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run an update or insert of which nothing but its effect is needed.

        It is sent with the transaction's next statement, or with its commit, so it takes no round trip. Only
        then are errors raised, such as of a constraint.
        """
        connection: Any = connections[DEFAULT_DB_ALIAS]
        connection.execute_later(*self.sql(*args, **kwargs))

    def bound(self, *args: P.args, **kwargs: P.kwargs) -> "Bound[Row]":
        """Return the statement with these values, for :func:`together`."""
        connection = connections[DEFAULT_DB_ALIAS]
        compiled = self._of(connection)
        params = self._params(compiled, connection, args, kwargs)
        if compiled.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked until a transaction ends, and there is none")
        return Bound((compiled.sql, params), compiled.shape)

    def _of(self, connection: Any) -> "_Compiled":
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile(connection)
        return compiled

    def _params(self, compiled: "_Compiled", connection: Any, args: Any, kwargs: Any) -> list[Any]:
        values = dict(zip(self._parameters, args, strict=False), **kwargs)
        if len(args) + len(kwargs) != len(values) or values.keys() != self._parameters.keys():
            raise TypeError(f"Takes the values {', '.join(self._parameters)}")
        return [
            param.value(values, connection) if isinstance(param, _Late) else param
            for param in compiled.params
        ]

    def _compile(self, connection: Any) -> "_Compiled":
        # Twice, to see that nothing depends on a clock.
        compiled = self._compile_once(connection)
        if compiled.constants != self._compile_once(connection).constants:
            raise TypeError("A statement is compiled once: a clock or a random number has to be an argument")
        if connection.vendor == "postgresql":
            sql = compiled.sql.replace(f"IN {_ANY_OF}", "= ANY(%s)")
        else:
            sql = compiled.sql.replace(_ANY_OF, "(SELECT value FROM json_each(%s))")
        return compiled._replace(sql=sql)

    def _compile_once(self, connection: Any) -> "_Compiled":
        function: Any = self._function
        named = [Placeholder(name, one.annotation) for name, one in self._parameters.items()]
        match function(*named):
            case QuerySet() as queryset:
                return _select(queryset, connection)
            case Update() as update:
                return _update(update, connection)
            case Insert() as insert:
                return _insert(insert, connection)
            case other:
                raise TypeError(f"A statement is a queryset, an Update or an Insert, not {other!r}")


class Bound(NamedTuple, Generic[Row]):
    """A statement with its values."""

    query: tuple[str, list[Any]]
    shape: Callable[[list[Any], Any], list[Any]]


@overload
def together(first: Bound[Row], second: Bound[Other], /) -> tuple[list[Row], list[Other]]: ...
@overload
def together(
    first: Bound[Row], second: Bound[Other], third: Bound[Another], /
) -> tuple[list[Row], list[Other], list[Another]]: ...
@overload
def together(
    first: Bound[Any], second: Bound[Any], third: Bound[Any], fourth: Bound[Any], /, *more: Bound[Any]
) -> tuple[list[Any], ...]: ...
def together(*asked: Bound[Any]) -> Any:
    """Run several statements in one round trip, in this order; return the rows of each."""
    connection: Any = connections[replica.database()]
    answers = connection.fetch_together([one.query for one in asked])
    return tuple(one.shape(rows, connection) for one, rows in zip(asked, answers, strict=True))


@overload
def statement(function: Callable[P, QuerySet[Any, Row]]) -> Statement[P, Row]: ...
@overload
def statement(function: Callable[P, Update | Insert]) -> Statement[P, tuple[Any, ...]]: ...
def statement(function: Callable[P, Any]) -> Statement[P, Any]:
    """Compile the queryset, update or insert that ``function`` returns once; see the module."""
    return Statement(function)


def having_rows(named: Mapping[str, Statement[P, Any]], *args: P.args, **kwargs: P.kwargs) -> list[str]:
    """Return the names of those statements that have rows for these values, in one query."""
    connection = connections[DEFAULT_DB_ALIAS]
    parts: list[str] = []
    params: list[Any] = []
    for name, one in named.items():
        sql, values = one.sql(*args, **kwargs)
        parts.append(f"SELECT %s WHERE EXISTS ({sql})")
        params += [name, *values]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return [name for (name,) in cursor.fetchall()]


class _Late:
    """A parameter whose value is known only when the statement runs."""

    def value(self, values: Mapping[str, Any], connection: Any) -> Any:
        raise NotImplementedError


class Placeholder(_Late, Expression):
    """A value of a statement, in its queryset. A collection is for ``__in``."""

    def __init__(self, name: str, annotation: Any) -> None:
        kind = getattr(annotation, "__supertype__", annotation)  # of a NewType
        origin = get_origin(kind) or kind
        field = _FIELDS.get(kind)
        super().__init__(output_field=field() if field else None)
        self.name = name
        self.is_many = (
            isinstance(origin, type) and issubclass(origin, Iterable) and origin not in (str, bytes, dict)
        )

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return _ANY_OF if self.is_many else "%s", [self]

    def value(self, values: Mapping[str, Any], connection: Any) -> Any:
        value = values[self.name]
        if not self.is_many:
            return _adapted(value, connection)
        several = [_adapted(one, connection) for one in value]
        return several if connection.vendor == "postgresql" else json.dumps(several)


class _Default(_Late):
    """The default of a field, evaluated for each row."""

    def __init__(self, field: Any) -> None:
        self._field = field
        self._is_now = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)

    def value(self, values: Mapping[str, Any], connection: Any) -> Any:
        value = timezone.now() if self._is_now else self._field.get_default()
        return self._field.get_db_prep_save(value, connection=connection)


_NATIVE = frozenset({type(None), bool, int, float, str, bytes})


def _adapted(value: Any, connection: Any) -> Any:
    """Return the value in the form that the database's driver takes."""
    if type(value) in _NATIVE:
        return value
    match value:
        case UUID():
            return value if connection.features.has_native_uuid_field else value.hex
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case date():
            return connection.ops.adapt_datefield_value(value)
        case Decimal():
            return connection.ops.adapt_decimalfield_value(value)
        case dict() | list():
            return connection.ops.adapt_json_value(value, None)
        case Enum():
            return value.value
        case models.Model():
            return value.pk
    return value


class _Compiled(NamedTuple):
    sql: str
    params: Sequence[Any]
    shape: Callable[[list[Any], Any], list[Any]]
    locks: bool = False

    @property
    def constants(self) -> tuple[str, list[Any]]:
        """The SQL, and the parameters that are the same in each call."""
        return self.sql, [param for param in self.params if not isinstance(param, _Late)]


def _select(queryset: Any, connection: Any) -> _Compiled:
    if queryset._prefetch_related_lookups:
        raise TypeError("A statement is one query, and prefetch_related takes more")
    if queryset.query.select_for_update and queryset.query.select_related:
        raise TypeError("Rows that were awaited come with related rows as they were before: read those after")
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    convert = _converter(compiler, [column for column, *_ in compiler.select])
    make = _maker(queryset, compiler, connection)

    def shape(rows: list[Any], connection: Any) -> list[Any]:
        rows = convert(rows, connection)
        return rows if make is None else [make(row) for row in rows]

    return _Compiled(sql, params, shape, locks=queryset.query.select_for_update)


def _converter(compiler: Any, columns: Sequence[Any]) -> Callable[[list[Any], Any], list[Any]]:
    """Return what turns the driver's values into those of the fields."""
    converters = compiler.get_converters(columns)

    def convert(rows: list[Any], connection: Any) -> list[Any]:
        if not converters:
            return rows
        converted = []
        for row in map(list, rows):
            for position, (functions, column) in converters.items():
                for function in functions:
                    row[position] = function(row[position], column, connection)
            converted.append(tuple(row))
        return converted

    return convert


def _maker(queryset: Any, compiler: Any, connection: Any) -> Callable[[Any], Any] | None:
    """Return what makes the queryset's result from a row; None for tuples."""
    kind = queryset._iterable_class
    if kind is ValuesListIterable:
        return None
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    if kind is NamedValuesListIterable:
        names = queryset._fields or [*queryset.query.values_select, *queryset.query.annotation_select]
        return create_namedtuple_class(*names)._make
    if kind is not ModelIterable:
        raise TypeError("A statement gives model instances or values_list()")
    # As ModelIterable does it.
    selected = compiler.klass_info["select_fields"]
    fields = slice(selected[0], selected[-1] + 1)
    model = compiler.klass_info["model"]
    names = [column.target.attname for column, *_ in compiler.select[fields]]
    populators_of: Any = get_related_populators  # its stub is of another version
    related = populators_of(compiler.klass_info, compiler.select, connection.alias)
    annotations = list((compiler.annotation_col_map or {}).items())

    def instance(row: Any) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[fields])
        for populator in related:
            populator.populate(row, made)
        for name, position in annotations:
            setattr(made, name, row[position])
        return made

    return instance


def _update(update: Update, connection: Any) -> _Compiled:
    query: Any = update.queryset.query.chain(UpdateQuery)
    query.add_update_values(update.values)
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    return _returning(sql, params, update.queryset.model, update.returning, connection)


def _insert(insert: Insert, connection: Any) -> _Compiled:
    meta: Any = insert.model._meta
    quote = connection.ops.quote_name
    rows = [{meta.get_field(name).name: value for name, value in row.items()} for row in insert.rows]
    given = {name for row in rows for name in row}
    fields = [field for field in meta.concrete_fields if field.name in given or _has_default(field)]
    params = [_stored(field, row, connection) for row in rows for field in fields]
    sql = f"INSERT INTO {quote(meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    one = f"({', '.join(['%s'] * len(fields))})"
    sql += f" VALUES {', '.join([one] * len(rows))}"
    if insert.conflict:
        unique = ", ".join(quote(meta.get_field(name).column) for name in insert.conflict)
        sql += f" ON CONFLICT ({unique}) DO "
        if insert.update:
            changes = Update(insert.model._default_manager.all(), **insert.update)
            change = _update(changes, connection)
            sql += f"UPDATE SET {change.sql.partition(' SET ')[2]}"
            params += change.params
        else:
            sql += "NOTHING"
    return _returning(sql, params, insert.model, insert.returning, connection)


def _has_default(field: Any) -> bool:
    is_left_to_database = field.primary_key or field.generated or field.has_db_default()
    return field.has_default() or not is_left_to_database


def _stored(field: Any, row: Mapping[str, Any], connection: Any) -> Any:
    if field.name not in row:
        return _Default(field)
    value = row[field.name]
    return value if isinstance(value, _Late) else field.get_db_prep_save(value, connection)


def _returning(
    sql: str, params: Sequence[Any], model: type[models.Model], names: Sequence[str], connection: Any
) -> _Compiled:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    if not fields:
        return _Compiled(sql, params, lambda rows, connection: rows)
    columns = [field.get_col(model._meta.db_table) for field in fields]
    compiler = model._default_manager.all().query.get_compiler(connection=connection)
    listed = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    return _Compiled(f"{sql} RETURNING {listed}", params, _converter(compiler, columns))
