"""A password validator against easily guessed patterns, in addition to Django's list of common ones."""

import re
import string
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

_EVERYBODYS = frozenset(
    [
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "password",
        "passwort",
        "welcome",
        "letmein",
        "qwerty",
        "changeme",
        "game",
        "gamer",
    ]
)
_NO_LETTER = re.compile(r"[^a-z]")
_LETTERS = str.maketrans("013457@$!", "oieastasi")


class NoPatternValidator:
    """Refuses a common word surrounded by digits or signs.

    Examples: ``Summer2026``, the product's name, the user's own name or e-mail.
    """

    def validate(self, password: str, user: Any = None) -> None:
        typed = password.lower()
        words = {
            _bare(_core(typed)),
            _bare(_core(typed).translate(_LETTERS)),
            _bare(_core(typed.translate(_LETTERS))),
        }
        own = {settings.PRODUCT, *(part for part in self._of(user) if len(part) > 2)}
        listed = _EVERYBODYS | {_bare(name) for name in own}
        if words & listed:
            raise ValidationError(
                "This password is one of the first that are guessed.", code="password_pattern"
            )

    def _of(self, user: Any) -> set[str]:
        if user is None:
            return set()
        name, _, domain = user.email.partition("@")
        return {user.username, name, domain.partition(".")[0]}

    def get_help_text(self) -> str:
        return "Your password can't be a season, a month, the game's name or your own with digits."


def _core(password: str) -> str:
    """Return the password without leading and trailing digits and signs."""
    return password.strip(string.digits + string.punctuation + string.whitespace)


def _bare(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())
