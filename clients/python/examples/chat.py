"""A terminal chat: what is said in the world, and what you say.

    python chat.py user_1 testpass123

A line is said to the whole world; /h LINE to who is where you are, /f LINE to your faction, /w USER_ID LINE
to one user. /who tells who is near, /go PLACE walks there, /quit ends it.
"""

import argparse
import asyncio
import sys

from gameplatform_client import CommandRefused, MessageType, NetworkClient
from gameplatform_client.messages import WorldChat


def show(said: WorldChat) -> None:
    print(f"[{said.channel}] {said.sender_name} ({said.sender_id}): {said.content}", flush=True)


async def enter(client: NetworkClient, username: str, password: str) -> None:
    """Enter the world with a character, a new one if there is none."""
    user = await client.connect(username, password)
    characters = await client.get_characters()
    if not characters:
        factions = (await client.get_world_state()).factions
        characters = [await client.create_character(f"{user.username} the Talker"[:24], factions[0].name)]
    selected = await client.select_character(characters[0].id)
    print(f"You are {selected.name} of {selected.faction}.", flush=True)


async def walk(client: NetworkClient, name: str) -> None:
    places = {place.name.lower(): place.id for place in (await client.get_world_state()).locations}
    if name.lower() not in places:
        print(f"There is no place called {name}.", flush=True)
        return
    await client.send_move(places[name.lower()])
    print(f"You are at {name}.", flush=True)


async def obey(client: NetworkClient, line: str) -> None:
    """Execute a line of input."""
    word, _, rest = line.partition(" ")
    match word:
        case "/who":
            for one in await client.get_nearby_players():
                print(f"{one.character_name} ({one.user_id}) of {one.faction}", flush=True)
        case "/go":
            await walk(client, rest)
        case "/f":
            await client.send_faction_chat(rest)
        case "/h":
            await client.send_chat(rest, channel="area")
        case "/w":
            user_id, _, content = rest.partition(" ")
            await client.whisper(int(user_id), content)
        case _:
            await client.send_chat(line, "area")


async def main() -> None:
    parser = argparse.ArgumentParser(description="A terminal chat in the shared world.")
    parser.add_argument("username")
    parser.add_argument("password")
    arguments = parser.parse_args()
    async with NetworkClient() as client:
        for kind in (MessageType.CHAT, MessageType.WHISPER, MessageType.FACTION_CHAT):
            client.register_handler(kind, show)
        await enter(client, arguments.username, arguments.password)
        while (line := (await asyncio.to_thread(sys.stdin.readline)).strip()) not in ("", "/quit"):
            try:
                await obey(client, line)
            except (CommandRefused, ValueError) as problem:
                print(f"That was refused: {problem}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
