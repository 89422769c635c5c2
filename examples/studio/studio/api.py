"""Laps by REST."""

from typing import Annotated

from msgspec import Meta, Struct
from rest_framework.views import APIView

from gameplatform.extend import identity, typed
from studio import selectors, services


class Lap(Struct):
    ms: Annotated[int, Meta(ge=1, description="Milliseconds")]


class Best(Struct):
    username: str
    ms: int


class Laps(APIView):
    """Laps of the track."""

    @typed
    def get(self, request) -> list[Best]:
        """The ten best laps."""
        return [Best(lap.user.username, lap.ms) for lap in selectors.best_laps()]

    @typed
    def post(self, request, lap: Lap) -> Best:
        """Record a lap, and return the caller's best. 409 `too_fast`."""
        who = identity(request)
        return Best(who.username, services.record(user_id=who.user_id, ms=lap.ms))
