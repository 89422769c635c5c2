"""Routes of leaderboards."""

from competition import api
from core.routes import route

urlpatterns = [
    route("api/leaderboards", api.Leaderboards.as_view()),
    route("api/leaderboards/<str:name>", api.Leaderboard.as_view()),
]
