"""The admin site: front page, roles, audit trail. The apps' own pages are in their ``admin.py``."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib import admin
from django.db.models.signals import post_migrate


class OperatorsConfig(AppConfig):
    name = "operators"

    def ready(self) -> None:
        from operators import figures, live, roles  # noqa: F401  (two register background tasks)

        admin.site.index_template = "operators/index.html"
        admin.site.site_header = admin.site.site_title = settings.PRODUCT
        admin.site.index_title = "Live figures"
        post_migrate.connect(roles.sync_roles, sender=self)
