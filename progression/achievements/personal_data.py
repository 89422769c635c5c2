"""Personal data in achievements; erased with the player."""

from typing import Any

from core.ids import UserId
from core.personal_data import exports, merges
from progression.achievements import services
from progression.achievements.models import Earned


@exports("achievements")
def achievements(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's achievements with their dates."""
    earned = Earned.objects.filter(player=user_id).order_by("pk")
    return [{"name": name, "earned_at": at} for name, at in earned.values_list("achievement__name", "at")]


@merges
def join(kept_id: UserId, former_id: UserId) -> None:
    """Join achievements and counts."""
    services.merge(kept_id=kept_id, former_id=former_id)
