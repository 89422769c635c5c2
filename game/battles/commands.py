"""What a fighter may ask over a battle's socket."""

from typing import Annotated

from msgspec import Meta

from realtime.messages import Command


class Attack(Command):
    """Strike an enemy. What it does is the server's to say: a client's ``damage`` is never read. Refused with
    ``not_in_battle``, ``battle_over``, ``unknown_enemy``, ``enemy_defeated``, ``fighter_fallen``,
    ``attack_cooldown``.
    """

    enemy_id: int


class Chat(Command):
    """Say something to the fighters of this battle. Refused with ``invalid_message``, ``rate_limited``."""

    message: Annotated[str, Meta(min_length=1, max_length=500)]
