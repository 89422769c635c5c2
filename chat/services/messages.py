"""Writes to lobby messages: stored before they are published."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from chat import events, rules, selectors
from chat.models import Lobby, LobbyMessage, Membership, Report, Sanction
from chat.refusals import Muted, NotAMember
from core import speech, words
from core.ids import UserId
from core.refusals import Refusal
from core.statements import statement
from friends.events import Person
from realtime.publishing import publish, publish_for
from realtime.wire.answering import Question


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be posted in a lobby, cleaned by ``speech.clean``."""

    lobby_id: int
    sender_id: UserId
    content: str
    question: Question | None = None


def post_message(*, lobby_id: int, sender_id: UserId, content: str) -> events.Text:
    """Post a message.

    Raises ``InvalidContent``, ``UnknownLobby``, ``LobbyClosed``, ``Banned``, ``NotAMember``, ``Muted``.
    """
    (answer,) = post_messages([Post(lobby_id, sender_id, speech.clean(content))])
    if isinstance(answer, Refusal):
        raise answer
    return answer


@transaction.atomic
def post_messages(posts: Sequence[Post]) -> list[events.Text | Refusal]:
    """Post all messages with two statements; return a message or a refusal for each."""
    now = timezone.now()
    speakers = {
        (lobby_id, user_id): rest
        for lobby_id, user_id, *rest in _speakers(
            {post.lobby_id for post in posts}, {post.sender_id for post in posts}, now
        )
    }
    answers: list[events.Text | Refusal] = []
    rows: list[LobbyMessage] = []
    said: list[tuple[int, str, Person]] = []
    for number, post in enumerate(posts):
        speaker = speakers.get((post.lobby_id, post.sender_id))
        if speaker is None:
            answers.append(_why_not(post))
            continue
        lobby, name, is_premium, is_muted = speaker
        answers.append(Muted())
        if not is_muted:
            content = words.mask(post.content)
            rows.append(
                LobbyMessage(
                    lobby_id=post.lobby_id, sender_id=post.sender_id, content=content, created_at=now
                )
            )
            said.append((number, lobby, Person(id=post.sender_id, username=name, is_premium=is_premium)))
    LobbyMessage.objects.bulk_create(rows)
    for row, (number, lobby, sender) in zip(rows, said, strict=True):
        message = events.Text(id=row.pk, content=row.content, sender=sender, created_at=now)
        answers[number] = message
        publish_for(posts[number].question, events.ChatMessage(lobby=lobby, message=message))
    return answers


@statement
def _speakers(
    lobby_ids: Collection[int], user_ids: Collection[UserId], now: datetime
) -> QuerySet[Membership, Any]:
    """The members of these open lobbies among these users, each with whether they are muted."""
    muted = Sanction.objects.in_force(now).filter(
        kind=Sanction.Kind.MUTE, lobby=OuterRef("lobby"), user=OuterRef("user")
    )
    return Membership.objects.filter(
        lobby_id__in=lobby_ids, user_id__in=user_ids, lobby__status=Lobby.Status.OPEN
    ).values_list("lobby_id", "user_id", "lobby__name", "user__username", "user__is_premium", Exists(muted))


def _why_not(post: Post) -> Refusal:
    try:
        selectors.check_open(selectors.lobby(post.lobby_id))
        selectors.check_member(post.lobby_id, post.sender_id)
    except Refusal as refusal:
        return refusal
    # The user became a member after the first query.
    return NotAMember()


@transaction.atomic
def delete_message(*, actor_id: UserId | None, lobby_id: int, message_id: int) -> None:
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


@transaction.atomic
def report_message(*, reporter_id: UserId, lobby_id: int, message_id: int, reason: str = "") -> Report:
    """Report a message to the operators; repeating it returns the same report.

    Raises ``UnknownMessage``, ``NotAMember``.
    """
    selectors.check_member(lobby_id, reporter_id)
    message = selectors.message(lobby_id, message_id)
    report, _ = Report.objects.get_or_create(
        message=message, reporter_id=reporter_id, defaults={"reason": reason}
    )
    return report


def settle_report(*, report_id: int, by_id: UserId) -> None:
    """Mark a report as settled, unless it is already."""
    report = Report.objects.filter(pk=report_id, settled_at=None)
    report.update(settled_at=timezone.now(), settled_by_id=by_id)
