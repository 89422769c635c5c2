"""The types of each game's views and movements, for the clients' generated types."""

import inspect
from typing import Any

import msgspec

from game.author import catalogue
from game.author.game import Game as Rules
from game.author.movements import shown_type
from realtime.catalogue.namespaces import Namespace

REF = "#/components/schemas/"


def namespaces() -> list[Namespace]:
    """Return the types of all games that this server offers."""
    return [_namespace(game) for game in catalogue.all()]


def _namespace(game: type[Rules]) -> Namespace:
    view = None if game.view_type is None else shown_type(game.view_type)
    movements = list(game.movements.structs.values())
    refs, types = msgspec.json.schema_components(
        [*movements, *([] if view is None else [view])], ref_template=REF + "{name}"
    )
    of_movements = [ref["$ref"].removeprefix(REF) for ref in refs[: len(movements)]]
    names = {name: _capital(name) for name in types}
    renamed = {names[name]: _renamed(schema, names) for name, schema in types.items()}
    parts = {"movement": [names[name] for name in of_movements]}
    if view is not None:
        parts["view"] = ["View"]
    text = inspect.cleandoc(game.__doc__ or game.title).splitlines()[0]
    return Namespace(game.name, game.__name__, text, renamed, parts)


def _capital(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """Return the schema with its references renamed."""
    if isinstance(schema, list):
        return [_renamed(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: REF + names[value.removeprefix(REF)] if key == "$ref" else _renamed(value, names)
        for key, value in schema.items()
    }
