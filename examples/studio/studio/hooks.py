"""Hooks before calls and after events, and procedures."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from accounts.commands import Register, Rename
from chat.commands import ChatMessage
from game.events import GameFinished
from gameplatform.extend import Limit, after, before, grant, rpc, webhook
from studio.economy import rewards  # noqa: F401  (the platform finds it here)
from studio.events import LapDriven
from studio.models import Lap
from studio.refusals import NameOfTheStudio

# Operators choose in the admin which other systems are told of laps.
webhook(LapDriven)


@before(Register, Rename)
def keep_our_name(call: Register | Rename, user_id: int | None) -> None:
    if "studio" in call.username.lower():
        raise NameOfTheStudio('Names with "studio" are ours.')


@before(ChatMessage)
def calm_down(call: ChatMessage, user_id: int | None) -> None:
    if call.message.isupper():
        call.message = call.message.capitalize()


@after(GameFinished)
def pay_winners(game: GameFinished, id: UUID) -> None:
    """Pay who wins against people."""
    if not game.against_bot:
        for user_id in game.winner_ids:
            grant(user_id, gold=7, why="studio: win", key=f"studio:{id}")


class Total(Struct):
    laps: int


@rpc("POST", "laps/forget", limit=Limit(5, every_s=60))
def forget_slow(who, over_ms: Annotated[int, Meta(ge=1)]) -> Total:
    """Forget the caller's slow laps."""
    mine = Lap.objects.filter(user_id=who.user_id)
    mine.filter(ms__gt=over_ms).delete()
    return Total(mine.count())
