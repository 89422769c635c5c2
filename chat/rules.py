"""What may be said, between whom, and who may act on whom."""

import unicodedata

from chat.refusals import InvalidContent, MayNotActOn

MOST_CHARACTERS = 500
MESSAGES = 3
WINDOW_S = 2.0
"""A user may say so much in so long, over all rooms, sockets and requests."""

OWNER, MODERATOR, MEMBER = "owner", "moderator", "member"
RANKS = {OWNER: 2, MODERATOR: 1, MEMBER: 0}

# Direction overrides turn the text after them round, other people's names included.
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp"})


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


def between(one_id: int, other_id: int) -> tuple[int, int]:
    """The ids of two users, the lower first."""
    return min(one_id, other_id), max(one_id, other_id)


def check_may_act_on(actor: str, target: str) -> None:
    """Only a higher rank acts on a lower one. Raises ``MayNotActOn``."""
    if RANKS[actor] < RANKS[MODERATOR] or RANKS[actor] <= RANKS[target]:
        raise MayNotActOn
