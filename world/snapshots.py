"""The world as a whole, all its parts together."""

from world import selectors
from world.events import WorldState
from world.shards import selectors as shards


def world_state() -> WorldState:
    """The world as everybody sees it."""
    state = selectors.state()
    return WorldState(
        epoch=state.epoch,
        current_reality=None if state.current_reality is None else state.current_reality.name,
        factions=selectors.shown_factions(),
        locations=selectors.shown_locations(),
        shards=shards.shown(shards.all_shards()),
        online=selectors.online(),
        you=None,
        area=None,
    )
