"""The compiled statements of the platform's apps."""

import gc
import importlib
import pkgutil
from typing import Any

from django.apps import apps

from core.statements import Statement
from gameplatform.testing.processes import ROOT


def all_statements() -> list[Statement[Any, Any]]:
    """Return all compiled statements of all modules."""
    for config in apps.get_app_configs():
        if config.path.startswith(str(ROOT)) and ".venv" not in config.path:
            for module in pkgutil.walk_packages([config.path], f"{config.name}."):
                if not {"migrations", "tests", "management", "naive"} & set(module.name.split(".")):
                    importlib.import_module(module.name)
    return [one for one in gc.get_objects() if type(one) is Statement]
