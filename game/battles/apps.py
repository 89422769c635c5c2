"""Battles: an app of its own inside games, with its own tables."""

from django.apps import AppConfig


class BattlesConfig(AppConfig):
    name = "game.battles"
    label = "battles"

    def ready(self) -> None:
        from game.battles import live

        assert live  # imported for the background work that it registers
