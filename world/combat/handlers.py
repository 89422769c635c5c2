"""Handlers of the fights' commands."""

from core.database import in_database
from core.ids import UserId
from realtime.wire.messages import Message
from world.combat import commands, events, selectors, services
from world.events import CharacterInfo
from world.socket import Part, WorldSocket

COMBAT = Part(
    emits=(events.CombatState,),
    emits_unsequenced=(
        events.CombatStart,
        events.CombatDamage,
        events.CombatHeal,
        events.CombatEnd,
    ),
)


@COMBAT.on_entering
def fight_of(user_id: UserId, character: CharacterInfo) -> list[Message]:
    """Return the state of the fight, for a user who reconnects in time."""
    return [selectors.state(user_id)] if selectors.is_fighting(character.character_id) else []


@COMBAT.handles(commands.CombatStart)
async def start_combat(socket: WorldSocket, command: commands.CombatStart) -> None:
    await in_database(services.start, user_id=socket.player.user_id, target_id=command.target_id)


@COMBAT.handles(commands.CombatAction)
async def act_in_combat(socket: WorldSocket, command: commands.CombatAction) -> None:
    await in_database(
        services.act,
        user_id=socket.player.user_id,
        combat_id=command.combat_id,
        action_type=command.action_type,
        target_id=command.target_id,
        ability_name=command.ability_name,
        item_id=command.item_id,
    )


@COMBAT.handles(commands.CombatState)
async def show_combat(socket: WorldSocket, command: commands.CombatState) -> None:
    state = await in_database(selectors.state, socket.player.user_id)
    state.ref = command.ref
    socket.reply(state)
