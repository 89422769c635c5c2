"""The routes of games' sockets, and of the list of open rooms."""

from django.urls import re_path

from game.consumers import GameConsumer, OpenRoomsConsumer

websocket_urlpatterns = [
    re_path(r"^ws/rooms/?$", OpenRoomsConsumer.as_asgi()),
    re_path(r"^ws/game/(?P<game_id>[^/]+)/?$", GameConsumer.as_asgi()),
]
