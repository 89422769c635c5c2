"""Secrets stay out of logs: tokens, tickets and passwords are blotted out of every line that is written."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

_HIDDEN = "[redacted]"
_NAMES = r"token|access|refresh|ticket|password|old_password|new_password|password_confirm|secret|api_key"
_PATTERNS = (
    # A JSON Web Token, wherever it stands.
    (re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), _HIDDEN),
    (re.compile(r"(?i)\b(bearer)[\s,]+[^\s\"',;]+"), rf"\1 {_HIDDEN}"),
    # ?ticket=abc and form bodies.
    (re.compile(rf"(?i)\b((?:{_NAMES})=)[^&\s\"'\\]+"), rf"\1{_HIDDEN}"),
    # "password": "abc", as JSON or as a printed dict.
    (re.compile(rf"(?i)([\"'](?:{_NAMES})[\"']\s*:\s*)([\"'])(?:\\.|(?!\2).)*\2"), rf"\1\2{_HIDDEN}\2"),
    # redis://:password@host and the like.
    (re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+(@)"), rf"\1{_HIDDEN}\2"),
)


def redact(text: str) -> str:
    """The text without the secrets in it."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Wraps another formatter and redacts what it wrote, tracebacks included."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._formatter.format(record))


def redact_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor for values whose very name says that they are secret."""
    for name in event:
        if re.fullmatch(_NAMES, name, re.IGNORECASE):
            event[name] = _HIDDEN
    return event
