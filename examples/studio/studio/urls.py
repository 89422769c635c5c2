"""Addresses below /api/studio/."""

from gameplatform.extend import route
from studio import api

urlpatterns = [route("laps", api.Laps.as_view())]
