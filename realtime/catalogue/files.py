"""The generated files of the repository: message catalogues and routes."""

from pathlib import Path

from django.conf import settings

from core import rest_map
from realtime.catalogue import python, reading, typescript

MADE_BY = "Made by manage.py generate_catalogue from the code; changes here are lost."


def contents() -> dict[Path, str]:
    """Return the content of every file that ``generate_catalogue`` writes."""
    clients = settings.BASE_DIR / "clients"
    return {
        settings.BASE_DIR / "docs" / "events.md": reading.markdown(MADE_BY),
        settings.BASE_DIR / "docs" / "rest.md": rest_map.markdown(MADE_BY),
        clients / "js" / "messages.d.ts": typescript.declarations(MADE_BY),
        clients / "js" / "rest.d.ts": typescript.shapes(MADE_BY),
        clients / "python" / "gameplatform_client" / "messages.py": python.module(MADE_BY),
    }


def stale() -> list[Path]:
    """Return the generated files that do not match the code."""
    return [path for path, text in contents().items() if not path.exists() or path.read_text() != text]
