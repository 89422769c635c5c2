"""Subscribe devices, choose kinds, and send: queued with the event, after the commit, each at least once."""

import logging
from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from msgspec import UNSET, structs

from accounts import services as accounts
from accounts.models import Session
from accounts.refusals import SessionEnded
from core import due
from core.ids import UserId
from core.refusals import Invalid
from notifications.push import rules, selectors, shapes
from notifications.push.models import Preference, Push, Subscription
from notifications.push.refusals import PushOff

LOOK = "pushes"
AT_ONCE = 20
LEASE = timedelta(minutes=1)
"""A notification whose worker died is sent again after this time."""
A_DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


@transaction.atomic
def subscribe(user_id: UserId, *, session_id: int, given: shapes.NewSubscription) -> None:
    """Send notifications to the browser of this session; a browser has only its last user's.

    Raises ``PushOff``, ``Invalid`` and ``SessionEnded``.
    """
    if not settings.PUSH_KEY:
        raise PushOff("This server pushes no notifications.")
    _check(given)
    # Nothing else of this user subscribes, or ends the session, at the same time.
    accounts.lock(user_id)
    if not Session.objects.filter(pk=session_id, user=user_id, ended_at=None).exists():
        raise SessionEnded
    # With what still waits for its last user, which is not for the next one.
    others = Subscription.objects.exclude(session=session_id, endpoint=given.endpoint)
    others.filter(Q(session=session_id) | Q(endpoint=given.endpoint)).delete()
    made = Subscription(
        session_id=session_id,
        endpoint=given.endpoint,
        public_key=given.keys.p256dh,
        secret=given.keys.auth,
        language=given.language,
    )
    Subscription.objects.bulk_create(
        [made],
        update_conflicts=True,
        unique_fields=["endpoint"],
        update_fields=["session", "public_key", "secret", "language"],
    )


def _check(given: shapes.NewSubscription) -> None:
    if not _is_address(given.endpoint):
        raise Invalid("That is no push service.", details={"endpoint": ["An https address."]})
    try:
        rules.check_receiver(given.keys.p256dh, given.keys.auth)
    except ValueError:
        raise Invalid("These are no keys.", details={"keys": ["Those of a push subscription."]}) from None


def _is_address(url: str) -> bool:
    try:
        at = urlsplit(url)
        _ = at.port
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url
    is_secure = at.scheme == "https" or bool(settings.PUSH_NETWORKS and at.scheme == "http")
    return bool(is_plain and is_secure and at.hostname and not (at.username or at.password or at.fragment))


def unsubscribe(*, session_ids: Collection[int]) -> None:
    """Send nothing more to the browsers of these sessions."""
    Subscription.objects.filter(session__in=session_ids).delete()


@transaction.atomic
def choose(user_id: UserId, *, changed: shapes.ChangedKinds) -> None:
    """Switch kinds of notifications on or off, on all devices of the user."""
    chosen = {kind: value for kind, value in structs.asdict(changed).items() if value is not UNSET}
    Preference.objects.update_or_create(user_id=user_id, defaults=chosen)


def notify(
    user_id: UserId, *, kind: str, says: str, facts: dict[str, str], path: str, lasts: timedelta = A_DAY
) -> None:
    """Queue a notification for the user's devices in the current transaction."""
    if not settings.PUSH_KEY:
        return
    now = timezone.now()
    queued = Push.objects.bulk_create(
        Push(subscription=device, says=says, facts=facts, path=path, due_at=now, expires_at=now + lasts)
        for device in selectors.devices(user_id, kind=kind)
    )
    if queued:
        due.wake(LOOK)


def claim() -> list[Push]:
    """Return what to send now, which no other worker gets before its lease ends.

    What came too late is deleted, and so is what is for somebody who looks at the page.
    """
    now = timezone.now()
    found = Push.objects.filter(due_at__lte=now).select_related("subscription__session").order_by("due_at")
    claimed = [one for one in found[:AT_ONCE] if _claim_one(one)]
    users = {one.subscription.session.user_id for one in claimed}
    seen = {user_id for user_id in users if selectors.is_seen(user_id)}
    dropped = [one for one in claimed if one.subscription.session.user_id in seen or one.expires_at <= now]
    Push.objects.filter(pk__in=[one.pk for one in dropped]).delete()
    return [one for one in claimed if one not in dropped]


def _claim_one(push: Push) -> bool:
    is_mine = Push.objects.filter(pk=push.pk, due_at=push.due_at)
    push.attempts += 1
    return is_mine.update(due_at=timezone.now() + LEASE, attempts=push.attempts) == 1


def note_sent(push_id: UUID) -> None:
    """Forget a notification that was sent."""
    Push.objects.filter(pk=push_id).delete()


def note_gone(subscription_id: int) -> None:
    """Forget a browser that its push service no longer knows."""
    Subscription.objects.filter(pk=subscription_id).delete()


def note_failed(push: Push, *, why: str) -> None:
    """Send later what could not be sent, or give it up."""
    host = urlsplit(push.subscription.endpoint).hostname
    logger.warning("A push to %s failed at attempt %d: %s", host, push.attempts, why)
    wait = rules.wait_after(push.attempts)
    mine = Push.objects.filter(pk=push.pk, attempts=push.attempts)
    if wait is None:
        mine.delete()
    else:
        mine.update(due_at=timezone.now() + wait)
