"""The contract of the rooms inside an app, for import-linter: declared names, and imports that go down."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomsContract(Contract):
    """Every module of an app is a room with a declared name, and imports only rooms of its floor or below.

    ``apps`` are the apps, one inside another too; ``floors`` the names of rooms, a floor a line, the top one
    first; ``extra`` are the rooms of single apps, each ``app.room as room``: it is on the same floor as that
    one. What is ``free`` is on no floor.
    """

    type_name = "rooms"

    apps: Any = fields.ListField(subfield=fields.StringField())
    floors: Any = fields.ListField(subfield=fields.StringField())
    extra: Any = fields.ListField(subfield=fields.StringField())
    free: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        heights = {
            room: height for height, floor in enumerate(reversed(self.floors)) for room in floor.split()
        }
        extra = dict(line.split(" as ") for line in self.extra)
        floor_of: dict[str, int] = {}
        undeclared: list[str] = []
        for app in self.apps:
            for module in sorted(graph.find_children(app) - set(self.apps)):
                room = extra.get(module, module.removeprefix(f"{app}."))
                if room in heights:
                    floor_of[module] = heights[room]
                elif room not in self.free:
                    undeclared.append(module)
        unused = sorted(extra.keys() - graph.modules)
        upwards = [
            f"{importer} -> {imported}"
            for room, floor in floor_of.items()
            for importer in sorted({room, *graph.find_descendants(room)})
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if floor < floor_of.get(_room_of(imported, floor_of), floor)
            and _app_of(room) == _app_of(_room_of(imported, floor_of))
        ]
        return ContractCheck(
            kept=not (undeclared or unused or upwards),
            metadata={
                "A room with an undeclared name": undeclared,
                "Declared, and not there": unused,
                "An import of a room above": upwards,
            },
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        for fault, places in check.metadata.items():
            for place in places:
                output.print_error(f"{fault}: {place}")


def _room_of(module: str, rooms: dict[str, int]) -> str:
    """The room in which this module is, or the module itself where it is in none."""
    found = module
    while found not in rooms and "." in found:
        found = found.rpartition(".")[0]
    return found if found in rooms else module


def _app_of(room: str) -> str:
    return room.rpartition(".")[0]
