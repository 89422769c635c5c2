"""The client for plain code, without ``await``: each call returns once it is through."""

from gameplatform_client.plain import (
    BattleChannel,
    Channel,
    GameChannel,
    NetworkClient,
    RoomChannel,
    WorldChannel,
)

__all__ = ["BattleChannel", "Channel", "GameChannel", "NetworkClient", "RoomChannel", "WorldChannel"]
