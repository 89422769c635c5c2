"""The client of the whole platform: the shared world, and everything in ``Session``."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from gameplatform_client.api import User
from gameplatform_client.channel import ANSWER_WITHIN_S
from gameplatform_client.errors import ClientError
from gameplatform_client.messages import MessageType
from gameplatform_client.play import Playing
from gameplatform_client.protocol import Id, Message, number
from gameplatform_client.world import (
    NearbyPlayer,
    OwnCharacter,
    Shard,
    Vector,
    WorldChannel,
    WorldState,
    vector,
)


class NetworkClient(Playing):
    """The main client class.

    Commands to the world return once the server has handled them, and raise ``CommandRefused`` if refused;
    the resulting events are passed to the handlers.
    """

    _world: WorldChannel | None = None

    # -- Connecting

    async def connect(self, username: str, password: str) -> User:
        """Sign in by name or e-mail, and enter the world. Raises ``ApiError`` or ``ChannelClosed``."""
        user = await self.sign_in(username, password)
        await self.connect_to_world()
        return user

    async def connect_to_world(self) -> WorldChannel:
        """Enter the world as the signed-in user; return the existing socket if there is one.

        Raises ``ChannelClosed`` if it is refused, and ``ApiError`` with ``encryption_unavailable`` if
        encryption is enabled and the server has no key.
        """
        if self._world is not None and self._world.state != "closed":
            return self._world
        cipher = await self._cipher() if self.encryption_enabled else None
        self._world = await self._open("/ws", WorldChannel, cipher=cipher)
        return self._world

    @property
    def world(self) -> WorldChannel:
        """The socket of the world. Raises ``ClientError`` with ``not_connected`` before ``connect``."""
        if self._world is None:
            raise ClientError("not_connected", "Connect first.")
        return self._world

    async def ask(self, message_type: MessageType, **fields: Any) -> Message | None:
        """Send any command to the world, such as ``ask(MessageType.PARTY_KICK, user_id=7)``.

        Returns the answer, if there is one. Fields that are None are omitted.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        return await self.world.ask({"type": message_type, **given})

    # -- Characters

    async def get_characters(self) -> list[OwnCharacter]:
        """Return the user's characters."""
        return [OwnCharacter(shown) for shown in await self.request("GET", "/api/characters")]

    async def create_character(self, name: str, faction: str) -> OwnCharacter:
        """Create a character; ``faction`` is the faction's name."""
        body = {"name": name, "faction": faction}
        return OwnCharacter(await self.request("POST", "/api/characters", body))

    async def delete_character(self, character_id: Id) -> None:
        """Delete one of the user's characters for good."""
        await self.request("DELETE", f"/api/characters/{quote(str(character_id), safe='')}")

    async def select_character(self, character_id: Id) -> OwnCharacter:
        """Enter the world with this character; return once it is there."""
        answer = await self._arrive(
            lambda player: player.character_id == number(character_id),
            MessageType.CHARACTER_SELECT,
            character_id=character_id,
        )
        return OwnCharacter(answer["character"])

    # -- The world

    async def get_world_state(self) -> WorldState:
        """Return the factions, the places, and the faction whose reality it is."""
        return WorldState(await self.request("GET", "/api/world/state"))

    async def get_shards(self) -> list[Shard]:
        """Return all crystal shards."""
        return [Shard(shown) for shown in await self.request("GET", "/api/world/shards")]

    async def get_nearby_players(self, location_id: Id | None = None) -> list[NearbyPlayer]:
        """Return the last known characters of others in the same place; empty for another ``location_id``."""
        place = None if location_id is None else number(location_id)
        return [
            player
            for player in self.world.present.values()
            if not self._is_own(player) and place in (None, player.location_id)
        ]

    def _is_own(self, player: NearbyPlayer) -> bool:
        return self.user is not None and player.user_id == self.user.id

    async def send_move(self, to_location_id: Id, from_location_id: Id | None = None) -> None:
        """Walk to a neighbouring place; return on arrival."""
        await self._arrive(
            lambda player: self._is_own(player) and player.location_id == number(to_location_id),
            MessageType.MOVE,
            to_location_id=to_location_id,
            from_location_id=from_location_id,
        )

    async def send_position_update(self, position: Vector, velocity: Vector = (0.0, 0.0, 0.0)) -> None:
        """Move inside the place. Not acknowledged, and dropped while there is no connection.

        An impossible jump is reported as ``MessageType.ERROR``, and a ``character_update`` resets the
        position.
        """
        if self.world.state == "open":
            message = {"type": MessageType.MOVE, "position": vector(position), "velocity": vector(velocity)}
            await self.world.send(message)

    async def _arrive(
        self, is_there: Callable[[NearbyPlayer], bool], message_type: MessageType, **fields: Any
    ) -> Message:
        """Send a command that leads to another place; return once it is known who is there."""
        arrived = self.world.expect(MessageType.AREA_STATE)
        try:
            answer = await self.ask(message_type, **fields)
            if not any(is_there(player) for player in self.world.present.values()):
                await asyncio.wait_for(arrived, ANSWER_WITHIN_S)
        finally:
            arrived.cancel()
        return answer or Message()

    # -- Talking

    async def send_chat(self, content: str, channel: Literal["world", "area"] = "world") -> None:
        """Send a message to the whole world, or on the channel ``area`` to everyone in the same place."""
        await self.ask(MessageType.CHAT, content=content, channel=channel)

    async def whisper(self, to_user_id: Id, content: str) -> None:
        """Send a message to one user who is in the world."""
        await self.ask(MessageType.WHISPER, to_user_id=to_user_id, content=content)

    async def send_party_chat(self, content: str) -> None:
        """Send a message to the user's party."""
        await self.ask(MessageType.PARTY_CHAT, content=content)

    async def send_faction_chat(self, content: str) -> None:
        """Send a message to the character's faction."""
        await self.ask(MessageType.FACTION_CHAT, content=content)

    # -- Fighting and capturing

    async def start_combat(self, target_id: Id) -> int:
        """Attack a character of another faction in the same place; return the ``combat_id``."""
        return int(await self._begin(MessageType.COMBAT_START, "combat_id", target_id=target_id))

    async def send_combat_action(
        self,
        combat_id: Id,
        action_type: Literal["attack", "spell", "item"],
        target_id: Id | None = None,
        ability_name: str | None = None,
        item_id: Id | None = None,
    ) -> None:
        """Attack, cast the spell ``ability_name``, or use ``item_id`` from the inventory.

        Healing affects the own character and needs no target.
        """
        await self.ask(
            MessageType.COMBAT_ACTION,
            combat_id=combat_id,
            action_type=action_type,
            target_id=target_id,
            ability_name=ability_name,
            item_id=item_id,
        )

    async def capture_shard(self, shard_id: Id) -> None:
        """Start to capture a shard in the same place; progress: ``shard_status`` and ``shard_captured``."""
        await self.ask(MessageType.SHARD_CAPTURED, shard_id=shard_id)

    # -- Trading

    async def request_trade(self, to_user_id: Id) -> int:
        """Request a trade with a user in the same place; return the ``trade_id``."""
        return int(await self._begin(MessageType.TRADE_REQUEST, "trade_id", to_user_id=to_user_id))

    async def accept_trade(self, trade_id: Id) -> None:
        """Accept a trade; both users can then make offers."""
        await self.ask(MessageType.TRADE_ACCEPT, trade_id=trade_id)

    async def decline_trade(self, trade_id: Id) -> None:
        """End a trade, whether it has been accepted or not."""
        await self.ask(MessageType.TRADE_DECLINE, trade_id=trade_id)

    async def offer_in_trade(
        self,
        trade_id: Id,
        gold: int = 0,
        items: Sequence[Mapping[str, Id]] = (),
        currencies: Mapping[str, int] | None = None,
    ) -> None:
        """Replace the own offer; ``items`` are ``{"id", "quantity"}``, ``currencies`` other money by name."""
        offered = [{name: number(value) for name, value in item.items()} for item in items]
        offer = {"gold": gold, "items": offered, "currencies": dict(currencies or {})}
        await self.ask(MessageType.TRADE_UPDATE, trade_id=trade_id, **offer)

    async def confirm_trade(self, trade_id: Id, version: int) -> None:
        """Confirm the offers of this version; the trade is executed once both users have."""
        await self.ask(MessageType.TRADE_COMPLETE, trade_id=trade_id, version=version)

    async def _begin(self, message_type: MessageType, key: str, **fields: Any) -> Any:
        """Send a command that is answered by an event of the same type; return that event's ``key``."""
        begun = self.world.expect(message_type)
        try:
            await self.ask(message_type, **fields)
            return (await asyncio.wait_for(begun, ANSWER_WITHIN_S))[key]
        finally:
            begun.cancel()
