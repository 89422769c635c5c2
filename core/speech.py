"""What may be said: the one rule for the text of every message that others read."""

import unicodedata

from core.refusals import Invalid

MOST_CHARACTERS = 500

# Direction overrides turn the text after them round, other people's names included.
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp"})


class InvalidContent(Invalid):
    """The text cannot be a message."""

    code = "invalid_message"
    title = "This cannot be said"


def clean(content: str) -> str:
    """What was said, trimmed. Raises ``InvalidContent`` for nothing, too much, and control characters."""
    content = content.strip()
    if not 1 <= len(content) <= MOST_CHARACTERS:
        raise InvalidContent(f"A message has 1 to {MOST_CHARACTERS} characters.")
    if content.isprintable():
        return content
    kinds = [unicodedata.category(character) for character in content]
    if any(
        (kind in _NOT_TEXT and character != "\n") or character in _TURNS_TEXT_ROUND
        for kind, character in zip(kinds, content, strict=True)
    ):
        raise InvalidContent("A message must not hold control characters.")
    if all(kind in _INVISIBLE for kind in kinds):
        raise InvalidContent("There is nothing to see in this message.")
    return content
