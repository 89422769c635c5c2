"""Handlers of the trades' commands."""

from typing import ClassVar

from core.database import in_database
from realtime.socket.consumer import handles
from realtime.wire.messages import Message
from world.events import CharacterInfo
from world.socket import WorldSocket
from world.trading import commands, events, selectors, services


class TradeHandlers(WorldSocket):
    """Handlers of commands for trades between characters."""

    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = (
        events.TradeRequest,
        events.TradeAccept,
        events.TradeUpdate,
        events.TradeComplete,
        events.TradeDecline,
    )

    def current_state(self, character: CharacterInfo | None) -> list[Message]:
        """Return the state of their trades too, for a user who reconnects in time."""
        told = super().current_state(character)
        return told if character is None else [*told, *selectors.state_of(character.character_id)]

    @handles(commands.TradeRequest)
    async def ask_to_trade(self, command: commands.TradeRequest) -> None:
        await in_database(services.request, user_id=self.player.user_id, to_user_id=command.to_user_id)

    @handles(commands.TradeAccept)
    async def accept_trade(self, command: commands.TradeAccept) -> None:
        await in_database(services.accept, user_id=self.player.user_id, trade_id=command.trade_id)

    @handles(commands.TradeDecline)
    async def decline_trade(self, command: commands.TradeDecline) -> None:
        await in_database(services.decline, user_id=self.player.user_id, trade_id=command.trade_id)

    @handles(commands.TradeUpdate)
    async def offer_in_trade(self, command: commands.TradeUpdate) -> None:
        await in_database(
            services.offer,
            user_id=self.player.user_id,
            trade_id=command.trade_id,
            gold=command.gold,
            currencies=command.currencies,
            items=command.items,
        )

    @handles(commands.TradeComplete)
    async def confirm_trade(self, command: commands.TradeComplete) -> None:
        completed = await in_database(
            services.confirm,
            user_id=self.player.user_id,
            trade_id=command.trade_id,
            version=command.version,
        )
        if completed is not None:
            self.connection.tell(completed)
