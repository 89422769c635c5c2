"""The shared world's only socket; it combines the commands of all its parts."""

import asyncio

import msgspec

from realtime import worker
from world.combat.handlers import COMBAT
from world.handlers.characters import CHARACTERS
from world.handlers.moving import MOVING
from world.handlers.parties import PARTIES
from world.handlers.talking import TALKING
from world.shards.events import WorldState
from world.shards.handlers import SHARDS
from world.shards.live import WorldStates
from world.socket import WorldSocket
from world.trading.handlers import TRADING


class WorldConsumer(WorldSocket):
    """The shared world's consumer, one per user."""

    parts = (CHARACTERS, MOVING, TALKING, PARTIES, COMBAT, SHARDS, TRADING)
    opens_with = WorldState

    async def snapshot(self) -> WorldState:
        states, character = worker.current().part(WorldStates).loader, self.character
        if character is None:
            return await states(None)
        state, area = await asyncio.gather(states(None), self.area(character))
        own = (member for member in area.members if member.character_id == character.character_id)
        return msgspec.structs.replace(state, you=next(own, character), area=area)
