"""The rate limit of messages, and the order of ranks."""

import hashlib
import re
import unicodedata
from datetime import timedelta

from chat.refusals import MayNotActOn
from core.ids import UserId

MESSAGES = 3
WINDOW_S = 2.0
"""A user may send ``MESSAGES`` messages within this time, over all rooms, sockets and requests."""

CHANGEABLE_FOR = timedelta(minutes=5)
"""The time in which the author of a message may edit it, and delete a direct message."""

REACTIONS = ("like", "love", "laugh", "wow", "sad", "clap", "fire", "gg")
MAX_REACTIONS = 200
"""A message takes this many reactions."""

MAX_MENTIONS = 10
MAX_SLOW_MODE_S = 3600
MAX_UNREAD = 100
"""Unread messages of a lobby are counted up to this number."""

REACTIONS_AT_ONCE = 20
REACTIONS_WINDOW_S = 10.0
"""A user may add or take back ``REACTIONS_AT_ONCE`` reactions within this time."""

OWNER, MODERATOR, MEMBER = "owner", "moderator", "member"
RANKS = {OWNER: 2, MODERATOR: 1, MEMBER: 0}


SLUG = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
LONGEST_SLUG = 50


def slug(title: str) -> str:
    """Return the lobby name for a title: the title itself if it is a slug, else one derived from it.

    A title with non-Latin letters gets a slug that ends in its fingerprint, so that slugs of different titles
    differ.
    """
    if len(title) <= LONGEST_SLUG and SLUG.fullmatch(title):
        return title
    plain = unicodedata.normalize("NFKD", title.lower())
    letters = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    if letters and not any(one.isalnum() and not one.isascii() for one in plain):
        return letters[:LONGEST_SLUG].rstrip("-")
    fingerprint = hashlib.sha256(title.casefold().encode()).hexdigest()[:8]
    return f"{letters[: LONGEST_SLUG - 9].rstrip('-') or 'lobby'}-{fingerprint}"


def between(one_id: UserId, other_id: UserId) -> tuple[UserId, UserId]:
    """Return the ids of two users, the lower first."""
    return min(one_id, other_id), max(one_id, other_id)


_MENTION = re.compile(r"(?<![\w@])@([\w.+-]{1,150})")


def mentioned(content: str) -> list[str]:
    """Return the names after the first ``MAX_MENTIONS`` @, each also without the mark that may follow it."""
    found = _MENTION.findall(content)[:MAX_MENTIONS]
    return list(dict.fromkeys(name for one in found for name in (one, one.rstrip(".-+")) if name))


def check_may_act_on(actor: str, target: str) -> None:
    """Raise ``MayNotActOn`` unless the actor is a moderator or owner and outranks the target."""
    if RANKS[actor] < RANKS[MODERATOR] or RANKS[actor] <= RANKS[target]:
        raise MayNotActOn
