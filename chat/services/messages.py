"""Writes to lobby messages: stored before they are published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from chat import events, rules, selectors
from chat.events import LobbyId
from chat.models import (
    DirectMessage,
    DirectReaction,
    Lobby,
    LobbyMessage,
    LobbyReaction,
    Membership,
    Sanction,
)
from chat.refusals import Muted, NotAMember, NotYours, SlowMode, TooLate, TooManyReactions, UnknownMessage
from chat.services.lobbies import locked, publish_update
from core import speech, words
from core.ids import UserId
from core.refusals import Refusal
from core.statements import Update, statement
from friends import selectors as friends
from friends.events import Person
from realtime.publishing import publish, publish_for
from realtime.wire.answering import Question


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be posted in a lobby, cleaned by ``speech.clean``; ``reply_to`` is what it answers."""

    lobby_id: LobbyId
    sender_id: UserId
    content: str
    question: Question | None = None
    reply_to: int | None = None


class _Speaker(NamedTuple):
    """A member of an open lobby who posts a message."""

    lobby: str
    title: str
    slow_mode_s: int
    username: str
    is_premium: bool
    role: str
    is_muted: bool


def post_message(
    *, lobby_id: LobbyId, sender_id: UserId, content: str, reply_to: int | None = None
) -> events.Text:
    """Post a message.

    Raises ``InvalidContent``, ``UnknownLobby``, ``LobbyClosed``, ``Banned``, ``NotAMember``, ``Muted``,
    ``SlowMode``, and ``UnknownMessage`` if it answers one that is not there.
    """
    (answer,) = post_messages([Post(lobby_id, sender_id, speech.clean(content), reply_to=reply_to)])
    if isinstance(answer, Refusal):
        raise answer
    return answer


@transaction.atomic
def post_messages(posts: Sequence[Post]) -> list[events.Text | Refusal]:
    """Post all messages with two statements, or four with replies and mentions.

    Return a message or a refusal for each.
    """
    now = timezone.now()
    contents = [words.mask(post.content) for post in posts]
    speakers = {
        (lobby_id, user_id): _Speaker(*rest)
        for lobby_id, user_id, *rest in _speakers(
            {post.lobby_id for post in posts}, {post.sender_id for post in posts}, now
        )
    }
    quotes = _quotes(posts)
    mentions = _mentions(posts, contents)
    # Turns in slow mode lock members: in one order, so that two workers never wait for each other.
    in_order = sorted(range(len(posts)), key=lambda number: (posts[number].lobby_id, posts[number].sender_id))
    answers: dict[int, events.Text | Refusal] = {
        number: refusal
        for number in in_order
        if (refusal := _refusal(posts[number], speakers, quotes, now)) is not None
    }
    rows = {
        number: LobbyMessage(
            lobby_id=post.lobby_id,
            sender_id=post.sender_id,
            content=contents[number],
            created_at=now,
            reply_to_id=post.reply_to,
            mentions=mentions.get(number, []),
        )
        for number, post in enumerate(posts)
        if number not in answers
    }
    LobbyMessage.objects.bulk_create(rows.values())
    for number, row in rows.items():
        speaker = speakers[row.lobby_id, row.sender_id]
        message = events.Text(
            id=row.pk,
            content=row.content,
            sender=Person(id=row.sender_id, username=speaker.username, is_premium=speaker.is_premium),
            created_at=now,
            reply_to=None if row.reply_to_id is None else quotes[row.lobby_id, row.reply_to_id],
            mentions=row.mentions,
        )
        answers[number] = message
        publish_for(posts[number].question, events.ChatMessage(lobby=speaker.lobby, message=message))
        _tell_mentioned(row.lobby_id, speaker.title, message)
    return [answers[number] for number in range(len(posts))]


def _refusal(
    post: Post,
    speakers: Mapping[tuple[LobbyId, UserId], _Speaker],
    quotes: Mapping[tuple[LobbyId, int], events.Quote],
    now: datetime,
) -> Refusal | None:
    speaker = speakers.get((post.lobby_id, post.sender_id))
    if speaker is None:
        return _why_not(post)
    if speaker.is_muted:
        return Muted()
    if post.reply_to is not None and (post.lobby_id, post.reply_to) not in quotes:
        return UnknownMessage()
    if speaker.slow_mode_s and speaker.role == Membership.Role.MEMBER:
        return _slowed(post, speaker.slow_mode_s, now)
    return None


def _slowed(post: Post, slow_mode_s: int, now: datetime) -> SlowMode | None:
    """Take the member's turn to write in slow mode, or return when the next one is."""
    if _take_turn.count(post.lobby_id, post.sender_id, now, now - timedelta(seconds=slow_mode_s)):
        return None
    wrote_at = _wrote_at.first(post.lobby_id, post.sender_id) or now
    wait_s = (wrote_at - now).total_seconds() + slow_mode_s
    return SlowMode(f"Write again in {ceil(wait_s)} s.", retry_after=round(max(wait_s, 0.0), 3))


@statement
def _take_turn(lobby_id: LobbyId, user_id: UserId, now: datetime, before: datetime) -> Update:
    member = Membership.objects.filter(lobby_id=lobby_id, user_id=user_id)
    return Update(member.filter(Q(wrote_at=None) | Q(wrote_at__lte=before)), wrote_at=now)


@statement
def _wrote_at(lobby_id: LobbyId, user_id: UserId) -> QuerySet[Membership, Any]:
    return Membership.objects.filter(lobby_id=lobby_id, user_id=user_id).values_list("wrote_at", flat=True)


def _quotes(posts: Sequence[Post]) -> dict[tuple[LobbyId, int], events.Quote]:
    """Return the messages that these answer, by lobby and id."""
    answered = {post.reply_to for post in posts if post.reply_to is not None}
    if not answered:
        return {}
    return {
        (lobby_id, message_id): selectors.quote(message_id, username, content)
        for lobby_id, message_id, username, content in selectors.quotes(
            {post.lobby_id for post in posts}, answered
        )
    }


def _mentions(posts: Sequence[Post], contents: Sequence[str]) -> dict[int, list[UserId]]:
    """Return the members whom each message names, by the number of the message."""
    named = {number: names for number, content in enumerate(contents) if (names := rules.mentioned(content))}
    if not named:
        return {}
    ids = {
        (lobby_id, username): user_id
        for lobby_id, username, user_id in selectors.mentioned(
            {posts[number].lobby_id for number in named}, {name for names in named.values() for name in names}
        )
    }
    return {
        number: [ids[place] for name in names if (place := (posts[number].lobby_id, name)) in ids]
        for number, names in named.items()
    }


def _tell_mentioned(lobby_id: LobbyId, title: str, message: events.Text) -> None:
    others = {user_id for user_id in message.mentions if user_id != message.sender.id}
    if not others:
        return
    apart = friends.blocks_among([message.sender.id, *others])
    for user_id in sorted(others):
        if not apart & {(user_id, message.sender.id), (message.sender.id, user_id)}:
            publish(events.Mention(user_id=user_id, lobby_id=lobby_id, title=title, message=message))


@statement
def _speakers(
    lobby_ids: Collection[LobbyId], user_ids: Collection[UserId], now: datetime
) -> QuerySet[Membership, Any]:
    """The members of these open lobbies among these users: lobby id, user id, and a ``_Speaker``."""
    muted = Sanction.objects.in_force(now).filter(
        kind=Sanction.Kind.MUTE, lobby=OuterRef("lobby"), user=OuterRef("user")
    )
    return Membership.objects.filter(
        lobby_id__in=lobby_ids, user_id__in=user_ids, lobby__status=Lobby.Status.OPEN
    ).values_list(
        "lobby_id",
        "user_id",
        "lobby__name",
        Coalesce(NullIf("lobby__title", Value("")), "lobby__name"),
        "lobby__slow_mode_s",
        "user__username",
        "user__is_premium",
        "role",
        Exists(muted),
    )


def _why_not(post: Post) -> Refusal:
    try:
        selectors.check_open(selectors.lobby(post.lobby_id))
        selectors.check_member(post.lobby_id, post.sender_id)
    except Refusal as refusal:
        return refusal
    # The user became a member after the first query.
    return NotAMember()


@transaction.atomic
def edit_message(*, actor_id: UserId, lobby_id: LobbyId, message_id: int, content: str) -> events.Text:
    """Change the text of one's own message, within ``CHANGEABLE_FOR``; it names nobody anew.

    Raises ``InvalidContent``, ``UnknownMessage``, ``NotAMember``, ``Muted``, ``NotYours``, ``TooLate``.
    """
    content = words.mask(speech.clean(content))
    selectors.check_member(lobby_id, actor_id)
    now = timezone.now()
    if (
        Sanction.objects.in_force(now)
        .filter(lobby_id=lobby_id, user_id=actor_id, kind=Sanction.Kind.MUTE)
        .exists()
    ):
        raise Muted
    check_changeable(selectors.message(lobby_id, message_id), actor_id=actor_id, now=now)
    standing = LobbyMessage.objects.filter(pk=message_id, deleted_at=None)
    standing.update(content=content, edited_at=now)
    text = selectors.shown_message(lobby_id, message_id)
    if text is None:
        raise UnknownMessage
    lobby = selectors.lobby(lobby_id)
    publish(events.MessageEdited(lobby=lobby.name, message=text))
    if lobby.pinned_id == message_id:
        publish_update(lobby)
    return text


def check_changeable(message: LobbyMessage | DirectMessage, *, actor_id: UserId, now: datetime) -> None:
    """Raise ``NotYours`` or ``TooLate`` unless the user may still change this message of theirs."""
    if message.sender_id != actor_id:
        raise NotYours
    if now - message.created_at > rules.CHANGEABLE_FOR:
        raise TooLate


@transaction.atomic
def react(*, user_id: UserId, lobby_id: LobbyId, message_id: int, kind: str, is_on: bool) -> None:
    """Add a reaction to a message, or take it back; repeating it changes nothing.

    Raises ``UnknownMessage``, ``NotAMember``, ``TooManyReactions``.
    """
    selectors.check_member(lobby_id, user_id)
    # Locked, so that reactions made at once are counted, and published in one order.
    if _lock_message.first(lobby_id, message_id) is None:
        raise UnknownMessage
    if change_reaction(LobbyReaction, user_id=user_id, message_id=message_id, kind=kind, is_on=is_on):
        reacted = events.Reacted(id=message_id, kind=kind, user_id=user_id, is_on=is_on)
        publish(events.Reaction(lobby=selectors.lobby(lobby_id).name, reaction=reacted))


@statement
def _lock_message(lobby_id: LobbyId, message_id: int) -> QuerySet[LobbyMessage, Any]:
    found = LobbyMessage.objects.filter(lobby_id=lobby_id, pk=message_id, deleted_at=None)
    return found.select_for_update(no_key=True).values_list("pk", flat=True)


def change_reaction(
    model: type[LobbyReaction | DirectReaction], *, user_id: UserId, message_id: int, kind: str, is_on: bool
) -> bool:
    """Add or remove a reaction to a locked message; return whether that changed anything."""
    reactions: Any = model._default_manager.filter(message_id=message_id)
    if not is_on:
        return bool(reactions.filter(user_id=user_id, kind=kind).delete()[0])
    if reactions.count() >= rules.MAX_REACTIONS:
        raise TooManyReactions
    _, is_new = reactions.get_or_create(message_id=message_id, user_id=user_id, kind=kind)
    return bool(is_new)


@transaction.atomic
def pin_message(*, actor_id: UserId, lobby_id: LobbyId, message_id: int | None) -> None:
    """Pin a message for all to see, in place of another, or none. For the owner and moderators.

    Raises ``UnknownMessage``, ``NotAMember``, ``MayNotActOn``.
    """
    lobby = locked(lobby_id)
    rules.check_may_act_on(selectors.check_member(lobby_id, actor_id), Membership.Role.MEMBER)
    if message_id is not None:
        selectors.message(lobby_id, message_id)
    if lobby.pinned_id != message_id:
        lobby.pinned_id = message_id
        lobby.save(update_fields=["pinned"])
        publish_update(lobby)


def read_lobby(*, user_id: UserId, lobby_id: LobbyId, up_to: int | None = None) -> None:
    """Mark a lobby's messages up to this one, or all, as read. Raises ``NotAMember``."""
    latest = _latest.first(lobby_id) or 0
    # Never beyond the latest, or the messages to come would count as read.
    if not _read.count(lobby_id, user_id, latest if up_to is None else min(up_to, latest)):
        selectors.check_member(lobby_id, user_id)


@statement
def _latest(lobby_id: LobbyId) -> QuerySet[LobbyMessage, int]:
    return LobbyMessage.objects.filter(lobby_id=lobby_id).order_by("-pk").values_list("pk", flat=True)[:1]


@statement
def _read(lobby_id: LobbyId, user_id: UserId, up_to: int) -> Update:
    behind = Membership.objects.filter(lobby_id=lobby_id, user_id=user_id, read_up_to__lt=up_to)
    return Update(behind, read_up_to=up_to)


@transaction.atomic
def delete_message(*, actor_id: UserId | None, lobby_id: LobbyId, message_id: int) -> None:
    """Delete a message: one's own, or as a moderator that of a lower rank.

    Without an actor on behalf of the operators. Raises ``UnknownMessage``, ``NotAMember``, ``MayNotActOn``.
    """
    message = selectors.message(lobby_id, message_id)
    lobby = selectors.lobby(lobby_id)
    if actor_id is not None:
        actor_role = selectors.check_member(lobby_id, actor_id)
        if message.sender_id != actor_id:
            author_role = selectors.role(lobby_id, message.sender_id) or Membership.Role.MEMBER
            rules.check_may_act_on(actor_role, author_role)
    standing = LobbyMessage.objects.filter(pk=message_id, deleted_at=None)
    is_new = standing.update(deleted_at=timezone.now(), deleted_by_id=actor_id)
    # A closed lobby has no listeners, and its name may belong to another by now.
    if is_new and lobby.status == Lobby.Status.OPEN:
        publish(events.MessageDeleted(lobby=lobby.name, id=message_id))
        if Lobby.objects.filter(pk=lobby_id, pinned_id=message_id).update(pinned=None):
            lobby.pinned_id = None
            publish_update(lobby)
