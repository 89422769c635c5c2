"""The route of battles' sockets."""

from django.urls import re_path

from game.battles.consumers import BattleConsumer

websocket_urlpatterns = [re_path(r"^ws/battle/(?P<battle_id>[^/]+)/?$", BattleConsumer.as_asgi())]
