"""Queries about direct messages and the two who write them."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Least

from accounts.models import User
from chat import events, rules, shapes
from chat.models import DirectMessage, DirectReaction, Thread
from chat.refusals import NotFriends, UnknownMessage
from chat.selectors.lobbies import ATTENDANCE
from chat.selectors.said import LAST_MESSAGES, MESSAGE, by_message, said
from core.ids import UserId
from core.statements import statement
from friends import selectors as friends
from friends.events import Person
from realtime.membership.leased_set import users_in

PERSON = ("pk", "username", "is_premium")


def check_friends(one_id: UserId, other_id: UserId) -> None:
    """Raise ``NotFriends`` unless these two users are friends."""
    if not friends.are_friends(one_id, other_id):
        raise NotFriends


@statement
def sender(sender_id: UserId, low_id: UserId, high_id: UserId) -> QuerySet[User, Any]:
    """Return the sender of a message, as a row for :func:`person`; none unless the two are friends."""
    friendship = friends.of_pair(low_id, high_id)
    return User.objects.filter(Exists(friendship), pk=sender_id, is_active=True).values_list(*PERSON)


@statement
def direct_messages(low_id: UserId, high_id: UserId) -> QuerySet[DirectMessage, Any]:
    """Return the messages between these two users, newest first, as rows for :func:`shown_direct`."""
    return (
        DirectMessage.objects.filter(thread__low_id=low_id, thread__high_id=high_id, deleted_at=None)
        .order_by("-id")
        .values_list(*MESSAGE, "receiver_id", "read_at", named=True)
    )


@statement
def _one_direct(low_id: UserId, high_id: UserId, message_id: int) -> QuerySet[DirectMessage, Any]:
    found: QuerySet[DirectMessage, Any] = direct_messages.queryset(low_id, high_id).filter(pk=message_id)
    return found


def direct_message(user_id: UserId, friend_id: UserId, message_id: int) -> events.DirectText:
    """Return one message between these two users. Raises ``UnknownMessage``."""
    found = shown_direct(_one_direct(*rules.between(user_id, friend_id), message_id))
    if not found:
        raise UnknownMessage
    return found[0]


@statement
def _reactions(message_ids: Collection[int]) -> QuerySet[DirectReaction, Any]:
    reactions = DirectReaction.objects.filter(message_id__in=message_ids).order_by("pk")
    return reactions.values_list("message_id", "kind", "user_id")


def shown_direct(rows: Iterable[Any]) -> list[events.DirectText]:
    """Return direct messages as shown to both users."""
    found = list(rows)
    reacted = by_message(_reactions([row.id for row in found])) if found else {}
    return [
        events.DirectText(**said(row, reacted), to_user_id=row.receiver_id, read_at=row.read_at)
        for row in found
    ]


def direct_state(user_id: UserId, friend_id: UserId) -> events.DirectState:
    """Return the conversation's state for one of the two. Raises ``NotFriends``."""
    pair = rules.between(user_id, friend_id)
    two = _friends(*pair)
    if not two:
        raise NotFriends
    here = users_in(ATTENDANCE, events.direct_topic(user_id, friend_id))
    return events.DirectState(
        members=[
            events.Talker(user_id=each, username=name, is_premium=is_premium, online=each in here)
            for each, name, is_premium in two
        ],
        messages=shown_direct(direct_messages.top(LAST_MESSAGES, ["-id"])(*pair)),
        unread=unread_from(user_id, friend_id),
    )


@statement
def _friends(low_id: UserId, high_id: UserId) -> QuerySet[User, Any]:
    """The two users, the lower id first, if they are friends."""
    are_friends = Exists(friends.of_pair(low_id, high_id))
    return User.objects.filter(Q(pk=low_id) | Q(pk=high_id), are_friends).order_by("pk").values_list(*PERSON)


@statement
def threads(user_id: UserId) -> QuerySet[Thread, Any]:
    """Return the user's conversations with friends, as rows for :func:`shown_threads`."""
    unread = (
        DirectMessage.objects.filter(
            thread=OuterRef("pk"), receiver_id=user_id, read_at=None, deleted_at=None
        )
        .order_by()
        .values("thread")
        .annotate(n=Count("pk"))
        .values("n")
    )
    are_friends = Exists(friends.of_pair(OuterRef("low_id"), OuterRef("high_id")))
    return (
        Thread.objects.filter(Q(low_id=user_id) | Q(high_id=user_id), are_friends)
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
            "last_message__edited_at",
            "last_at",
            "unread",
            named=True,
        )
    )


def shown_threads(user_id: UserId, rows: Iterable[Any]) -> list[shapes.Thread]:
    """Return conversations as shown to this one of the two."""
    return [_shown_thread(user_id, row) for row in rows]


def _shown_thread(user_id: UserId, row: Any) -> shapes.Thread:
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
            edited_at=row.last_message__edited_at,
        )
    return shapes.Thread(
        user=friend,
        last_message=last,
        last_at=row.last_at,
        unread=row.unread,
        ws_url=f"/ws/chat/{friend.id}/",
    )


@statement
def _unread(user_id: UserId, friend_id: UserId) -> QuerySet[DirectMessage, int]:
    unread = DirectMessage.objects.filter(
        receiver_id=user_id, sender_id=friend_id, read_at=None, deleted_at=None
    )
    return unread.order_by().values("sender_id").annotate(n=Count("pk")).values_list("n", flat=True)


def unread_from(user_id: UserId, friend_id: UserId) -> int:
    """Return the number of this friend's messages that the user has not read."""
    return _unread.first(user_id, friend_id) or 0


@statement
def unread_by_friend(user_ids: Collection[UserId]) -> QuerySet[DirectMessage, Any]:
    """Return the number of unread messages of these users by friend: user, friend, number."""
    two = OuterRef("receiver_id"), OuterRef("sender_id")
    are_friends = Exists(friends.of_pair(Least(*two), Greatest(*two)))
    return (
        DirectMessage.objects.filter(are_friends, receiver_id__in=user_ids, read_at=None, deleted_at=None)
        .order_by()
        .values("receiver_id", "sender_id")
        .annotate(n=Count("pk"))
        .values_list("receiver_id", "sender_id", "n")
    )


@statement
def _user(user_id: UserId) -> QuerySet[User, Any]:
    return User.objects.filter(pk=user_id).values_list(*PERSON)


def person_of(user_id: UserId) -> Person | None:
    """Return a user's public identity by id, or None if the user is gone."""
    found = _user.first(user_id)
    return None if found is None else person(found)


def person(row: tuple[UserId, str, bool]) -> Person:
    """Return a user's public identity."""
    user_id, username, is_premium = row
    return Person(id=user_id, username=username, is_premium=is_premium)
