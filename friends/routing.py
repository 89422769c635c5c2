"""The route of the friends' status socket."""

from django.urls import re_path

from friends.consumers import FriendsStatusConsumer

websocket_urlpatterns = [re_path(r"^ws/friends/status/?$", FriendsStatusConsumer.as_asgi())]
