"""Write a folder of files from a folder of templates."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path


def write(templates: Path, folder: Path, words: Mapping[str, str]) -> Iterator[Path]:
    """Write each ``*.txt`` below ``templates`` into ``folder``, without that suffix; yield what is written.

    ``<<word>>`` in a text, and ``NAME`` in a path, are filled in. Existing files are overwritten.
    """
    for template in sorted(templates.rglob("*.txt")):
        relative = str(template.relative_to(templates)).removesuffix(".txt").replace("NAME", words["name"])
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r"<<(\w+)>>", lambda found: words[found[1]], template.read_text()))
        yield target


def words(name: str) -> dict[str, str]:
    """Return what templates say of a package of this name: its class and its title."""
    return {
        "name": name,
        "class": name.title().replace("_", ""),
        "title": name.replace("_", " ").capitalize(),
    }
