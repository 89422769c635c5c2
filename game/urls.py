"""URL patterns of games."""

from core.routes import route
from game import api

urlpatterns = [
    route("api/games", api.Games.as_view()),
    route("api/games/catalog", api.Catalogue.as_view()),
    route("api/games/now", api.Now.as_view()),
    route("api/games/<uuid:game_id>", api.OneGame.as_view()),
    route("api/games/<uuid:game_id>/chat", api.Chat.as_view()),
    route("api/games/<uuid:game_id>/invitation", api.Invitation.as_view()),
    route("api/games/<str:game_id>/join", api.Join.as_view()),
    route("api/games/<uuid:game_id>/pgn", api.Pgn.as_view()),
    route("api/games/<uuid:game_id>/replay", api.Replay.as_view()),
    route("api/games/<uuid:game_id>/spectators", api.Spectators.as_view()),
    route("api/users/<int:user_id>/ratings", api.Ratings.as_view()),
]
