"""The generated files of the repository: message catalogues and routes."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from core import rest_map
from realtime.catalogue import namespaces, python, reading, typescript

MADE_BY = "Made by manage.py generate_catalogue from the code; changes here are lost."


further: list[Callable[[], dict[Path, str]]] = []
"""Functions of higher apps, each of which returns more files."""


def contents() -> dict[Path, str]:
    """Return the content of every file that ``generate_catalogue`` writes."""
    clients = settings.BASE_DIR / "clients"
    files = {
        settings.BASE_DIR / "docs" / "events.md": reading.markdown(MADE_BY),
        settings.BASE_DIR / "docs" / "rest.md": rest_map.markdown(MADE_BY),
        clients / "js" / "messages.d.ts": typescript.declarations(MADE_BY),
        clients / "js" / "rest.d.ts": typescript.shapes(MADE_BY),
        clients / "python" / "gameplatform_client" / "messages.py": python.module(MADE_BY),
    }
    for name, declared in namespaces.declared().items():
        files[clients / "js" / f"{name}.d.ts"] = typescript.namespaces(name, declared, MADE_BY)
        files[clients / "python" / "gameplatform_client" / f"{name}.py"] = python.namespaces(
            name, declared, MADE_BY
        )
    return files | {path: text for function in further for path, text in function().items()}


def stale() -> list[Path]:
    """Return the generated files that do not match the code."""
    return [path for path, text in contents().items() if not path.exists() or path.read_text() != text]
