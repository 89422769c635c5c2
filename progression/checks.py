"""Checks of the settings of play."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)  # of those tagged so, none that fails lets the server start
def check_stamina(**_: Any) -> list[CheckMessage]:
    """Stamina comes back by a part of the whole, in whole seconds."""
    found: list[CheckMessage] = []
    if not 0 <= settings.STAMINA_REGEN_PERCENT <= 1:
        found.append(Error("STAMINA_REGEN_PERCENT is a part of the maximum: 0 to 1.", id="progression.E001"))
    if settings.STAMINA_REGEN_INTERVAL < 1:
        found.append(Error("STAMINA_REGEN_INTERVAL is at least one second.", id="progression.E002"))
    return found
