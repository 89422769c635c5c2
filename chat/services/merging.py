"""Conversations, lobbies, sanctions and reports of a user who takes over a former account."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from chat.events import LobbyId
from chat.models import DirectMessage, Lobby, Membership, Report, Sanction, Thread
from chat.services.lobbies import leave_every_lobby, locked, publish_update
from core.ids import UserId


@transaction.atomic
def take_over(*, kept_id: UserId, former_id: UserId) -> None:
    """Move conversations, places in open lobbies, sanctions and reports.

    Of two sanctions of a kind in a lobby the longer holds. Messages in lobbies stay under the former name.
    """
    for thread in Thread.objects.filter(Q(low=former_id) | Q(high=former_id)).order_by("pk"):
        _move_thread(thread, kept_id, former_id)
    for sanction in Sanction.objects.filter(user=former_id).order_by("pk"):
        _move_sanction(sanction, kept_id)
    places = Membership.objects.filter(user=former_id, lobby__status=Lobby.Status.OPEN)
    for lobby_id in places.order_by("lobby_id").values_list("lobby_id", flat=True):
        _move_place(lobby_id, kept_id, former_id)
    leave_every_lobby(user_id=former_id)
    concerned = Q(about=former_id) | Q(reporter=former_id) | Q(other=former_id)
    for report in Report.objects.filter(concerned).order_by("pk"):
        _move_report(report, kept_id, former_id)


def _move_thread(thread: Thread, kept_id: UserId, former_id: UserId) -> None:
    other_id = thread.high_id if thread.low_id == former_id else thread.low_id
    if other_id == kept_id:
        thread.delete()
        return
    low_id, high_id = sorted((kept_id, other_id))
    target, _ = Thread.objects.get_or_create(
        low_id=low_id,
        high_id=high_id,
        defaults={"last_message": thread.last_message, "last_at": thread.last_at},
    )
    messages = DirectMessage.objects.filter(thread=thread)
    messages.filter(sender=former_id).update(sender=kept_id, thread=target)
    messages.filter(receiver=former_id).update(receiver=kept_id, thread=target)
    if thread.last_at > target.last_at:
        target.last_message, target.last_at = thread.last_message, thread.last_at
        target.save(update_fields=["last_message", "last_at"])
    thread.delete()


def _move_sanction(sanction: Sanction, kept_id: UserId) -> None:
    own = Sanction.objects.filter(lobby=sanction.lobby_id, user=kept_id, kind=sanction.kind).first()
    if own is None or _ends(own) < _ends(sanction):
        if own is not None:
            own.delete()
        sanction.user_id = kept_id
        sanction.save(update_fields=["user"])


def _ends(sanction: Sanction) -> float:
    until: datetime | None = sanction.until
    return float("inf") if until is None else until.timestamp()


def _move_report(report: Report, kept_id: UserId, former_id: UserId) -> None:
    """Move a report or flag, or delete it if both accounts have made it, or one about the other.

    A flag about both of them stays, about one.
    """
    if report.about_id == former_id:
        report.about_id = kept_id
    if report.reporter_id == former_id:
        report.reporter_id = kept_id
    if report.other_id == former_id:
        report.other_id = kept_id
    if report.other_id == report.about_id:
        report.other_id = None
    if report.about_id == report.reporter_id:
        report.delete()
        return
    try:
        with transaction.atomic():
            report.save(update_fields=["about", "reporter", "other"])
    except IntegrityError:
        report.delete()


def _move_place(lobby_id: LobbyId, kept_id: UserId, former_id: UserId) -> None:
    lobby = locked(lobby_id)
    sanctions = Sanction.objects.in_force().filter(lobby=lobby, user=kept_id, kind=Sanction.Kind.BAN)
    place = Membership.objects.get(lobby=lobby, user=former_id)
    if sanctions.exists():
        return
    own = Membership.objects.filter(lobby=lobby, user=kept_id).first()
    if own is not None:
        own.delete()
        if own.role == Membership.Role.OWNER or place.role == Membership.Role.MEMBER:
            place.role = own.role
    place.user_id = kept_id
    place.save(update_fields=["user", "role"])
    if place.role == Membership.Role.OWNER:
        Lobby.objects.filter(pk=lobby.pk).update(owner=kept_id)
    publish_update(lobby, user_id=kept_id, gone_id=former_id)
