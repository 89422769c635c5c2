"""The admin as a whole: front page, roles, audit trail. Each app's own part is in its ``admin.py``."""

from django.apps import AppConfig
from django.contrib import admin
from django.db.models.signals import post_migrate


class OperatorsConfig(AppConfig):
    name = "operators"

    def ready(self) -> None:
        from operators import figures, roles  # noqa: F401  (figures registers its background task)

        admin.site.index_template = "operators/index.html"
        admin.site.site_header = admin.site.site_title = "Game platform"
        admin.site.index_title = "What goes on"
        post_migrate.connect(roles.lay, sender=self)
