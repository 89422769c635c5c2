"""The modules of extra apps: which there are, and which no longer fit the platform."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import django
from django.conf import settings
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

MODULES = (
    "admin",
    "commands",
    "events",
    "games",
    "hooks",
    "models",
    "personal_data",
    "queues",
    "reactions",
    "roles",
    "routing",
    "seeding",
    "urls",
)
"""The modules that the platform imports from an extra app; everything else, the app imports itself."""

REGISTERING = ("hooks", "reactions")
"""The modules that are imported for the functions that they register."""


def modules(*names: str) -> Iterator[str]:
    """Yield the modules of these names that the extra apps have."""
    for app in settings.EXTRA_APPS:
        yield from (f"{app}.{name}" for name in names if find_spec(f"{app}.{name}"))


def set_up() -> None:
    """Set up Django. Raises ``ImproperlyConfigured`` if extra apps do not fit, with each of their faults."""
    try:
        django.setup()
    except ImproperlyConfigured:
        raise
    except Exception as error:
        _refuse_faults(error)
        raise
    _refuse_faults()


def _refuse_faults(error: Exception | None = None) -> None:
    if found := faults():
        raise ImproperlyConfigured("\n".join(("These extensions do not fit:", *found))) from error


def faults() -> list[str]:
    """Return a sentence for each module of an extra app that cannot be imported."""
    found = []
    for module in modules(*MODULES):
        try:
            import_module(module)
        except AppRegistryNotReady:
            # A consequence of a fault in some models.
            continue
        except Exception as error:
            found.append(f"{module}: {error}")
    return found
