"""HTTP routes of the naive server."""

from django.urls import path
from rest_framework_simplejwt.views import TokenObtainPairView

from bench.naive import views

urlpatterns = [
    path("api/auth/guest/", views.Guest.as_view()),
    path("api/auth/login/", TokenObtainPairView.as_view()),
    path("api/me/", views.Me.as_view()),
    path("api/player/me/", views.PlayerMe.as_view()),
    path("api/inventory/", views.Inventory.as_view()),
    path("api/inventory/equip/<int:item_id>/", views.Equip.as_view()),
    path("api/shop/items/", views.Shop.as_view()),
    path("api/shop/purchase/", views.Purchase.as_view()),
    path("api/friends/", views.Friends.as_view()),
    path("api/friends/requests/", views.FriendRequests.as_view()),
    path("api/friends/requests/<int:request_id>/accept/", views.AcceptRequest.as_view()),
    path("api/notifications/badge/", views.Badge.as_view()),
    path("api/dm/", views.Threads.as_view()),
    path("api/dm/<int:friend_id>/messages/", views.DirectMessages.as_view()),
    path("api/lobbies/", views.Lobbies.as_view()),
    path("api/lobbies/<int:lobby_id>/join/", views.LobbyJoin.as_view()),
    path("api/lobbies/<int:lobby_id>/messages/", views.LobbyMessages.as_view()),
    path("game/join/", views.QueueJoin.as_view()),
    path("game/leave/", views.QueueLeave.as_view()),
    path("api/games/", views.Games.as_view()),
    path("api/games/<uuid:game_id>/join/", views.GameJoin.as_view()),
    path("api/leaderboards/<str:game>/", views.Leaderboard.as_view()),
    path("api/battles/join/<int:battle_id>/", views.BattleJoin.as_view()),
    path("api/battles/attack/<int:battle_id>/", views.Attack.as_view()),
    path("api/battles/claim-loot/<int:battle_id>/", views.Loot.as_view()),
]
