"""Batched updates of characters whose level or equipment changed.

Several changes at nearly the same time lead to one update.
"""

from core import due
from core.background import STORE_ERRORS
from core.ids import UserId
from progression.events import StatsChanged
from realtime import worker
from realtime.reactions import reacts_to
from world import services

LOOK = "growth"
PUBLISH_EVERY_S = 0.25


class ChangedUsers(set[UserId]):
    """Users whose characters are to be shown anew."""


def _changed() -> ChangedUsers:
    return worker.current().part(ChangedUsers)


@reacts_to(StatsChanged)
def queue_update(event: StatsChanged) -> None:
    """Schedule an update of the user's character: others see its level and its maximum health."""
    user_id = event.user_id
    worker.once_committed(_queue, user_id, outside=lambda: services.publish_update_of_owner(user_id))


def _queue(user_id: UserId) -> None:
    _changed().add(user_id)
    due.looks[LOOK].wake()


@due.look(LOOK, every_s=PUBLISH_EVERY_S)
def publish_updates() -> None:
    """Publish an update of each changed character."""
    changed = _changed()
    for user_id in changed.copy():
        changed.discard(user_id)
        try:
            services.publish_update_of_owner(user_id)
        except STORE_ERRORS:
            changed.add(user_id)
            raise
