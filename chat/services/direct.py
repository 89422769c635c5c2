"""Writes to direct messages."""

from django.db import transaction
from django.utils import timezone

from chat import events, rules, selectors
from chat.models import DirectMessage, Thread
from core import speech, words
from friends.selectors import person
from realtime.publishing import publish


@transaction.atomic
def post_direct(*, sender_id: int, friend_id: int, content: str) -> events.DirectText:
    """Send a message to a friend. Raises ``InvalidContent``, ``NotFriends``."""
    content = words.mask(speech.clean(content))
    sender = selectors.sender_to(friend_id, sender_id)
    low_id, high_id = rules.between(sender_id, friend_id)
    thread = _locked_thread(low_id, high_id)
    row = DirectMessage.objects.create(thread=thread, sender=sender, receiver_id=friend_id, content=content)
    thread.last_message, thread.last_at = row, row.created_at
    thread.save(update_fields=["last_message", "last_at"])
    text = events.DirectText(
        id=row.pk,
        content=content,
        sender=person(sender),
        to_user_id=friend_id,
        created_at=row.created_at,
        read_at=None,
    )
    publish(events.DirectMessage(between=(low_id, high_id), message=text))
    publish(events.UnreadChanged(user_id=friend_id))
    return text


def _locked_thread(low_id: int, high_id: int) -> Thread:
    """Return the conversation, locked so that its messages are published in the order of their ids."""
    threads = Thread.objects.select_for_update(no_key=True).filter(low_id=low_id, high_id=high_id)
    found = threads.first()
    if found is None:
        Thread.objects.bulk_create([Thread(low_id=low_id, high_id=high_id)], ignore_conflicts=True)
        found = threads.get()
    return found


@transaction.atomic
def mark_read(*, user_id: int, friend_id: int, up_to: int) -> None:
    """Mark the friend's messages up to this one as read. Raises ``NotFriends``."""
    selectors.check_friends(user_id, friend_id)
    unread = DirectMessage.objects.filter(
        receiver_id=user_id, sender_id=friend_id, read_at=None, pk__lte=up_to
    )
    last = unread.order_by("-pk").values_list("pk", flat=True).first()
    now = timezone.now()
    if last is None or not unread.filter(pk__lte=last).update(read_at=now):
        return
    publish(events.Read(between=rules.between(user_id, friend_id), user_id=user_id, up_to=last, read_at=now))
    publish(events.UnreadChanged(user_id=user_id))
