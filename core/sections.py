"""Parts of the platform that a deployment may leave out: their routes, sockets and background work."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings

SECTIONS: dict[str, str] = {
    "battles": r"api/battles/|ws/battle/",
    "lobbies": r"api/lobbies(/|$)|ws/lobbies/|ws/chat/lobby/",
    "pets": r"api/pets(/|$)",
    "shop": r"api/shop/",
    "voice": r"(?!)",  # no path of its own: commands on the notifications socket
    "world": r"api/characters(/|$)|api/world/|ws/\?\$",
}
"""The paths of each section, as regular expressions for the beginning of a pattern."""

BACKGROUND: dict[str, str] = {"battles": "game.battles", "voice": "voice", "world": "world"}
"""The apps whose background work is of a section alone."""

SIGN_IN_WAYS: dict[str, str] = {
    "code": r"api/auth/code(/|$)",
    "device": r"api/auth/device$",
    "guest": r"api/auth/guest$",
    "passkey": r"api/auth/passkey/",
    "password": r"api/auth/(register|login|upgrade)$|api/auth/password/|api/token$",
    "provider": r"api/auth/provider",
}
"""The paths of each way to get an account or to sign in."""


def runs(module: str) -> bool:
    """Return whether background work of this module runs: unless it is of a section that is left out."""
    return not any(
        f"{module}.".startswith(f"{app}.")
        for section, app in BACKGROUND.items()
        if section not in settings.SECTIONS
    )


def offered(patterns: Iterable[Any]) -> list[Any]:
    """Return the URL patterns that are of no section and of no way to sign in that is left out."""
    left_out = [paths for name, paths in SECTIONS.items() if name not in settings.SECTIONS]
    left_out += [paths for name, paths in SIGN_IN_WAYS.items() if name not in settings.SIGN_IN_WAYS]
    if not left_out:
        return list(patterns)
    find = re.compile("|".join(left_out)).match
    return [one for one in patterns if not find(str(one.pattern).removeprefix("^"))]
