"""Routes of the lobby and direct message sockets."""

from django.urls import re_path

from chat.consumers import DirectConsumer, LobbyConsumer

websocket_urlpatterns = [
    re_path(r"^ws/lobbies/(?P<lobby_id>[0-9]{1,18})/?$", LobbyConsumer.as_asgi()),
    re_path(r"^ws/chat/lobby/(?P<name>[^/]+)/?$", LobbyConsumer.as_asgi()),
    re_path(r"^ws/chat/(?P<friend_id>[0-9]{1,18})/?$", DirectConsumer.as_asgi()),
]
