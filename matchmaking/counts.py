"""How many wait, for ``GET /api/status``."""

from core.status import counts
from matchmaking.models import Member


@counts("queued")
def queued() -> int:
    return Member.objects.count()
