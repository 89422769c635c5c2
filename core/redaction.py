"""Redaction of secrets (tokens, tickets, passwords) in all logged fields.

Clients can cause log lines, so their cost is bounded: a field is truncated before it is searched, and each
pattern examines a character a bounded number of times, whatever the text.
"""

import re
from collections.abc import MutableMapping
from typing import Any

LONGEST_FIELD = 512
LONGEST_MESSAGE = 2048
LONGEST_TRACEBACK = 16_384

_HIDDEN = "[redacted]"
# Begins with a blank, where every secret ends.
_CUT = " [cut]"
_NAMES = r"token|access|refresh|ticket|password|old_password|new_password|password_confirm|secret|api_key"
_PATTERNS = (
    # A JSON Web Token, also directly after other text ("%3DeyJ..."), or with a truncated payload. Each run of
    # characters is tried once, from its beginning, and only if a dot ends it.
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
    """Return the text without secrets, truncated to about this many characters."""
    return redact(text if len(text) <= length else text[:length] + _CUT)


def redact_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, the last before the renderer: truncates every field and removes secrets."""
    for name, value in event.items():
        if re.fullmatch(_NAMES, name, re.IGNORECASE):
            event[name] = _HIDDEN
        elif value is not None and not isinstance(value, int | float):
            text = value if isinstance(value, str) else repr(value)
            event[name] = bounded(text, _LENGTHS.get(name, LONGEST_FIELD))
    return event
