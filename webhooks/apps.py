"""Webhooks: signed calls of other systems after events."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from webhooks import live, reactions

        assert live, reactions  # imported because they register themselves
