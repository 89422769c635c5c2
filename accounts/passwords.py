"""Password validators against guessed patterns and breached passwords."""

import os
import re
import string
from hashlib import sha1
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


class NotBreachedValidator:
    """Refuses passwords in ``BREACHED_PASSWORDS_FILE``, where there is one.

    It is the file that haveibeenpwned.com publishes: a line for each SHA-1 digest, in their order, such as
    ``5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179``. It is searched on the disk: about 35 reads.
    """

    def validate(self, password: str, user: Any = None) -> None:
        path = settings.BREACHED_PASSWORDS_FILE
        if path and _is_listed(path, sha1(password.encode(), usedforsecurity=False).hexdigest().upper()):
            raise ValidationError("This password is known from a breach.", code="password_breached")

    def get_help_text(self) -> str:
        return "Your password can't be one that is known from a breach."


def _is_listed(path: str, digest: str) -> bool:
    wanted = digest.encode()
    with open(path, "rb") as lines:
        # The line that begins at or after ``low`` may be it; the one after ``high`` is not.
        low, high = 0, lines.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            lines.seek(middle)
            if middle:
                lines.readline()  # the rest of a line
            found = lines.readline()[: len(wanted)]
            if found == wanted:
                return True
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        return False


def _core(password: str) -> str:
    """Return the password without leading and trailing digits and signs."""
    return password.strip(string.digits + string.punctuation + string.whitespace)


def _bare(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())
