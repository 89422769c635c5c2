"""The public state of the world, combined from all its parts."""

from world import selectors
from world.events import WorldState
from world.shards import selectors as shards


def world_state() -> WorldState:
    """Return the state of the world as everybody sees it."""
    state = selectors.state()
    return WorldState(
        epoch=state.epoch,
        current_reality=None if state.current_reality is None else state.current_reality.name,
        factions=selectors.faction_infos(),
        locations=selectors.location_infos(),
        shards=shards.shard_infos(shards.all_shards()),
        online=selectors.online(),
        you=None,
        area=None,
    )
