"""Dangerous settings keep the server from starting."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from core.checks import refuse_dangerous_settings

ROOT = Path(__file__).resolve().parents[2]
LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"


def layer(*hosts: Any, backend: str = LAYER) -> dict[str, Any]:
    return {"default": {"BACKEND": backend, "CONFIG": {"hosts": list(hosts)}}}


def test_the_settings_of_this_project_are_no_danger() -> None:
    refuse_dangerous_settings()


@pytest.mark.parametrize("key", ["insecure", "short"])
def test_production_needs_a_secret_key_of_its_own(settings: Settings, key: str) -> None:
    settings.DEBUG = False
    settings.SECRET_KEY = settings.INSECURE_SECRET_KEY if key == "insecure" else "x" * 31
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        refuse_dangerous_settings()
    settings.SECRET_KEY = "x" * 32
    refuse_dangerous_settings()


def test_tokens_are_signed_with_the_secret_key_or_not_at_all(settings: Settings) -> None:
    for algorithm in ("none", "RS256", "HS257", ""):
        settings.SIMPLE_JWT = settings.SIMPLE_JWT | {"ALGORITHM": algorithm}
        with pytest.raises(ImproperlyConfigured, match="ALGORITHM"):
            refuse_dangerous_settings()


def test_workers_need_a_layer_that_they_share(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = layer(backend="channels.layers.InMemoryChannelLayer")
    with pytest.raises(ImproperlyConfigured, match="could not reach each other"):
        refuse_dangerous_settings()


def test_a_redis_client_that_gives_up_on_idle_receives_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "__version__", "8.0.0")
    for hosts in (["redis://one"], [{"address": "redis://one"}], [{"address": "a", "socket_timeout": 5}]):
        settings.CHANNEL_LAYERS = layer(*hosts)
        with pytest.raises(ImproperlyConfigured, match="idle"):
            refuse_dangerous_settings()
    settings.CHANNEL_LAYERS = layer({"address": "redis://one", "socket_timeout": None})
    refuse_dangerous_settings()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_ends_with_one_clear_line(workers: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "gameplatform", "--port", "0", "--workers", workers],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "gameplatform.settings",
            "DEBUG": "false",
            "SECRET_KEY": "x",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("SECRET_KEY has fewer than 32 characters.")
    assert "Traceback" not in result.stderr
