"""System checks of the settings; an error keeps the server from starting."""

from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

MIN_SECRET_LENGTH = 32


@register(Tags.security)
def check_secret_key(**_: Any) -> list[CheckMessage]:
    """Require a secret ``SECRET_KEY``: it signs tokens, so knowing it means being anybody."""
    if settings.DEBUG:
        return []
    keys = [("SECRET_KEY", settings.SECRET_KEY)]
    keys += [("A key of SECRET_KEY_FALLBACKS", key) for key in settings.SECRET_KEY_FALLBACKS]
    for name, key in keys:
        if key == settings.INSECURE_SECRET_KEY:
            return [Error(f"{name} is the public one of development.", hint=_HOW_TO, id="core.E001")]
        if len(key) < MIN_SECRET_LENGTH:
            message = f"{name} has fewer than {MIN_SECRET_LENGTH} characters."
            return [Error(message, hint=_HOW_TO, id="core.E001")]
    return []


_HOW_TO = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"


@register(Tags.security)
def check_door_check(**_: Any) -> list[CheckMessage]:
    """Require an importable DOOR_CHECK: a misspelt one would answer every sign-in with 500."""
    try:
        is_valid = not settings.DOOR_CHECK or callable(import_string(settings.DOOR_CHECK))
    except ImportError:
        is_valid = False
    message = "DOOR_CHECK must be the dotted path of a function."
    return [] if is_valid else [Error(message, id="core.E004")]


@register(Tags.security)
def check_channel_layer(**_: Any) -> list[CheckMessage]:
    """Require a Redis channel layer: workers reach each other only through a shared one."""
    layer: dict[str, Any] = settings.CHANNEL_LAYERS.get("default", {})
    if layer.get("BACKEND") == "realtime.delivery.cluster.ClusterChannelLayer":
        return []
    if not layer.get("BACKEND", "").startswith("channels_redis."):
        message = "The channel layer is not in Redis: workers could not reach each other."
        return [Error(message, hint="Use channels_redis.pubsub.RedisPubSubChannelLayer.", id="core.E002")]
    hosts = layer.get("CONFIG", {}).get("hosts", ())
    # Since release 8 the client times out a receive that is idle for 5 s, and the layer goes silent.
    waits_forever = all(isinstance(host, dict) and host.get("socket_timeout", 0) is None for host in hosts)
    if int(redis.__version__.partition(".")[0]) >= 8 and not waits_forever:
        message = f"redis {redis.__version__} ends the channel layer's receives after 5 idle seconds."
        hint = 'Install redis<8, or give each host as {"address": ..., "socket_timeout": None}.'
        return [Error(message, hint=hint, id="core.E003")]
    return []


def refuse_dangerous_settings() -> None:
    """Raise ``ImproperlyConfigured`` if a check of the settings finds an error."""
    errors = [
        found for found in run_checks(tags=[Tags.security]) if found.is_serious() and not found.is_silenced()
    ]
    if errors:
        raise ImproperlyConfigured("\n".join(f"{found.msg} {found.hint or ''}".strip() for found in errors))


def refuse_demo_data() -> None:
    """Raise ``ImproperlyConfigured`` unless ``DEBUG`` is on: the demo accounts' password is public."""
    if not settings.DEBUG:
        raise ImproperlyConfigured(
            "Demo data is laid only with DEBUG on: it holds premium accounts with a public password."
        )
