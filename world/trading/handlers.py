"""Handlers of the trades' commands."""

from core.database import in_database
from core.ids import UserId
from realtime.wire.messages import Message
from world.events import CharacterInfo
from world.socket import Part, WorldSocket
from world.trading import commands, events, selectors, services

TRADING = Part(
    emits_unsequenced=(
        events.TradeRequest,
        events.TradeAccept,
        events.TradeUpdate,
        events.TradeComplete,
        events.TradeDecline,
    )
)


@TRADING.on_entering
def trades_of(user_id: UserId, character: CharacterInfo) -> list[Message]:
    """Return the state of the user's trades, for a user who reconnects in time."""
    return [*selectors.state_of(character.character_id)]


@TRADING.handles(commands.TradeRequest)
async def ask_to_trade(socket: WorldSocket, command: commands.TradeRequest) -> None:
    await in_database(services.request, user_id=socket.player.user_id, to_user_id=command.to_user_id)


@TRADING.handles(commands.TradeAccept)
async def accept_trade(socket: WorldSocket, command: commands.TradeAccept) -> None:
    await in_database(services.accept, user_id=socket.player.user_id, trade_id=command.trade_id)


@TRADING.handles(commands.TradeDecline)
async def decline_trade(socket: WorldSocket, command: commands.TradeDecline) -> None:
    await in_database(services.decline, user_id=socket.player.user_id, trade_id=command.trade_id)


@TRADING.handles(commands.TradeUpdate)
async def offer_in_trade(socket: WorldSocket, command: commands.TradeUpdate) -> None:
    await in_database(
        services.offer,
        user_id=socket.player.user_id,
        trade_id=command.trade_id,
        gold=command.gold,
        currencies=command.currencies,
        items=command.items,
    )


@TRADING.handles(commands.TradeComplete)
async def confirm_trade(socket: WorldSocket, command: commands.TradeComplete) -> None:
    completed = await in_database(
        services.confirm,
        user_id=socket.player.user_id,
        trade_id=command.trade_id,
        version=command.version,
    )
    if completed is not None:
        socket.connection.tell(completed)
