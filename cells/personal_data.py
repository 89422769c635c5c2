"""Personal data in other cells."""

from cells import facts, services
from core import cells
from core.ids import UserId
from core.personal_data import erases


@erases
def erase_elsewhere(user_id: UserId) -> None:
    """Erase an account in all other cells."""
    services.tell(facts.Erased(user_id), to=cells.others())
