"""Chat to a place, the world, a user or a faction, and announcements by the staff."""

from chat import pacing
from core import speech, words
from core.database import in_database
from realtime.publishing import publish_now
from world import commands, events, services
from world.refusals import NoCharacterInPlay
from world.socket import Part, WorldSocket

TALKING = Part(
    emits=(events.Chat, events.WorldAnnouncement),
    emits_unsequenced=(events.Chat, events.Whisper, events.FactionChat),
)


async def _heard(socket: WorldSocket, content: str) -> str:
    """Return the content as others may see it.

    Raises ``InvalidContent``, ``RateLimited``, ``UnderAge`` or ``MutedEverywhere``.
    """
    content = speech.clean(content)
    await pacing.take_among_strangers(socket.player.user_id)
    return await words.amask(content)


@TALKING.handles(commands.Chat)
async def say(socket: WorldSocket, command: commands.Chat) -> None:
    content = await _heard(socket, command.content)
    if socket.character is None:
        raise NoCharacterInPlay
    publish_now(
        events.Chat(
            channel=command.channel,
            location_id=socket.character.location_id,
            sender_id=socket.player.user_id,
            sender_name=socket.character.character_name,
            content=content,
        )
    )


@TALKING.handles(commands.Whisper)
async def whisper(socket: WorldSocket, command: commands.Whisper) -> None:
    content = await _heard(socket, command.content)
    await in_database(
        services.whisper,
        sender_id=socket.player.user_id,
        sender_name=_speaker(socket),
        to_user_id=command.to_user_id,
        content=content,
    )


@TALKING.handles(commands.FactionChat)
async def say_to_faction(socket: WorldSocket, command: commands.FactionChat) -> None:
    content = await _heard(socket, command.content)
    if socket.character is None or socket.faction_id is None:
        raise NoCharacterInPlay
    publish_now(
        events.FactionChat(
            faction_id=socket.faction_id,
            sender_id=socket.player.user_id,
            sender_name=socket.character.character_name,
            content=content,
        )
    )


@TALKING.handles(commands.WorldAnnouncement)
async def announce(socket: WorldSocket, command: commands.WorldAnnouncement) -> None:
    content = await _heard(socket, command.content)
    await in_database(services.announce, user_id=socket.player.user_id, content=content)


def _speaker(socket: WorldSocket) -> str:
    return socket.player.username if socket.character is None else socket.character.character_name
