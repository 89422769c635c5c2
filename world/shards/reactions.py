"""What becomes of captures when somebody comes or goes."""

from realtime.reactions import reacts_to
from world.events import CharacterEnteredArea, CharacterLeftArea
from world.shards import services


@reacts_to(CharacterEnteredArea)
def hold_up_captures(event: CharacterEnteredArea) -> None:
    """An enemy who stands by holds a capture up."""
    services.notice_arrival(location_id=event.location_id)


@reacts_to(CharacterLeftArea)
def break_off_or_go_on(event: CharacterLeftArea) -> None:
    """A captor who is gone captures nothing, and an enemy who is gone is in nobody's way."""
    services.notice_departure(location_id=event.location_id, character_id=event.character_id)
