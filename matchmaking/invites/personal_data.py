"""The personal data in invites."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports, merges
from matchmaking.invites import selectors, services


@exports("invites")
def sent_and_received_invites(user_id: UserId) -> list[Any]:
    """Every invite that is still on record."""
    return selectors.shown(selectors.of_either(user_id).order_by("pk"))


@erases
def forget(user_id: UserId) -> None:
    """Cancel and delete the person's invites: nobody waits for a deleted user's answer."""
    services.erase(user_id=user_id)


@merges
def cancel_former(_: UserId, former_id: UserId) -> None:
    """Cancel the former account's invites."""
    services.erase(user_id=former_id)
