"""The test settings with Django's own admin instead of django-unfold."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "unfold"]

DATABASES["default"]["TEST"] = {}
