"""A bot that walks from place to place, greets everyone it meets, and fights back.

python bot.py --walks 10 --every 5
"""

import argparse
import asyncio
import random
from typing import Any

from gameplatform_client import CommandRefused, MessageType, NetworkClient
from gameplatform_client.messages import WorldCombatEnd, WorldCombatStart, WorldPlayerJoinedArea


class Bot:
    """A guest with a character of its own."""

    def __init__(self, client: NetworkClient) -> None:
        self.client = client
        self.character_id = 0
        self.location_id = 0
        self.fight: asyncio.Task[None] | None = None
        client.register_handler(MessageType.PLAYER_JOINED_AREA, self.greet)
        client.register_handler(MessageType.COMBAT_START, self.defend)
        client.register_handler(MessageType.COMBAT_END, self.rest)

    async def enter(self) -> None:
        """Enter the world with a new character of any faction."""
        user = await self.client.sign_in_as_guest()
        await self.client.connect_to_world()
        faction = random.choice((await self.client.get_world_state()).factions)
        character = await self.client.create_character(f"Bot {user.id}", faction.name)
        selected = await self.client.select_character(character.id)
        self.character_id, self.location_id = selected.id, selected.location_id
        print(f"{selected.name} of {selected.faction} is here", flush=True)

    async def greet(self, joined: WorldPlayerJoinedArea) -> None:
        """Greet a player who arrives."""
        if joined.character.character_id != self.character_id:
            await self.try_to(self.client.send_chat(f"Welcome, {joined.character.character_name}!", "area"))

    def defend(self, start: WorldCombatStart) -> None:
        """Fight back, whoever started."""
        (opponent,) = {start.attacker_id, start.target_id} - {self.character_id}
        print(f"fights {opponent}", flush=True)
        self.fight = asyncio.create_task(self.strike(start.combat_id, opponent))

    async def strike(self, combat_id: int, opponent: int) -> None:
        while True:
            await self.try_to(self.client.send_combat_action(combat_id, "attack", opponent))
            await asyncio.sleep(0.5)

    def rest(self, end: WorldCombatEnd) -> None:
        """End the fight."""
        print("won" if end.winner_id == self.character_id else "lost", flush=True)
        if self.fight is not None:
            self.fight.cancel()

    async def walk(self) -> None:
        """Walk to a neighbouring place, and attack an enemy there."""
        locations = {place.id: place for place in (await self.client.get_world_state()).locations}
        destination = random.choice(locations[self.location_id].paths)
        await self.client.send_move(destination, from_location_id=self.location_id)
        self.location_id = destination
        print(f"walked to {locations[destination].name}", flush=True)
        own = self.client.world.present[self.character_id]
        for player in await self.client.get_nearby_players():
            if player.faction != own.faction:
                await self.client.start_combat(player.character_id)
                return

    async def try_to(self, deed: Any) -> None:
        """Run an action that may be refused."""
        try:
            await deed
        except CommandRefused as refused:
            print(f"was refused: {refused.error_message}", flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description="A bot in the shared world.")
    parser.add_argument("--walks", type=int, default=10, help="how many places it visits")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between them")
    arguments = parser.parse_args()
    async with NetworkClient() as client:
        bot = Bot(client)
        await bot.enter()
        for _ in range(arguments.walks):
            await asyncio.sleep(arguments.every)
            await bot.try_to(bot.walk())


if __name__ == "__main__":
    asyncio.run(main())
