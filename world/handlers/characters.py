"""Character commands: list, create, select, view and delete."""

from core.database import in_database
from world import commands, events, selectors, services
from world.live.positions import positions
from world.socket import Part, WorldSocket

CHARACTERS = Part(
    emits=(
        events.CharacterList,
        events.CharacterCreate,
        events.CharacterSelect,
        events.CharacterDelete,
    ),
    emits_unsequenced=(events.CharacterUpdate,),
)


@CHARACTERS.handles(commands.CharacterList)
async def list_characters(socket: WorldSocket, command: commands.CharacterList) -> None:
    characters = await in_database(selectors.own_characters, socket.player.user_id)
    socket.reply(events.CharacterList(characters=characters, ref=command.ref))


@CHARACTERS.handles(commands.CharacterCreate)
async def create_character(socket: WorldSocket, command: commands.CharacterCreate) -> None:
    character = await in_database(
        services.create, user_id=socket.player.user_id, name=command.name, faction=command.faction
    )
    socket.reply(events.CharacterCreate(character=character, ref=command.ref))


@CHARACTERS.handles(commands.CharacterSelect)
async def select_character(socket: WorldSocket, command: commands.CharacterSelect) -> None:
    character = await in_database(
        services.select, user_id=socket.player.user_id, character_id=command.character_id
    )
    socket.reply(events.CharacterSelect(character=character, ref=command.ref))


@CHARACTERS.handles(commands.CharacterUpdate)
async def show_character(socket: WorldSocket, command: commands.CharacterUpdate) -> None:
    info = await in_database(selectors.visible_character, socket.player.user_id, command.character_id)
    socket.reply(services.character_update(positions().with_live_position(info), ref=command.ref))


@CHARACTERS.handles(commands.CharacterDelete)
async def delete_character(socket: WorldSocket, command: commands.CharacterDelete) -> None:
    await in_database(services.delete, user_id=socket.player.user_id, character_id=command.character_id)
    socket.reply(events.CharacterDelete(character_id=command.character_id, ref=command.ref))
