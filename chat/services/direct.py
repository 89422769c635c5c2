"""Writes to direct messages."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from chat import events, rules, selectors
from chat.models import DirectMessage, DirectReaction, Thread
from chat.refusals import NotFriends, UnknownMessage
from chat.services.messages import change_reaction, check_changeable
from core import speech, words
from core.ids import UserId
from core.statements import Insert, Update, statement, together
from realtime.publishing import publish


@transaction.atomic
def post_direct(
    *, sender_id: UserId, friend_id: UserId, content: str, reply_to: int | None = None
) -> events.DirectText:
    """Send a message to a friend.

    Raises ``InvalidContent``, ``NotFriends``, and ``UnknownMessage`` if it answers one that is not there.
    """
    content = words.mask(speech.clean(content))
    low_id, high_id = rules.between(sender_id, friend_id)
    senders, threads = together(
        selectors.sender.bound(sender_id, low_id, high_id), _locked_thread.bound(low_id, high_id)
    )
    if not senders:
        raise NotFriends
    sender = selectors.person(senders[0])
    thread_id = threads[0] if threads else _make_thread(low_id, high_id)[0][0]
    quoted = None if reply_to is None else _quote(sender_id, friend_id, reply_to)
    ((message_id, created_at),) = _store(thread_id, sender_id, friend_id, content, reply_to)
    _set_last.later(thread_id, message_id, created_at)
    text = events.DirectText(
        id=message_id,
        content=content,
        sender=sender,
        to_user_id=friend_id,
        created_at=created_at,
        read_at=None,
        reply_to=quoted,
    )
    publish(events.DirectMessage(between=(low_id, high_id), message=text))
    publish(events.UnreadChanged(user_id=friend_id))
    return text


@statement
def _locked_thread(low_id: UserId, high_id: UserId) -> QuerySet[Thread, int]:
    threads = Thread.objects.select_for_update(no_key=True).filter(low_id=low_id, high_id=high_id)
    return threads.values_list("pk", flat=True)


@statement
def _make_thread(low_id: UserId, high_id: UserId) -> Insert:
    # The update changes nothing, and locks the conversation that another transaction has just begun.
    unchanged = {"last_at": F("last_at")}
    return Insert(
        Thread, low=low_id, high=high_id, conflict=("low", "high"), update=unchanged, returning=("id",)
    )


def _lock_thread(low_id: UserId, high_id: UserId) -> int:
    """Lock the conversation, so that its messages are published in the order of their ids; return its id."""
    found: int | None = _locked_thread.first(low_id, high_id)
    return found if found is not None else _make_thread(low_id, high_id)[0][0]


def _quote(one_id: UserId, other_id: UserId, message_id: int) -> events.Quote:
    found = selectors.direct_message(one_id, other_id, message_id)
    return selectors.quote(message_id, found.sender.username, found.content)


@statement
def _store(
    thread_id: int, sender_id: UserId, friend_id: UserId, content: str, reply_to: int | None
) -> Insert:
    return Insert(
        DirectMessage,
        thread=thread_id,
        sender=sender_id,
        receiver=friend_id,
        content=content,
        reply_to=reply_to,
        returning=("id", "created_at"),
    )


@statement
def _set_last(thread_id: int, message_id: int, at: datetime) -> Update:
    return Update(Thread.objects.filter(pk=thread_id), last_message=message_id, last_at=at)


@transaction.atomic
def edit_direct(*, sender_id: UserId, friend_id: UserId, message_id: int, content: str) -> events.DirectText:
    """Change the text of one's own message to a friend, within ``CHANGEABLE_FOR``.

    Raises ``InvalidContent``, ``NotFriends``, ``UnknownMessage``, ``NotYours``, ``TooLate``.
    """
    content = words.mask(speech.clean(content))
    now = timezone.now()
    message = _changeable(sender_id, friend_id, message_id, now)
    message.content, message.edited_at = content, now
    message.save(update_fields=["content", "edited_at"])
    text = selectors.direct_message(sender_id, friend_id, message_id)
    publish(events.DirectEdited(between=rules.between(sender_id, friend_id), message=text))
    return text


@transaction.atomic
def delete_direct(*, sender_id: UserId, friend_id: UserId, message_id: int) -> None:
    """Delete one's own message to a friend, within ``CHANGEABLE_FOR``.

    Raises ``NotFriends``, ``UnknownMessage``, ``NotYours``, ``TooLate``.
    """
    now = timezone.now()
    message = _changeable(sender_id, friend_id, message_id, now)
    message.deleted_at = now
    message.save(update_fields=["deleted_at"])
    left = DirectMessage.objects.filter(thread=message.thread_id, deleted_at=None).order_by("-pk")
    Thread.objects.filter(pk=message.thread_id).update(last_message=left.first())
    publish(events.DirectDeleted(between=rules.between(sender_id, friend_id), id=message_id))
    publish(events.UnreadChanged(user_id=friend_id))


def _changeable(sender_id: UserId, friend_id: UserId, message_id: int, now: datetime) -> DirectMessage:
    """Return the user's own message to a friend, with the conversation locked."""
    selectors.check_friends(sender_id, friend_id)
    thread_id = _lock_thread(*rules.between(sender_id, friend_id))
    message = DirectMessage.objects.filter(thread=thread_id, pk=message_id, deleted_at=None).first()
    if message is None:
        raise UnknownMessage
    check_changeable(message, actor_id=sender_id, now=now)
    return message


@transaction.atomic
def react_to_direct(*, user_id: UserId, friend_id: UserId, message_id: int, kind: str, is_on: bool) -> None:
    """Add a reaction to a message between friends, or take it back; repeating it changes nothing.

    Raises ``NotFriends``, ``UnknownMessage``.
    """
    selectors.check_friends(user_id, friend_id)
    pair = rules.between(user_id, friend_id)
    thread_id = _lock_thread(*pair)
    if not DirectMessage.objects.filter(thread=thread_id, pk=message_id, deleted_at=None).exists():
        raise UnknownMessage
    if change_reaction(DirectReaction, user_id=user_id, message_id=message_id, kind=kind, is_on=is_on):
        reacted = events.Reacted(id=message_id, kind=kind, user_id=user_id, is_on=is_on)
        publish(events.DirectReaction(between=pair, reaction=reacted))


@transaction.atomic
def mark_read(*, user_id: UserId, friend_id: UserId, up_to: int) -> None:
    """Mark the friend's messages up to this one as read. Raises ``NotFriends``."""
    selectors.check_friends(user_id, friend_id)
    last = _last_unread.first(user_id, friend_id, up_to)
    now = timezone.now()
    if last is None or not _mark_read.count(user_id, friend_id, last, now):
        return
    publish(events.Read(between=rules.between(user_id, friend_id), user_id=user_id, up_to=last, read_at=now))
    publish(events.UnreadChanged(user_id=user_id))


def _unread(user_id: UserId, friend_id: UserId, up_to: int) -> QuerySet[DirectMessage]:
    return DirectMessage.objects.filter(receiver=user_id, sender=friend_id, read_at=None, pk__lte=up_to)


@statement
def _last_unread(user_id: UserId, friend_id: UserId, up_to: int) -> QuerySet[DirectMessage, int]:
    return _unread(user_id, friend_id, up_to).order_by("-pk").values_list("pk", flat=True)[:1]


@statement
def _mark_read(user_id: UserId, friend_id: UserId, up_to: int, now: datetime) -> Update:
    return Update(_unread(user_id, friend_id, up_to), read_at=now)
