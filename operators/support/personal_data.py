"""Personal data in support: messages and notes go with the person, decisions stay without reasons."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports
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


@erases
def erase(user_id: UserId) -> None:
    Message.objects.filter(user=user_id).delete()
    Note.objects.filter(user=user_id).delete()
    Erasure.objects.filter(user=user_id).update(reason="")
