"""The rules for texts that other users read."""

import unicodedata

from core.refusals import Invalid

MAX_CHARACTERS = 500

# Marks and isolates inserted by keyboards of right-to-left scripts. An unterminated isolate would affect the
# text after it, such as other people's names.
_WITHOUT_DIRECTIONS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))
# No keyboard inserts these overrides: they reverse the text that follows.
_OVERRIDES = frozenset("\u202d\u202e")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp"})


class InvalidContent(Invalid):
    """The text is not acceptable as a message."""

    code = "invalid_message"
    title = "This cannot be said"


def clean(content: str) -> str:
    """Return the text trimmed and without direction marks.

    Raises ``InvalidContent`` if it is empty, too long, invisible or contains control characters.
    """
    if not content.isprintable():
        content = content.translate(_WITHOUT_DIRECTIONS)
    content = content.strip()
    if not 1 <= len(content) <= MAX_CHARACTERS:
        raise InvalidContent(f"A message has 1 to {MAX_CHARACTERS} characters.")
    if content.isprintable():
        return content
    kinds = [unicodedata.category(character) for character in content]
    if any(
        (kind in _NOT_TEXT and character != "\n") or character in _OVERRIDES
        for kind, character in zip(kinds, content, strict=True)
    ):
        raise InvalidContent("A message must not hold control characters.")
    if all(kind in _INVISIBLE for kind in kinds):
        raise InvalidContent("There is nothing to see in this message.")
    return content
