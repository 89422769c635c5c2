"""What may be said: the one rule for the text of every message that others read."""

import unicodedata

from core.refusals import Invalid

MOST_CHARACTERS = 500

# Marks and isolates that keyboards of right-to-left scripts insert. An isolate that nothing ends would reach
# into the text after it, other people's names included.
_WITHOUT_DIRECTIONS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))
# No keyboard inserts these: they turn the text after them round.
_OVERRIDES = frozenset("\u202d\u202e")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp"})


class InvalidContent(Invalid):
    """The text cannot be a message."""

    code = "invalid_message"
    title = "This cannot be said"


def clean(content: str) -> str:
    """What was said, trimmed and without marks of direction. Raises ``InvalidContent`` for nothing, too much,
    and control characters.
    """
    if not content.isprintable():
        content = content.translate(_WITHOUT_DIRECTIONS)
    content = content.strip()
    if not 1 <= len(content) <= MOST_CHARACTERS:
        raise InvalidContent(f"A message has 1 to {MOST_CHARACTERS} characters.")
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
