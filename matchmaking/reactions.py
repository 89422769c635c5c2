"""What becomes of a place in the queue when the party that has it changes."""

from matchmaking import services
from matchmaking.parties.events import PartyUpdate
from realtime.reactions import reacts_to


@reacts_to(PartyUpdate)
def take_changed_party_out(event: PartyUpdate) -> None:
    """A party waits as it was when it joined, or not at all."""
    if event.change != "ready":
        services.withdraw(party_id=event.party.id)
