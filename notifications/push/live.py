"""The background task that sends, and the users who look at a page of this worker."""

import asyncio
from email.utils import parseaddr

import msgspec
from django.conf import settings
from django.utils import timezone

from core import due, outgoing
from core.background import background
from core.database import in_database
from core.ids import UserId
from core.redis import Role
from game.author import catalogue
from notifications.push import rules, selectors, services
from notifications.push.models import Push
from realtime import worker
from realtime.membership.leased_set import LeasedSet

SETTLE_EVERY_S = 0.2
GONE = (404, 410)


@due.look(services.LOOK, every_s=1, waiting=selectors.waiting)
async def send_due() -> None:
    """Send the notifications that are due now, all at once."""
    await asyncio.gather(*(_send(one) for one in await in_database(services.claim)))


async def _send(push: Push) -> None:
    try:
        status = await _post(push)
    except (OSError, ValueError) as problem:
        await in_database(services.note_failed, push, why=f"{type(problem).__name__}: {problem}")
        return
    if 200 <= status < 300:
        await in_database(services.note_sent, push.pk)
    elif status in GONE:
        await in_database(services.note_gone, push.subscription_id)
    else:
        await in_database(services.note_failed, push, why=f"answered with {status}")


async def _post(push: Push) -> int:
    device = push.subscription
    facts = push.facts
    if game := facts.get("game"):
        facts = {**facts, "game": _title(game, device.language)}
    title, text = rules.told(push.says, device.language, facts)
    body = rules.encrypt(
        msgspec.json.encode({"title": title, "text": text, "path": push.path}),
        receiver=rules.decoded(device.public_key),
        secret=rules.decoded(device.secret),
    )
    key, contact = rules.private_key(settings.PUSH_KEY), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    left = push.expires_at - timezone.now()
    headers = {
        "authorization": rules.authorization(device.endpoint, key=key, contact=f"mailto:{contact}"),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "topic": rules.topic(push.path),
        "ttl": str(max(0, int(left.total_seconds()))),
        "urgency": "high",
    }
    return await outgoing.post(device.endpoint, body, headers, networks=settings.PUSH_NETWORKS)


def _title(game: str, language: str) -> str:
    """Return the title of a game in a language: the theme's, the platform's, or its own."""
    named = settings.THEME.texts.get(language, {}).get(f"title.{game}") or rules.GAMES.get(language, {}).get(
        game
    )
    return named or (catalogue.get(game).title if catalogue.offers(game) else game)


async def _ignore(room: str, user_id: UserId, is_here: bool) -> None:
    """Tell nobody: the queue asks who looks."""


class Seen:
    """The users with a visible page among this worker's sockets."""

    def __init__(self) -> None:
        here = worker.current()
        redis = here.redis_of(Role.PRESENCE)
        members = LeasedSet(selectors.SEEN, redis, here.relay, _ignore, settle_every_s=SETTLE_EVERY_S)
        self.keep = members.keep
        self.announce = members.announce
        self._members = members

    def __len__(self) -> int:
        return len(self._members)

    def arrived(self, user_id: UserId) -> None:
        self._members.arrived(str(user_id), user_id)

    def left(self, user_id: UserId) -> None:
        self._members.left(str(user_id), user_id)


def seen() -> Seen:
    """Return this worker's users with a visible page."""
    return worker.current().part(Seen)


@background
async def keep() -> None:
    """Keep in Redis who looks at a page; not where nothing is pushed."""
    if settings.PUSH_KEY:
        await asyncio.gather(seen().keep(), seen().announce())
