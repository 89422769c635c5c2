"""The number of lobbies, for ``GET /api/status``."""

from chat.models import Lobby
from core.status import counts


@counts("lobbies")
def lobbies() -> int:
    """Return the number of open lobbies."""
    return Lobby.objects.filter(status=Lobby.Status.OPEN).count()
