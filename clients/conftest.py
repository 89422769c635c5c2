"""Fixtures of the clients' tests."""

import os
from collections.abc import Iterator

import pytest

from gameplatform.testing import services
from gameplatform.testing.processes import ServerProcess, fresh_database


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with the demo data, shared by all tests of the clients."""
    folder = tmp_path_factory.mktemp("clients")
    with fresh_database(os.environ["DATABASE_URL"], folder, demo=True) as database_url:
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": services.another_redis_url(),
            "ENCRYPTION_KEY": "between-the-server-and-those-who-ask-for-it",
        }
        with ServerProcess(environment, log_path=folder / "server.log") as server:
            yield server
