"""Commands on a battle's socket."""

from typing import Annotated

from msgspec import Meta

from realtime.wire.messages import Command


class Attack(Command):
    """Attack an enemy; the server computes the damage, a client's ``damage`` is ignored.

    Refused with ``not_in_battle``, ``battle_over``, ``unknown_enemy``, ``enemy_defeated``,
    ``fighter_fallen``, ``attack_cooldown``.
    """

    enemy_id: int


class Chat(Command):
    """Send a chat message to the battle's fighters.

    Refused with ``invalid_message``, ``muted``, ``rate_limited``, ``under_age``.
    """

    message: Annotated[str, Meta(min_length=1, max_length=500)]
