"""Personal data in the audit trail: entries are kept, the user's name in them is erased."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from accounts.models import User
from core.ids import UserId
from core.personal_data import erases, exports


@exports("operations")
def operations(user_id: UserId) -> list[dict[str, Any]]:
    """Export the operators' actions on this account."""
    return [{"at": entry.action_time, "what": entry.get_change_message()} for entry in _about(user_id)]


@erases
def names(user_id: UserId) -> None:
    _about(user_id).update(object_repr="")


def _about(user_id: UserId) -> Any:
    account = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=account, object_id=str(user_id)).order_by("pk")
