"""Django's command line for the platform and for projects on it."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main(settings_module: str = "gameplatform.settings") -> None:
    """Run the command of ``sys.argv`` with these settings, unless the environment names others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module)
    try:
        # Here and not in the command, for which a fault would be a traceback.
        from gameplatform import extensions

        extensions.set_up()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
