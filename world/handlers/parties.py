"""Party commands on the world's socket; the parties are those of matchmaking."""

from django.utils import timezone

from core.database import in_database
from core.ids import UserId
from matchmaking.invites import selectors as invite_selectors
from matchmaking.invites import services as invites
from matchmaking.parties import selectors as parties_selectors
from matchmaking.parties import services as parties
from matchmaking.parties.events import PartyChat, PartyUpdate
from world import commands, events
from world.socket import Part, WorldSocket


def _invite(*, user_id: UserId, to_user_id: UserId) -> None:
    party = parties_selectors.party_of(user_id)
    invites.create(user_id=user_id, to_user_id=to_user_id, party_id=party.id)


def _answer(accepts: bool, *, user_id: UserId, command: commands.PartyAccept) -> None:
    """Answer an invite to a party. Raises ``UnknownInvite`` and the refusals of the service."""
    invite_id = command.invite_id
    if invite_id is None and command.user_id is not None:
        pending = invite_selectors.pending_of.queryset(user_id, timezone.now())
        sent = pending.filter(from_user=command.user_id, kind="party")
        invite_id = sent.values_list("pk", flat=True).first() or 0
    invite_id = invite_selectors.find_party_invite(
        user_id=user_id, invite_id=invite_id, party_id=command.party_id
    )
    answer = invites.accept if accepts else invites.decline
    answer(user_id=user_id, invite_id=invite_id)


PARTIES = Part(
    emits_unsequenced=(
        events.PartyInvite,
        events.PartyDecline,
        PartyUpdate,
        PartyChat,
    )
)


@PARTIES.handles(commands.PartyCreate)
async def create_party(socket: WorldSocket, command: commands.PartyCreate) -> None:
    await in_database(parties.create, user_id=socket.player.user_id, open=command.open)


@PARTIES.handles(commands.PartyInvite)
async def invite(socket: WorldSocket, command: commands.PartyInvite) -> None:
    await in_database(_invite, user_id=socket.player.user_id, to_user_id=command.user_id)


@PARTIES.handles(commands.PartyAccept)
async def accept(socket: WorldSocket, command: commands.PartyAccept) -> None:
    await in_database(_answer, True, user_id=socket.player.user_id, command=command)


@PARTIES.handles(commands.PartyDecline)
async def decline(socket: WorldSocket, command: commands.PartyDecline) -> None:
    await in_database(_answer, False, user_id=socket.player.user_id, command=command)


@PARTIES.handles(commands.PartyLeave)
async def leave_party(socket: WorldSocket, command: commands.PartyLeave) -> None:
    await in_database(parties.leave, user_id=socket.player.user_id)


@PARTIES.handles(commands.PartyKick)
async def kick(socket: WorldSocket, command: commands.PartyKick) -> None:
    await in_database(parties.kick, user_id=socket.player.user_id, target_id=command.user_id)


@PARTIES.handles(commands.PartyDisband)
async def disband(socket: WorldSocket, command: commands.PartyDisband) -> None:
    await in_database(parties.disband, user_id=socket.player.user_id)


@PARTIES.handles(commands.PartyChat)
async def say_to_party(socket: WorldSocket, command: commands.PartyChat) -> None:
    await in_database(parties.say, user_id=socket.player.user_id, content=command.content)
