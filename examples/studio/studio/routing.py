"""The socket's address."""

from django.urls import re_path

from studio.consumers import TrackConsumer

websocket_urlpatterns = [re_path(r"^ws/studio/track/?$", TrackConsumer.as_asgi())]
