"""Fixtures for the tests of all apps. The services of a run are set up by tests/settings.py."""

import datetime
import ipaddress
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import settings as examples
from playwright.sync_api import Browser, expect, sync_playwright

from core.postgresql.connection import Connection
from tests import browser as chromium

pytest_plugins = ["gameplatform.testing.plugin"]

NO_BROWSER = "There is no Chromium for the browser tests: install one (python -m tests.programs does)."

# Playwright's own timeout for actions: slow machines must not fail.
SEEN_WITHIN_MS = 30_000

SLOW_FIXTURES = {"live_server_process", "browser", "demo_server", "new_server"}
"""Fixtures that start server processes or a browser; ``--quick`` skips their tests."""

# A busy machine must not fail.
examples.register_profile("untimed", deadline=None)
examples.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out server processes and browsers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        slow = [item for item in items if SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Use one worker more than the default: tests spend a sixth of their time waiting for processes."""
    return (yield) + 1


@pytest.fixture
def add_database(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """``add_database("replica", NAME=...)`` adds a database to the settings: the default one but for that."""
    added: list[str] = []

    def ensure_connection(self: BaseDatabaseWrapper) -> None:
        if self.connection is None:
            with self.wrap_database_errors:
                self.connect()

    def add(alias: str, **differences: Any) -> None:
        added.append(alias)
        settings.DATABASES[alias] = {**connections["default"].settings_dict, **differences}

    # The test case of ``db`` refuses databases that it does not know.
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", ensure_connection)
    yield add
    for alias in added:
        connections[alias].close()
        cast(Any, connections[alias]).close_pool()
        del settings.DATABASES[alias]


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn ``DEBUG`` on, which demo data requires."""
    monkeypatch.setattr(settings, "DEBUG", True)


@pytest.fixture
def ada(person: Callable[[str], Any]) -> Any:
    """A user, made by the app's own ``person`` fixture."""
    return person("ada")


@pytest.fixture
def bob(person: Callable[[str], Any]) -> Any:
    """A second user."""
    return person("bob")


@pytest.fixture
def cyd(person: Callable[[str], Any]) -> Any:
    """A user who has no relation to the other two."""
    return person("cyd")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a self-signed certificate for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium with playwright's synchronous API.

    Use it only in modules of its own: while it runs, playwright's event loop counts as running, which
    asynchronous tests and Django's ORM refuse. Set up data by HTTP.
    """
    path = chromium.executable()
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    expect.set_options(timeout=SEEN_WITHIN_MS)
    with sync_playwright() as playwright:
        handle = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield handle
        handle.close()


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The round trips to PostgreSQL so far, by this process."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is in this process.")
    made: list[str] = []
    wait = Connection.wait

    def watched(talking: Any) -> Any:
        try:
            wanted = next(talking)
            made.append("round trip")
            while True:
                wanted = talking.send((yield wanted))
        except StopIteration as end:
            return end.value

    monkeypatch.setattr(Connection, "wait", lambda self, talking, *rest: wait(self, watched(talking), *rest))
    return made
