"""New rows of instances, by statements that are compiled once for a model."""

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import DatabaseDefault


def store(instance: models.Model) -> None:
    """Insert a new instance, as ``save()`` does, without signals and for a tenth of the time.

    Defaults of the database must be constants.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insert(type(instance), connection.vendor)
    params = []
    for field in fields:
        value = field.pre_save(instance, add=True)
        if isinstance(value, DatabaseDefault):
            value = value.expression.value  # type: ignore[attr-defined]
            setattr(instance, field.attname, value)
        params.append(field.get_db_prep_save(value, connection))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if type(instance)._meta.auto_field is not None:
            (instance.pk,) = cursor.fetchone()
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insert(model: type[models.Model], vendor: str) -> tuple[str, list[Any]]:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    meta: Any = model._meta
    fields = [field for field in meta.concrete_fields if field is not meta.auto_field and not field.generated]
    columns = ", ".join(quote(field.column) for field in fields)
    values = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({values})"
    if meta.auto_field is not None:
        sql += f" RETURNING {quote(meta.auto_field.column)}"
    return sql, fields
