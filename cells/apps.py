"""Cells: friendships, messages, presence and ends of sessions cross between them, if ``CELL`` is set."""

from django.apps import AppConfig


class CellsConfig(AppConfig):
    name = "cells"

    def ready(self) -> None:
        from core import cells

        if cells.is_set():
            from cells import live, reactions

            assert live, reactions  # imported because they register themselves
