"""Secrets stay out of logs: tokens, tickets and passwords are blotted out of every field that is written.

Anybody can have a line logged, so what one costs is bounded: a field is cut before it is searched, and each
pattern looks at a character a bounded number of times, whatever the text.
"""

import re
from collections.abc import MutableMapping
from typing import Any

LONGEST_FIELD = 512
LONGEST_MESSAGE = 2048
LONGEST_TRACEBACK = 16_384

_HIDDEN = "[redacted]"
# Begins with a blank, at which every secret ends.
_CUT = " [cut]"
_NAMES = r"token|access|refresh|ticket|password|old_password|new_password|password_confirm|secret|api_key"
_PATTERNS = (
    # A JSON Web Token, also one glued to what stands before it ("%3DeyJ..."), or cut in its payload. A run
    # of characters is tried once, from its beginning, and only if a dot ends it.
    (
        re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-])([\w-]*?)eyJ[\w-]{5,}+\.[\w-]++(?:\.[\w-]*+)?"),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer)[\s,]++[^\s\"',;]++"), rf"\1 {_HIDDEN}"),
    # ?ticket=abc and form bodies.
    (re.compile(rf"(?i)\b((?:{_NAMES})=)[^&\s\"'\\]++"), rf"\1{_HIDDEN}"),
    # "password": "abc", as JSON or as a printed dict; to the end of the line where no quote closes it.
    (
        re.compile(rf"(?i)([\"'](?:{_NAMES})[\"']\s*+:\s*+)([\"'])(?:\\.|(?!\2)[^\\\n])*+\2?"),
        rf"\1\2{_HIDDEN}\2",
    ),
    # redis://:password@host and the like.
    (re.compile(rf"(://[^\s:/@]*+:)[^\s@/]++(?=@|{re.escape(_CUT)})"), rf"\1{_HIDDEN}"),
)
_LENGTHS = {"event": LONGEST_MESSAGE, "exception": LONGEST_TRACEBACK, "stack": LONGEST_TRACEBACK}


def redact(text: str) -> str:
    """Return the text with secrets replaced."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def bounded(text: str, length: int) -> str:
    """The text without the secrets in it, cut to about so many characters."""
    return redact(text if len(text) <= length else text[:length] + _CUT)


def redact_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, the last before the renderer: every field short, and without secrets."""
    for name, value in event.items():
        if re.fullmatch(_NAMES, name, re.IGNORECASE):
            event[name] = _HIDDEN
        elif value is not None and not isinstance(value, int | float):
            text = value if isinstance(value, str) else repr(value)
            event[name] = bounded(text, _LENGTHS.get(name, LONGEST_FIELD))
    return event
