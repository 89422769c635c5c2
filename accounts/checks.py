"""System checks of the sign-in settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

ALGORITHMS = ("HS256", "HS384", "HS512")


@register(Tags.security)
def check_algorithm(**_: Any) -> list[CheckMessage]:
    """Require a symmetric algorithm: one secret key both signs and verifies tokens."""
    if settings.SIMPLE_JWT["ALGORITHM"] in ALGORITHMS:
        return []
    return [Error(f"ALGORITHM is one of {', '.join(ALGORITHMS)}.", id="accounts.E001")]
