"""Handlers of the fights' commands."""

from typing import ClassVar

from core.database import in_database
from realtime.socket.consumer import handles
from realtime.wire.messages import Message
from world.combat import commands, events, selectors, services
from world.events import CharacterInfo
from world.socket import WorldSocket


class CombatHandlers(WorldSocket):
    """Handlers of commands for fights between characters."""

    emits: ClassVar[tuple[type[Message], ...]] = (events.CombatState,)
    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = (
        events.CombatStart,
        events.CombatDamage,
        events.CombatHeal,
        events.CombatEnd,
    )

    def current_state(self, character: CharacterInfo | None) -> list[Message]:
        """Return the state of the fight too, for a user who reconnects in time."""
        told = super().current_state(character)
        if character is not None and selectors.is_fighting(character.character_id):
            told.append(selectors.state(self.player.user_id))
        return told

    @handles(commands.CombatStart)
    async def start_combat(self, command: commands.CombatStart) -> None:
        await in_database(services.start, user_id=self.player.user_id, target_id=command.target_id)

    @handles(commands.CombatAction)
    async def act_in_combat(self, command: commands.CombatAction) -> None:
        await in_database(
            services.act,
            user_id=self.player.user_id,
            combat_id=command.combat_id,
            action_type=command.action_type,
            target_id=command.target_id,
            ability_name=command.ability_name,
            item_id=command.item_id,
        )

    @handles(commands.CombatState)
    async def show_combat(self, command: commands.CombatState) -> None:
        state = await in_database(selectors.state, self.player.user_id)
        state.ref = command.ref
        self.reply(state)
