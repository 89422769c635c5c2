"""The voice channels of parties."""

from core.ids import UserId
from matchmaking.parties import selectors
from matchmaking.parties.events import PartyId, PartyUpdate, party_topic
from realtime.publishing import publish
from realtime.reactions import reacts_to
from voice.channels import Admission, admits
from voice.events import VoiceEnded


@admits("party", of=int)
def admit_to_party(user_id: UserId, party_id: int) -> Admission:
    """Admit members of the party. Raises ``NotInParty``, ``UnknownParty``."""
    own = selectors.member_of(user_id=user_id, party_id=PartyId(party_id))
    return Admission(channel=party_topic(own), size=selectors.MAX_SIZE)


@reacts_to(PartyUpdate)
def end_voice_of_gone(event: PartyUpdate) -> None:
    """End the voice of those who are no longer in the party."""
    if event.change in {"left", "kicked", "disbanded"}:
        for user_id in event.user_ids:
            publish(VoiceEnded(channel=party_topic(event.party.id), user_id=user_id))
