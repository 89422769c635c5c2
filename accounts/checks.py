"""System checks of the sign-in settings."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from accounts import keys

ALGORITHMS = (*keys.SYMMETRIC, *keys.ASYMMETRIC)


@register(Tags.security)
def check_algorithm(**_: Any) -> list[CheckMessage]:
    """Require an algorithm that is supported, with its keys."""
    algorithm = settings.SIMPLE_JWT["ALGORITHM"]
    if algorithm not in ALGORITHMS:
        return [Error(f"ALGORITHM is one of {', '.join(ALGORITHMS)}.", id="accounts.E001")]
    if algorithm == "RS256" and not settings.SIGNING_KEYS:
        return [Error("ALGORITHM=RS256 needs SIGNING_KEY_FILES.", id="accounts.E002")]
    if algorithm == "RS256":
        try:
            keys.all_keys()
        except ValueError as error:
            return [Error(f"SIGNING_KEY_FILES: {error}", id="accounts.E003")]
    return []


@register(Tags.security)
def check_breached_passwords(**_: Any) -> list[CheckMessage]:
    """Require that the file of breached passwords can be read, where there is one."""
    path = settings.BREACHED_PASSWORDS_FILE
    if path and not os.access(path, os.R_OK):
        return [Error(f"BREACHED_PASSWORDS_FILE: {path} cannot be read.", id="accounts.E004")]
    return []
