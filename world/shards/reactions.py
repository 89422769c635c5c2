"""What the world remembers of who captured shards."""

from realtime.reactions import reacts_to
from world.events import CharacterLeftArea
from world.shards import services


@reacts_to(CharacterLeftArea)
def forget_captor(event: CharacterLeftArea) -> None:
    """That shards were captured stays, by whom does not, once the character is deleted."""
    if event.reason == "deleted":
        services.forget_captor(character_id=event.character_id)
