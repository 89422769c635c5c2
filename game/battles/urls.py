"""URL patterns of battles."""

from core.routes import route
from game.battles import api

urlpatterns = [
    route("api/battles/available", api.Available.as_view()),
    route("api/battles/history", api.History.as_view()),
    route("api/battles/<int:battle_id>", api.OneBattle.as_view()),
    route("api/battles/join/<int:battle_id>", api.Join.as_view()),
    route("api/battles/attack/<int:battle_id>", api.Attack.as_view()),
    route("api/battles/claim-loot/<int:battle_id>", api.ClaimLoot.as_view()),
]
