"""The route of the world's socket."""

from django.urls import re_path

from world.consumers import WorldConsumer

websocket_urlpatterns = [re_path(r"^ws/?$", WorldConsumer.as_asgi())]
