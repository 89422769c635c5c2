"""Reactions of fights to characters that leave."""

from realtime.reactions import reacts_to
from world.combat import services
from world.events import CharacterLeftArea


@reacts_to(CharacterLeftArea)
def flee(event: CharacterLeftArea) -> None:
    """End the fight of a character that walks away. One that only lost its socket has time to return."""
    if event.reason != "disconnected":
        services.flee(character_id=event.character_id)
