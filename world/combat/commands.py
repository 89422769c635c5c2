"""What fighters may ask."""

from typing import Annotated, Literal

from msgspec import Meta

from realtime.messages import Command
from world.commands import Id


class CombatStart(Command):
    """Attack a character of another faction in the same place. Refused with ``no_character``,
    ``unknown_target``, ``same_faction``, ``already_fighting``, ``shielded``.
    """

    target_id: Id


class CombatAction(Command):
    """Strike, cast a spell or use an item; what it does is the server's to say.

    ``target_id`` is the opponent's character; to be healed, by a spell or an item, name the own one or none.
    ``ability_name`` goes with a spell, ``item_id``, a row of the own inventory, with an item. Refused with
    ``no_character``, ``unknown_combat``, ``combat_over``, ``wrong_target``, ``rate_limited``; a spell also
    with ``unknown_ability``, ``level_too_low``, ``on_cooldown``, ``not_enough_stamina``; an item also with
    ``not_owned``, ``no_remedy``.
    """

    combat_id: Id
    action_type: Literal["attack", "spell", "item"]
    target_id: Id | None = None
    ability_name: Annotated[str, Meta(max_length=40)] | None = None
    item_id: Id | None = None


class CombatState(Command):
    """Ask how the own fight stands, and what one can do in it."""
