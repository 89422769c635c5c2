"""What becomes of a fight when one of the two goes away."""

from realtime.reactions import reacts_to
from world.combat import services
from world.events import CharacterLeftArea


@reacts_to(CharacterLeftArea)
def flee(event: CharacterLeftArea) -> None:
    """Who walks away flees. Who has only lost the socket has some time to come back."""
    if event.reason != "disconnected":
        services.flee(character_id=event.character_id)
