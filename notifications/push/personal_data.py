"""Personal data of push notifications. The devices go with their sessions, which end with the account."""

from typing import Any

import msgspec

from core.ids import UserId
from core.personal_data import erases, exports
from notifications.push import selectors
from notifications.push.models import Preference, Subscription


@exports("push_notifications")
def devices_and_kinds(user_id: UserId) -> dict[str, Any]:
    """Export the devices without their keys, and the kinds that are wanted."""
    devices = Subscription.objects.filter(session__user=user_id).order_by("created_at")
    return {
        "devices": list(devices.values("session_id", "endpoint", "language", "created_at")),
        "kinds": msgspec.to_builtins(selectors.kinds(user_id)),
    }


@erases
def forget(user_id: UserId) -> None:
    """Delete the devices, what is to be sent to them, and the choice of kinds."""
    Subscription.objects.filter(session__user=user_id).delete()
    Preference.objects.filter(user=user_id).delete()
