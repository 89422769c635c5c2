"""The addresses of matchmaking."""

from core.routes import route
from matchmaking import api

urlpatterns = [
    route("game/join", api.Join.as_view()),
    route("game/leave", api.Leave.as_view()),
    route("game/status", api.Status.as_view()),
]
