"""Moderation of lobbies. Nobody may act on the owner, nor a moderator on another."""

from datetime import datetime, timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from chat import events, rules, selectors
from chat.events import LobbyId
from chat.models import Lobby, Membership, Sanction
from chat.refusals import UnknownMember
from chat.services.lobbies import locked, publish_update
from core.ids import UserId
from core.refusals import Invalid
from realtime.publishing import publish

MUTED_FOR = timedelta(minutes=10)

Role = Membership.Role


@transaction.atomic
def kick(*, actor_id: UserId, lobby_id: LobbyId, user_id: UserId, reason: str = "") -> None:
    """Remove a member, who may rejoin. Raises ``UnknownMember``, ``MayNotActOn``."""
    lobby = locked(lobby_id)
    member = _target(lobby, actor_id, user_id)
    name = member.user.username
    member.delete()
    _record(actor_id, lobby, member.user, "kicked from", reason)
    publish(
        events.ModerationKick(
            lobby=lobby.name, target_id=user_id, target_username=name, reason=reason, by_id=actor_id
        )
    )


@transaction.atomic
def ban(
    *,
    actor_id: UserId | None,
    lobby_id: LobbyId,
    user_id: UserId,
    reason: str = "",
    until: datetime | None = None,
) -> None:
    """Remove a user, member or not, and keep them out until ``until``, or permanently.

    Without an actor on behalf of the operators, who cannot ban an owner either. Raises ``NotFound`` for an
    unknown user, ``MayNotActOn``, ``Invalid``.
    """
    _check_is_to_come(until)
    lobby = locked(lobby_id)
    own_role = Role.OWNER if actor_id is None else selectors.check_member(lobby.pk, actor_id)
    rules.check_may_act_on(own_role, selectors.role(lobby.pk, user_id) or Role.MEMBER)
    target = accounts.by_id(user_id)
    lobby.memberships.filter(user_id=user_id).delete()
    _sanction(lobby, Sanction.Kind.BAN, actor_id, user_id, reason, until)
    _record(actor_id, lobby, target, "banned from", reason, until)
    publish(
        events.ModerationBan(
            lobby=lobby.name,
            target_id=user_id,
            target_username=target.username,
            reason=reason,
            by_id=actor_id,
            until=until,
        )
    )


@transaction.atomic
def unban(*, actor_id: UserId, lobby_id: LobbyId, user_id: UserId) -> None:
    """Lift a ban; does nothing without one. Raises ``MayNotActOn``."""
    lobby = locked(lobby_id)
    rules.check_may_act_on(selectors.check_member(lobby.pk, actor_id), Role.MEMBER)
    if _lift(lobby, Sanction.Kind.BAN, user_id):
        _record(actor_id, lobby, accounts.by_id(user_id), "let back into")


@transaction.atomic
def mute(
    *, actor_id: UserId, lobby_id: LobbyId, user_id: UserId, reason: str = "", until: datetime | None = None
) -> None:
    """Mute a member until ``until``, by default for ten minutes.

    Raises ``UnknownMember``, ``MayNotActOn``, ``Invalid``.
    """
    until = until or timezone.now() + MUTED_FOR
    _check_is_to_come(until)
    lobby = locked(lobby_id)
    member = _target(lobby, actor_id, user_id)
    _sanction(lobby, Sanction.Kind.MUTE, actor_id, user_id, reason, until)
    _record(actor_id, lobby, member.user, "muted in", reason, until)
    _tell_of_mute(lobby, actor_id, member, reason, until)


@transaction.atomic
def unmute(*, actor_id: UserId, lobby_id: LobbyId, user_id: UserId) -> None:
    """Lift a mute; does nothing without one. Raises ``UnknownMember``, ``MayNotActOn``."""
    lobby = locked(lobby_id)
    member = _target(lobby, actor_id, user_id)
    if _lift(lobby, Sanction.Kind.MUTE, user_id):
        _record(actor_id, lobby, member.user, "no longer muted in")
        _tell_of_mute(lobby, actor_id, member, "", None)


@transaction.atomic
def appoint(*, actor_id: UserId, lobby_id: LobbyId, user_id: UserId) -> None:
    """Make a member a moderator. Raises ``OwnerOnly``, ``UnknownMember``, ``MayNotActOn``."""
    _change_role(actor_id, lobby_id, user_id, Role.MODERATOR)


@transaction.atomic
def dismiss(*, actor_id: UserId, lobby_id: LobbyId, user_id: UserId) -> None:
    """Make a moderator an ordinary member. Raises as ``appoint``."""
    _change_role(actor_id, lobby_id, user_id, Role.MEMBER)


def _change_role(actor_id: UserId, lobby_id: LobbyId, user_id: UserId, role: Membership.Role) -> None:
    lobby = locked(lobby_id)
    selectors.check_owner(lobby.pk, actor_id)
    member = _target(lobby, actor_id, user_id)
    if member.role != role:
        member.role = role
        member.save(update_fields=["role"])
        made = "made a moderator of" if role == Role.MODERATOR else "no longer a moderator of"
        _record(actor_id, lobby, member.user, made)
        publish_update(lobby, user_id=user_id)


def _record(
    actor_id: UserId | None,
    lobby: Lobby,
    target: User,
    what: str,
    reason: str = "",
    until: datetime | None = None,
) -> None:
    """Add an entry to the audit trail; the admin records operators' own actions.

    The entry is about the target, so that it is exported with the account and anonymised with it.
    """
    if actor_id is None:
        return
    text = f"{what} the lobby {lobby.name}"
    if until is not None:
        text = f"{text} until {until:%Y-%m-%d %H:%M} UTC"
    text = f"{text[0].upper()}{text[1:]}{reason and f': {reason}'}"
    LogEntry.objects.log_actions(actor_id, [target], CHANGE, text)


def _target(lobby: Lobby, actor_id: UserId, user_id: UserId) -> Membership:
    """Return the member to act on, if the actor may. Raises ``UnknownMember``, ``MayNotActOn``."""
    actor_role = selectors.check_member(lobby.pk, actor_id)
    rules.check_may_act_on(actor_role, Role.MEMBER)
    member = lobby.memberships.select_related("user").filter(user_id=user_id).first()
    if member is None:
        raise UnknownMember
    rules.check_may_act_on(actor_role, member.role)
    return member


def _sanction(
    lobby: Lobby,
    kind: Sanction.Kind,
    actor_id: UserId | None,
    user_id: UserId,
    reason: str,
    until: datetime | None,
) -> None:
    Sanction.objects.update_or_create(
        lobby=lobby,
        user_id=user_id,
        kind=kind,
        defaults={"by_id": actor_id, "reason": reason, "until": until, "created_at": timezone.now()},
    )


def _lift(lobby: Lobby, kind: Sanction.Kind, user_id: UserId) -> bool:
    held = Sanction.objects.in_force().filter(lobby=lobby, user_id=user_id, kind=kind).exists()
    Sanction.objects.filter(lobby=lobby, user_id=user_id, kind=kind).delete()
    return held


@transaction.atomic
def lift(*, sanction_id: int) -> None:
    """End a ban or mute on behalf of the operators."""
    sanction = Sanction.objects.select_related("lobby", "user").filter(pk=sanction_id).first()
    if sanction is None:
        return
    sanction.delete()
    if sanction.lobby.status != Lobby.Status.OPEN:
        return
    member = sanction.lobby.memberships.select_related("user").filter(user=sanction.user_id).first()
    if sanction.kind == Sanction.Kind.MUTE and member is not None:
        _tell_of_mute(sanction.lobby, None, member, "", None)


def _tell_of_mute(
    lobby: Lobby, actor_id: UserId | None, member: Membership, reason: str, until: datetime | None
) -> None:
    publish(
        events.ModerationMute(
            lobby=lobby.name,
            target_id=member.user_id,
            target_username=member.user.username,
            reason=reason,
            by_id=actor_id,
            until=until,
        )
    )


def _check_is_to_come(until: datetime | None) -> None:
    if until is not None and until <= timezone.now():
        raise Invalid("This time is past.", details={"until": ["A time to come."]})
