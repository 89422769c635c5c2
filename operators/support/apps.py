"""Support: the page of a player in the admin, what operators do there, and their notes."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "operators.support"
    label = "support"
