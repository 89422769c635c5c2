"""The sockets of all installed apps: what their ``routing`` modules list."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings


def apps() -> list[str]:
    """The apps that may have sockets: ours, and those an operator installs beside them."""
    return [*settings.OUR_APPS, *settings.EXTRA_APPS]


def websocket_urlpatterns() -> list[Any]:
    """The ``websocket_urlpatterns`` of every app with a ``routing`` module."""
    return [
        pattern
        for app in apps()
        if app != __package__ and find_spec(f"{app}.routing")
        for pattern in import_module(f"{app}.routing").websocket_urlpatterns
    ]
