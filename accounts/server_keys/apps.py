"""Server keys: other systems that call REST routes for users."""

from django.apps import AppConfig


class ServerKeysConfig(AppConfig):
    name = "accounts.server_keys"
    label = "server_keys"
    verbose_name = "Server keys"
