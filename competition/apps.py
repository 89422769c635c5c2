"""The competition app."""

from django.apps import AppConfig


class CompetitionConfig(AppConfig):
    name = "competition"
