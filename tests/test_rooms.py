"""The contract that import-linter holds about the rooms of an app finds what breaks it."""

from typing import Any

import pytest
from grimp import ImportGraph

from tests.rooms import RoomsContract

OPTIONS: dict[str, Any] = {
    "name": "Every app has the same rooms",
    "type": "rooms",
    "apps": ["shop", "shop.stalls"],
    "floors": ["api consumers", "services", "rules"],
    "free": ["tests"],
    "extra": ["shop.tills as services"],
}


def _faults(*imports: Any, modules: tuple[Any, ...] = ()) -> list[Any]:
    graph = ImportGraph()
    for module in ("shop", "shop.api", "shop.services", "shop.rules", "shop.tills", "shop.stalls", *modules):
        graph.add_module(module)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    found = RoomsContract(OPTIONS["name"], {}, OPTIONS).check(graph, verbose=False)
    assert found.kept == (not any(found.metadata.values()))
    return [place for places in found.metadata.values() for place in places]


def test_imports_downwards_to_the_same_floor_and_from_another_app_are_kept() -> None:
    assert not _faults(
        ("shop.api", "shop.services"),
        ("shop.services", "shop.tills"),
        ("shop.tills", "shop.services"),
        ("shop.stalls.rules", "shop.api"),
        ("shop.tests.test_api", "shop.api"),
        modules=("shop.stalls.rules", "shop.tests", "shop.tests.test_api"),
    )


@pytest.mark.parametrize("importer", ["shop.services", "shop.services.buying", "shop.tills"])
def test_an_import_of_a_room_above_is_found(importer: str) -> None:
    modules = () if importer == "shop.tills" else ("shop.services.buying",)

    assert _faults((importer, "shop.api"), modules=modules) == [f"{importer} -> shop.api"]


def test_a_room_with_an_undeclared_name_is_found_also_in_a_part() -> None:
    assert _faults(modules=("shop.utils", "shop.stalls.tills")) == ["shop.utils", "shop.stalls.tills"]


def test_a_declaration_of_what_is_not_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIONS, "extra", ["shop.tills as services", "shop.gone as rules"])

    assert _faults() == ["shop.gone"]
