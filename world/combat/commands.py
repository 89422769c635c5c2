"""Commands of fights."""

from typing import Annotated, Literal

from msgspec import Meta

from realtime.wire.messages import Command
from world.commands import Character, Id


class CombatStart(Command):
    """Attack a character of another faction in the same place.

    Refused with ``no_character``, ``unknown_target``, ``same_faction``, ``already_fighting``, ``shielded``.
    """

    target_id: Character


class CombatAction(Command):
    """Strike, cast a spell or use an item in a fight; the server computes the effect.

    ``target_id`` is the opponent's character; to heal, by spell or item, give your own or omit it.
    ``ability_name`` is required for a spell, ``item_id`` (a row of your inventory) for an item. Refused with
    ``no_character``, ``unknown_combat``, ``combat_over``, ``wrong_target``, ``rate_limited``; a spell also
    with ``unknown_ability``, ``level_too_low``, ``on_cooldown``, ``not_enough_stamina``; an item also with
    ``not_owned``, ``no_remedy``.
    """

    combat_id: Id
    action_type: Literal["attack", "spell", "item"]
    target_id: Character | None = None
    ability_name: Annotated[str, Meta(max_length=40)] | None = None
    item_id: Id | None = None


class CombatState(Command):
    """Request the state of your fight and what you can use in it."""
