"""The synchronous client: each call returns once it is done."""

from gameplatform_client.plain import (
    BattleChannel,
    Channel,
    GameChannel,
    NetworkClient,
    RoomChannel,
    WorldChannel,
)

__all__ = ["BattleChannel", "Channel", "GameChannel", "NetworkClient", "RoomChannel", "WorldChannel"]
