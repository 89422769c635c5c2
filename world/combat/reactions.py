"""What becomes of a fight when one of the two goes away, or comes back."""

from realtime.publishing import publish
from realtime.reactions import reacts_to
from world.combat import selectors, services
from world.events import CharacterEnteredArea, CharacterLeftArea


@reacts_to(CharacterLeftArea)
def flee(event: CharacterLeftArea) -> None:
    """Who walks away flees. Who has only lost the socket has some time to come back."""
    if event.reason != "disconnected":
        services.flee(character_id=event.character_id)


@reacts_to(CharacterEnteredArea)
def show_how_it_stands(event: CharacterEnteredArea) -> None:
    """Who comes back in time finds the fight as it stands."""
    if selectors.is_fighting(event.character_id):
        publish(selectors.state(event.user_id))
