"""Parties: an app of its own inside matchmaking, with its own tables."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "matchmaking.parties"
    label = "parties"
