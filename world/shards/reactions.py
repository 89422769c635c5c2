"""Reactions of shards to deleted characters."""

from realtime.reactions import reacts_to
from world.events import CharacterLeftArea
from world.shards import services


@reacts_to(CharacterLeftArea)
def forget_captor(event: CharacterLeftArea) -> None:
    """Remove a deleted character's name from past captures; the events themselves remain."""
    if event.reason == "deleted":
        services.forget_captor(character_id=event.character_id)
