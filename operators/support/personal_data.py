"""Personal data in support: messages and notes go with the person, decisions stay without reasons."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports, merges
from operators.support.models import Erasure, Message, Note


@exports("operator_messages")
def messages(user_id: UserId) -> list[dict[str, Any]]:
    """Export what the operators wrote to the user."""
    rows = Message.objects.filter(user=user_id).order_by("pk")
    return [dict(row) for row in rows.values("id", "at", "text", "read_at")]


@exports("operator_notes")
def notes(user_id: UserId) -> list[dict[str, Any]]:
    """Export what the operators noted about the user."""
    return [dict(row) for row in Note.objects.filter(user=user_id).order_by("pk").values("at", "text")]


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Move messages and notes, so that support finds them with the kept account."""
    Message.objects.filter(user=former_id).update(user=kept_id)
    Note.objects.filter(user=former_id).update(user=kept_id)


@erases
def erase(user_id: UserId) -> None:
    Message.objects.filter(user=user_id).delete()
    Note.objects.filter(user=user_id).delete()
    Erasure.objects.filter(user=user_id).update(reason="")
