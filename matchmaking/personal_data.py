"""Export and erasure of a person's matchmaking data."""

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


@exports("queue")
def queue(user_id: int) -> dict[str, Any] | None:
    """Return the person's place in a queue, if any."""
    return selectors.queued([user_id]).get(user_id)


@exports("queue_penalty")
def queue_penalty(user_id: int) -> dict[str, Any] | None:
    """Return the person's penalty for leaving matches early, and when it ends."""
    return selectors.penalty_of(user_id)


@exports("party")
def party(user_id: int) -> PartyInfo | None:
    """Return the person's party, if any."""
    return party_selectors.own(user_id)


@exports("invites")
def sent_and_received_invites(user_id: int) -> list[Any]:
    """Return every stored invite of the person."""
    return invite_selectors.shown(invite_selectors.of_either(user_id).order_by("pk"))


@erases
def leave(user_id: int) -> None:
    """Remove the person from the queue, from invites and from their party."""
    with suppress(NotInParty):
        parties.leave(user_id=user_id)
    services.leave(user_id=user_id)
    services.clear_penalty(user_id=user_id)
    invites.erase(user_id=user_id)
