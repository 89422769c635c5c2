"""What the world remembers of who captured shards."""

from core.personal_data import erases
from world.shards import services


@erases
def forget_captors(user_id: int) -> None:
    """That shards were captured stays, by whom does not."""
    services.forget_captor(user_id=user_id)
