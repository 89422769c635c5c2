"""The personal data in parties."""

from contextlib import suppress

from core.ids import UserId
from core.personal_data import erases, exports, merges
from matchmaking.parties import selectors, services
from matchmaking.parties.events import PartyInfo
from matchmaking.parties.refusals import NotInParty


@exports("party")
def party(user_id: UserId) -> PartyInfo | None:
    """The party, while the person is in one."""
    return selectors.own(user_id)


@erases
def leave(user_id: UserId) -> None:
    """Leave the party: nobody has a deleted user in theirs."""
    with suppress(NotInParty):
        services.leave(user_id=user_id)


@merges
def leave_as_former(_: UserId, former_id: UserId) -> None:
    """Leave the former account's party."""
    leave(former_id)
