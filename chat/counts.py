"""What the server's status says of lobbies."""

from chat.models import Lobby
from core.status import counts


@counts("lobbies")
def lobbies() -> int:
    """Open lobbies."""
    return Lobby.objects.filter(status=Lobby.Status.OPEN).count()
