"""Sentry and OpenTelemetry: nothing unless asked for, and no secrets then."""

import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from core import telemetry


@pytest.fixture
def imported(monkeypatch):
    """The modules that are asked for; none is there but what a test puts in."""
    asked, present = [], {}

    def import_module(name):
        asked.append(name)
        if name not in present:
            raise ImportError(f"No module named {name!r}")
        return present[name]

    monkeypatch.setattr(telemetry, "import_module", import_module)
    return SimpleNamespace(asked=asked, present=present)


def test_without_variables_nothing_is_imported(imported, settings, monkeypatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    settings.SENTRY_DSN = ""

    telemetry.start()

    assert imported.asked == []
    assert "sentry_sdk" not in sys.modules


def test_a_missing_package_is_named_with_what_installs_it(imported, settings, monkeypatch):
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"
    with pytest.raises(ImproperlyConfigured, match=r"sentry_sdk.*requirements-observability\.txt"):
        telemetry.start()

    settings.SENTRY_DSN = ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    with pytest.raises(ImproperlyConfigured, match=r"opentelemetry.*requirements-observability\.txt"):
        telemetry.start()


def test_reported_errors_hold_no_secrets(imported, settings, monkeypatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    given = {}
    imported.present["sentry_sdk"] = SimpleNamespace(init=lambda **options: given.update(options))
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"

    telemetry.start()

    event = {"request": {"url": "/ws/?token=hunter2-secret"}, "lines": ["ticket=hunter2-secret", 3]}
    reported = given["before_send"](event, {})
    assert "hunter2" not in str(reported)
    assert reported["lines"][1] == 3
    assert given["send_default_pii"] is False
