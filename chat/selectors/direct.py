"""Queries about direct messages and the two who write them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from chat import events, rules, shapes
from chat.models import DirectMessage, Thread
from chat.refusals import NotFriends
from chat.selectors.lobbies import ATTENDANCE, LAST_MESSAGES
from friends import selectors as friends
from friends.events import Person
from realtime.membership.leased_set import users_in
from realtime.wire import topics


def check_friends(one_id: int, other_id: int) -> None:
    """Raise ``NotFriends`` unless these two users are friends."""
    if not friends.are_friends(one_id, other_id):
        raise NotFriends


def sender_to(friend_id: int, sender_id: int) -> User:
    """Return the sender of a message to a friend. Raises ``NotFriends``."""
    friendship = friends.between(sender_id, friend_id)
    found = User.objects.filter(Exists(friendship), pk=sender_id, is_active=True).first()
    if found is None:
        raise NotFriends
    return found


def direct_messages(one_id: int, other_id: int) -> QuerySet[DirectMessage, Any]:
    """Return the messages between these two users, newest first, as rows for :func:`shown_direct`."""
    low_id, high_id = rules.between(one_id, other_id)
    return (
        DirectMessage.objects.filter(thread__low_id=low_id, thread__high_id=high_id)
        .order_by("-id")
        .values_list(
            "id",
            "content",
            "sender_id",
            "sender__username",
            "sender__is_premium",
            "receiver_id",
            "created_at",
            "read_at",
            named=True,
        )
    )


def shown_direct(rows: Iterable[Any]) -> list[events.DirectText]:
    """Return direct messages as shown to both users."""
    return [
        events.DirectText(
            id=message_id,
            content=content,
            sender=Person(id=sender_id, username=username, is_premium=is_premium),
            to_user_id=receiver_id,
            created_at=created_at,
            read_at=read_at,
        )
        for message_id, content, sender_id, username, is_premium, receiver_id, created_at, read_at in rows
    ]


def direct_state(user_id: int, friend_id: int) -> events.DirectState:
    """Return the conversation's state for one of the two. Raises ``NotFriends``."""
    check_friends(user_id, friend_id)
    here = users_in(ATTENDANCE, topics.direct(user_id, friend_id))
    return events.DirectState(
        members=[
            events.Talker(
                user_id=each.pk, username=each.username, is_premium=each.is_premium, online=each.pk in here
            )
            for each in User.objects.filter(pk__in=(user_id, friend_id)).order_by("pk")
        ],
        messages=shown_direct(direct_messages(user_id, friend_id)[:LAST_MESSAGES]),
        unread=unread_from(user_id, friend_id),
    )


def threads(user_id: int) -> QuerySet[Thread, Any]:
    """Return the user's conversations with friends, as rows for :func:`shown_threads`."""
    unread = (
        DirectMessage.objects.filter(thread=OuterRef("pk"), receiver_id=user_id, read_at=None)
        .order_by()
        .values("thread")
        .annotate(n=Count("pk"))
        .values("n")
    )
    with_friends = friends.friend_ids(user_id)
    return (
        Thread.objects.filter(
            Q(low_id=user_id, high_id__in=with_friends) | Q(high_id=user_id, low_id__in=with_friends)
        )
        .annotate(unread=Coalesce(Subquery(unread), 0))
        .values_list(
            "pk",
            "low_id",
            "low__username",
            "low__is_premium",
            "high_id",
            "high__username",
            "high__is_premium",
            "last_message_id",
            "last_message__content",
            "last_message__sender_id",
            "last_message__receiver_id",
            "last_message__created_at",
            "last_message__read_at",
            "last_at",
            "unread",
            named=True,
        )
    )


def shown_threads(user_id: int, rows: Iterable[Any]) -> list[shapes.Thread]:
    """Return conversations as shown to this one of the two."""
    return [_shown_thread(user_id, row) for row in rows]


def _shown_thread(user_id: int, row: Any) -> shapes.Thread:
    low = Person(id=row.low_id, username=row.low__username, is_premium=row.low__is_premium)
    high = Person(id=row.high_id, username=row.high__username, is_premium=row.high__is_premium)
    friend = high if row.low_id == user_id else low
    last = None
    if row.last_message_id is not None:
        last = events.DirectText(
            id=row.last_message_id,
            content=row.last_message__content,
            sender=low if row.last_message__sender_id == row.low_id else high,
            to_user_id=row.last_message__receiver_id,
            created_at=row.last_message__created_at,
            read_at=row.last_message__read_at,
        )
    return shapes.Thread(
        user=friend,
        last_message=last,
        last_at=row.last_at,
        unread=row.unread,
        ws_url=f"/ws/chat/{friend.id}/",
    )


def unread_from(user_id: int, friend_id: int) -> int:
    """Return the number of this friend's messages that the user has not read."""
    return DirectMessage.objects.filter(receiver_id=user_id, sender_id=friend_id, read_at=None).count()


def unread_counts_of(user_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Return the unread messages of each of these users who has any, by friend."""
    rows = (
        DirectMessage.objects.filter(receiver_id__in=user_ids, read_at=None)
        .order_by()
        .values("receiver_id", "sender_id")
        .annotate(n=Count("pk"))
        .values_list("receiver_id", "sender_id", "n")
    )
    counts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for receiver, sender, n in rows:
        counts[receiver][sender] = n
    if not counts:
        return {}
    with_friends = friends.friend_ids_of(counts)
    return {
        receiver: {sender: n for sender, n in of_each.items() if sender in with_friends.get(receiver, ())}
        for receiver, of_each in counts.items()
    }


def person_of(user_id: int) -> Person | None:
    """Return a user's public identity by id, or None if the user is gone."""
    found = User.objects.filter(pk=user_id).values_list("id", "username", "is_premium").first()
    if found is None:
        return None
    user_id, username, is_premium = found
    return Person(id=user_id, username=username, is_premium=is_premium)
