"""What matchmaking holds about a person."""

from contextlib import suppress
from typing import Any

from core.personal_data import erases, exports
from matchmaking import selectors, services
from matchmaking.invites import selectors as invite_selectors
from matchmaking.invites import services as invites
from matchmaking.parties import selectors as party_selectors
from matchmaking.parties import services as parties
from matchmaking.parties.events import PartyInfo
from matchmaking.parties.refusals import NotInParty
from matchmaking.shapes import Standing


@exports("queue")
def queue(user_id: int) -> Standing | None:
    """The place in a queue, while there is one."""
    return selectors.queued([user_id]).get(user_id)


@exports("queue_penalty")
def queue_penalty(user_id: int) -> dict[str, Any] | None:
    """For how often leaving matches early the person waits or has waited, and until when."""
    return selectors.penalty_of(user_id)


@exports("party")
def party(user_id: int) -> PartyInfo | None:
    """The party, while the person is in one."""
    return party_selectors.own(user_id)


@exports("invites")
def sent_and_received_invites(user_id: int) -> list[Any]:
    """Every invite that is still on record."""
    return invite_selectors.shown(invite_selectors.of_either(user_id).order_by("pk"))


@erases
def leave(user_id: int) -> None:
    """Nobody is matched with who is gone, waits for their answer, or has them in a party."""
    with suppress(NotInParty):
        parties.leave(user_id=user_id)
    services.leave(user_id=user_id)
    services.forgive(user_id=user_id)
    invites.erase(user_id=user_id)
