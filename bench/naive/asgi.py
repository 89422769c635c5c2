"""The naive server's ASGI application, for daphne."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.naive.settings")
http = get_asgi_application()

from bench.naive import consumers  # noqa: E402  its models need the applications loaded

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [
                path("ws/game/<uuid:room>/", consumers.Room.as_asgi()),
                path("ws/stored-game/<uuid:room>/", consumers.StoredRoom.as_asgi()),
                path("ws/tick/<uuid:room>/", consumers.TickingRoom.as_asgi()),
                path("ws/notifications/", consumers.Notifications.as_asgi()),
            ]
        ),
    }
)
