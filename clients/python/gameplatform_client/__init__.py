"""Python client of the game platform: the shared world, games, battles and chat, over REST and WebSocket."""

from gameplatform_client import protocol
from gameplatform_client.api import User
from gameplatform_client.channel import Channel
from gameplatform_client.client import NetworkClient
from gameplatform_client.errors import (
    AnswerLost,
    ApiError,
    ChannelClosed,
    ClientError,
    CommandRefused,
    ProtocolError,
)
from gameplatform_client.messages import PROTOCOL_VERSION, MessageType
from gameplatform_client.play import BattleChannel, GameChannel, RoomChannel
from gameplatform_client.protocol import (
    create_character_update,
    create_chat_message,
    create_shard_captured_message,
)

__all__ = [
    "PROTOCOL_VERSION",
    "AnswerLost",
    "ApiError",
    "BattleChannel",
    "Channel",
    "ChannelClosed",
    "ClientError",
    "CommandRefused",
    "GameChannel",
    "MessageType",
    "NetworkClient",
    "ProtocolError",
    "RoomChannel",
    "User",
    "create_character_update",
    "create_chat_message",
    "create_shard_captured_message",
    "protocol",
]
