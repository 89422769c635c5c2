"""Character commands: list, create, select, view and delete."""

from typing import ClassVar

from core.database import in_database
from realtime.socket.consumer import handles
from realtime.wire.messages import Message
from world import commands, events, selectors, services
from world.live.positions import positions
from world.socket import WorldSocket


class CharacterHandlers(WorldSocket):
    """Handlers of character commands."""

    emits: ClassVar[tuple[type[Message], ...]] = (
        events.CharacterList,
        events.CharacterCreate,
        events.CharacterSelect,
        events.CharacterDelete,
    )
    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = (events.CharacterUpdate,)

    @handles(commands.CharacterList)
    async def list_characters(self, command: commands.CharacterList) -> None:
        characters = await in_database(selectors.own_characters, self.player.user_id)
        self.reply(events.CharacterList(characters=characters, ref=command.ref))

    @handles(commands.CharacterCreate)
    async def create_character(self, command: commands.CharacterCreate) -> None:
        character = await in_database(
            services.create, user_id=self.player.user_id, name=command.name, faction=command.faction
        )
        self.reply(events.CharacterCreate(character=character, ref=command.ref))

    @handles(commands.CharacterSelect)
    async def select_character(self, command: commands.CharacterSelect) -> None:
        character = await in_database(
            services.select, user_id=self.player.user_id, character_id=command.character_id
        )
        self.reply(events.CharacterSelect(character=character, ref=command.ref))

    @handles(commands.CharacterUpdate)
    async def show_character(self, command: commands.CharacterUpdate) -> None:
        info = await in_database(selectors.visible_character, self.player.user_id, command.character_id)
        self.reply(services.character_update(positions().with_live_position(info), ref=command.ref))

    @handles(commands.CharacterDelete)
    async def delete_character(self, command: commands.CharacterDelete) -> None:
        await in_database(services.delete, user_id=self.player.user_id, character_id=command.character_id)
        self.reply(events.CharacterDelete(character_id=command.character_id, ref=command.ref))
