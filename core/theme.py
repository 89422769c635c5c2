"""The theme of a deployment: a TOML file with its name, logo, colours and texts, all of them optional."""

import re
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from django.core.exceptions import ImproperlyConfigured
from msgspec import Meta, Struct

Colour = Annotated[str, Meta(pattern=r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")]
Colours = dict[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$")], Colour]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}$")]


class Theme(Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=60)] = "Game platform"
    description: str = "Play board games and pong with anybody, at once, in the browser."
    logo: str = "web/icon.svg"
    """A static file."""
    light: Colours = {}
    dark: Colours = {}
    """Colours of ``web/theme.css`` by their names there, such as ``accent``."""
    texts: dict[Language, dict[str, str]] = {}
    """Texts of ``web/texts/<language>.js`` by their keys there, such as ``"home.sentence"``."""

    def css(self) -> str:
        """Return the rules that set the colours."""
        themes = {":root": self.light, ':root[data-theme="dark"]': self.dark}
        return "\n".join(
            f"{selector} {{ {' '.join(f'--{name}: {colour};' for name, colour in colours.items())} }}"
            for selector, colours in themes.items()
            if colours
        )


def read(path: str) -> Theme:
    """Return the theme of this file, or the platform's own if there is no path.

    Raises ``ImproperlyConfigured``.
    """
    if not path:
        return Theme()
    try:
        return msgspec.convert(tomllib.loads(Path(path).read_text()), Theme)
    except (OSError, ValueError) as error:
        said = re.sub(r"\s+", " ", str(error))
        raise ImproperlyConfigured(
            f"THEME must be the path of a theme (see docs/extend.md): {said}"
        ) from None
