"""The client of the whole platform: the shared world, and all that a session plays."""

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
    """Everything a player's program needs.

    What is asked of the world returns once the server is through with it, and raises ``CommandRefused`` if it
    was refused; what it leads to comes to the handlers.
    """

    _world: WorldChannel | None = None

    # -- Coming and going

    async def connect(self, username: str, password: str) -> User:
        """Sign in by name or e-mail, and enter the world. Raises ``ApiError`` or ``ChannelClosed``."""
        user = await self.sign_in(username, password)
        await self.connect_to_world()
        return user

    async def connect_to_world(self) -> WorldChannel:
        """Enter the world as who is signed in, or stay there.

        Raises ``ChannelClosed`` if it is refused, and ``ApiError`` with ``encryption_unavailable`` if frames
        are to be encrypted and the server has no key.
        """
        if self._world is not None and self._world.state != "closed":
            return self._world
        cipher = await self._cipher() if self.encryption_enabled else None
        self._world = await self._open("/ws", WorldChannel, cipher)
        return self._world

    @property
    def world(self) -> WorldChannel:
        """The socket of the world. Raises ``ClientError`` with ``not_connected`` before ``connect``."""
        if self._world is None:
            raise ClientError("not_connected", "Connect first.")
        return self._world

    async def ask(self, message_type: MessageType, **fields: Any) -> Message | None:
        """Ask the world for anything it takes, as ``ask(MessageType.PARTY_KICK, user_id=7)``.

        Returns the answer, if it has one; fields that are None are left out.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        return await self.world.ask({"type": message_type, **given})

    # -- Characters

    async def get_characters(self) -> list[OwnCharacter]:
        """One's characters."""
        return [OwnCharacter(shown) for shown in await self.request("GET", "/api/characters")]

    async def create_character(self, name: str, faction: str) -> OwnCharacter:
        """Make a character, of a faction by its name."""
        body = {"name": name, "faction": faction}
        return OwnCharacter(await self.request("POST", "/api/characters", body))

    async def delete_character(self, character_id: Id) -> None:
        """Delete a character of one's own for good."""
        await self.request("DELETE", f"/api/characters/{quote(str(character_id), safe='')}")

    async def select_character(self, character_id: Id) -> OwnCharacter:
        """Play this character; returns once it is in the world."""
        answer = await self._arrive(
            lambda player: player.character_id == number(character_id),
            MessageType.CHARACTER_SELECT,
            character_id=character_id,
        )
        return OwnCharacter(answer["character"])

    # -- The world

    async def get_world_state(self) -> WorldState:
        """Factions, places, and whose reality it is."""
        return WorldState(await self.request("GET", "/api/world/state"))

    async def get_shards(self) -> list[Shard]:
        """All crystal shards."""
        return [Shard(shown) for shown in await self.request("GET", "/api/world/shards")]

    async def get_nearby_players(self, location_id: Id | None = None) -> list[NearbyPlayer]:
        """The characters of others where one's own is, as last told; nobody for another ``location_id``."""
        place = None if location_id is None else number(location_id)
        return [
            player
            for player in self.world.present.values()
            if not self._is_own(player) and place in (None, player.location_id)
        ]

    def _is_own(self, player: NearbyPlayer) -> bool:
        return self.user is not None and player.user_id == self.user.id

    async def send_move(self, to_location_id: Id, from_location_id: Id | None = None) -> None:
        """Walk to a place to which a path leads; returns once one is there."""
        await self._arrive(
            lambda player: self._is_own(player) and player.location_id == number(to_location_id),
            MessageType.MOVE,
            to_location_id=to_location_id,
            from_location_id=from_location_id,
        )

    async def send_position_update(self, position: Vector, velocity: Vector = (0.0, 0.0, 0.0)) -> None:
        """Move inside the place. It is not waited for, and dropped while there is no connection.

        An impossible jump comes as ``MessageType.ERROR``, and a ``character_update`` puts one back.
        """
        if self.world.state == "open":
            message = {"type": MessageType.MOVE, "position": vector(position), "velocity": vector(velocity)}
            await self.world.send(message)

    async def _arrive(
        self, is_there: Callable[[NearbyPlayer], bool], message_type: MessageType, **fields: Any
    ) -> Message:
        """Ask for what leads to another place; returns once it is known who is there."""
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
        """Say something to the whole world, or on the channel ``area`` to all who are where one is."""
        await self.ask(MessageType.CHAT, content=content, channel=channel)

    async def whisper(self, to_user_id: Id, content: str) -> None:
        """Say something to one user who is in the world."""
        await self.ask(MessageType.WHISPER, to_user_id=to_user_id, content=content)

    async def send_party_chat(self, content: str) -> None:
        """Say something to one's party."""
        await self.ask(MessageType.PARTY_CHAT, content=content)

    async def send_faction_chat(self, content: str) -> None:
        """Say something to one's faction."""
        await self.ask(MessageType.FACTION_CHAT, content=content)

    # -- Fighting and capturing

    async def start_combat(self, target_id: Id) -> int:
        """Attack a character of another faction that is where one is; returns the ``combat_id``."""
        return int(await self._begin(MessageType.COMBAT_START, "combat_id", target_id=target_id))

    async def send_combat_action(
        self,
        combat_id: Id,
        action_type: Literal["attack", "spell", "item"],
        target_id: Id | None = None,
        ability_name: str | None = None,
        item_id: Id | None = None,
    ) -> None:
        """Strike, cast the spell ``ability_name``, or use ``item_id`` of one's inventory.

        What heals works on oneself and needs no target.
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
        """Begin to capture a shard where one is; ``shard_status`` and ``shard_captured`` tell how it goes."""
        await self.ask(MessageType.SHARD_CAPTURED, shard_id=shard_id)

    # -- Trading

    async def request_trade(self, to_user_id: Id) -> int:
        """Ask somebody where one is to trade; returns the ``trade_id``."""
        return int(await self._begin(MessageType.TRADE_REQUEST, "trade_id", to_user_id=to_user_id))

    async def accept_trade(self, trade_id: Id) -> None:
        """Agree to trade: both can offer from now on."""
        await self.ask(MessageType.TRADE_ACCEPT, trade_id=trade_id)

    async def decline_trade(self, trade_id: Id) -> None:
        """End a trade, whether it is open yet or not."""
        await self.ask(MessageType.TRADE_DECLINE, trade_id=trade_id)

    async def offer_in_trade(
        self, trade_id: Id, gold: int = 0, items: Sequence[Mapping[str, Id]] = ()
    ) -> None:
        """Offer this, in place of what one offered before; ``items`` are ``{"id", "quantity"}``."""
        offered = [{name: number(value) for name, value in item.items()} for item in items]
        await self.ask(MessageType.TRADE_UPDATE, trade_id=trade_id, gold=gold, items=offered)

    async def confirm_trade(self, trade_id: Id, version: int) -> None:
        """Agree to what is offered in this version; once both have, it changes hands."""
        await self.ask(MessageType.TRADE_COMPLETE, trade_id=trade_id, version=version)

    async def _begin(self, message_type: MessageType, key: str, **fields: Any) -> Any:
        """Ask for something that is told by a message of the same type; returns what that calls it."""
        begun = self.world.expect(message_type)
        try:
            await self.ask(message_type, **fields)
            return (await asyncio.wait_for(begun, ANSWER_WITHIN_S))[key]
        finally:
            begun.cancel()
