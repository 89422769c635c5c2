"""Chat to a place, the world, a user or a faction, and announcements by the staff."""

from typing import ClassVar

from chat import pacing
from core import speech, words
from core.database import in_database
from realtime.publishing import publish_now
from realtime.socket.consumer import handles
from realtime.wire.messages import Message
from world import commands, events, services
from world.refusals import NoCharacterInPlay
from world.socket import WorldSocket


class TalkingHandlers(WorldSocket):
    """Handlers of chat commands."""

    emits: ClassVar[tuple[type[Message], ...]] = (events.Chat, events.WorldAnnouncement)
    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = (events.Chat, events.Whisper, events.FactionChat)

    async def _heard(self, content: str) -> str:
        """Return the content as others may see it.

        Raises ``InvalidContent``, ``RateLimited``, ``UnderAge`` or ``MutedEverywhere``.
        """
        content = speech.clean(content)
        await pacing.take_among_strangers(self.player.user_id)
        return await words.amask(content)

    @handles(commands.Chat)
    async def say(self, command: commands.Chat) -> None:
        content = await self._heard(command.content)
        if self.character is None:
            raise NoCharacterInPlay
        publish_now(
            events.Chat(
                channel=command.channel,
                location_id=self.character.location_id,
                sender_id=self.player.user_id,
                sender_name=self.character.character_name,
                content=content,
            )
        )

    @handles(commands.Whisper)
    async def whisper(self, command: commands.Whisper) -> None:
        content = await self._heard(command.content)
        await in_database(
            services.whisper,
            sender_id=self.player.user_id,
            sender_name=self._speaker(),
            to_user_id=command.to_user_id,
            content=content,
        )

    @handles(commands.FactionChat)
    async def say_to_faction(self, command: commands.FactionChat) -> None:
        content = await self._heard(command.content)
        if self.character is None or self.faction_id is None:
            raise NoCharacterInPlay
        publish_now(
            events.FactionChat(
                faction_id=self.faction_id,
                sender_id=self.player.user_id,
                sender_name=self.character.character_name,
                content=content,
            )
        )

    @handles(commands.WorldAnnouncement)
    async def announce(self, command: commands.WorldAnnouncement) -> None:
        content = await self._heard(command.content)
        await in_database(services.announce, user_id=self.player.user_id, content=content)

    def _speaker(self) -> str:
        return self.player.username if self.character is None else self.character.character_name
