"""Reads of devices, preferences and what is to be sent."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from core.ids import UserId
from core.statements import statement
from notifications.push import rules, shapes
from notifications.push.models import Preference, Push, Subscription
from realtime.membership.leased_set import users_in

SEEN = "seen"
"""The kind of the ``LeasedSet`` in which each user with a visible page has a room of their own."""
MOST_DEVICES = 20


@statement
def waiting(until: datetime) -> QuerySet[Push, UUID]:
    """Return what is due before ``until``."""
    return Push.objects.filter(due_at__lte=until).values_list("pk", flat=True)


def is_seen(user_id: UserId) -> bool:
    """Return whether the user looks at a page now; nobody does while Redis is unavailable."""
    return bool(users_in(SEEN, str(user_id)))


def devices(user_id: UserId, *, kind: str) -> QuerySet[Subscription]:
    """Return the devices that this kind of notifications is sent to, the newest first."""
    unwanted = Preference.objects.filter(**{"user": OuterRef("session__user"), kind: False})
    found = Subscription.objects.filter(~Exists(unwanted), session__user=user_id, session__ended_at=None)
    return found.order_by("-pk")[:MOST_DEVICES]


def public_key() -> str | None:
    """Return the public half of the server's key, or None if there is no key."""
    return rules.encoded(rules.point(rules.private_key(settings.PUSH_KEY))) if settings.PUSH_KEY else None


def kinds(user_id: UserId) -> shapes.Kinds:
    """Return the kinds that the user wants."""
    chosen = Preference.objects.filter(pk=user_id).first() or Preference()
    return shapes.Kinds(**{kind: getattr(chosen, kind) for kind in rules.KINDS})


def pushing(user_id: UserId, *, session_id: int) -> shapes.Pushing:
    """Return how the user is notified."""
    return shapes.Pushing(
        public_key=public_key(),
        subscribed=Subscription.objects.filter(session=session_id).exists(),
        kinds=kinds(user_id),
    )
