"""Who has grown, or wears something else, is shown anew where they are: of many changes of a moment, once."""

from progression.events import StatsChanged
from realtime import worker
from realtime.reactions import reacts_to
from world import services

TELL_EVERY_S = 0.25

_changed: set[int] = set()


@reacts_to(StatsChanged)
def note(event: StatsChanged) -> None:
    """Others see a character's level and its most health: they are told soon, and in the end how it is."""
    user_id = event.user_id
    worker.once_committed(_changed.add, user_id, outside=lambda: services.tell_of_owners(user_id))


@worker.every(TELL_EVERY_S)
def tell() -> None:
    """Show who has changed."""
    for user_id in _changed.copy():
        _changed.discard(user_id)
        try:
            services.tell_of_owners(user_id)
        except worker.AWAY:
            _changed.add(user_id)
            raise
