"""The platform behind PgBouncer, which shares its few connections between transactions."""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import environ
import pytest

from gameplatform.testing.processes import ServerProcess, fresh_database
from tests.clients import NetworkPlayer, begin, new_game

FIRST = (1, 21)
START_TIMEOUT_S = 20.0


def program() -> str:
    """Return PgBouncer's path; skips the test without a version that supports prepared statements."""
    named = os.environ.get("PGBOUNCER", "pgbouncer")
    path = shutil.which(named) or shutil.which(named, path="/usr/sbin")
    if path is None:
        pytest.skip("There is no PgBouncer here.")
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"PgBouncer (\d+)\.(\d+)", told)
    if version is None or (int(version[1]), int(version[2])) < FIRST:
        pytest.skip(f"The journal needs PgBouncer 1.21 or newer, not {told.splitlines()[0]}.")
    return path


@contextlib.contextmanager
def pooled(url: str, folder: Path) -> Iterator[str]:
    """Run PgBouncer with five connections in front of this database; yields its URL."""
    config = environ.Env.db_url_config(url)
    host = str(config["HOST"] or "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings_file, users = folder / "pgbouncer.ini", folder / "users.txt"
    users.write_text(f'"{config["USER"]}" "{config["PASSWORD"]}"\n')
    settings_file.write_text(
        f"""
        [databases]
        {config["NAME"]} = host={host} port={config["PORT"] or 5432} user={config["USER"]}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = trust
        auth_file = {users}
        pool_mode = transaction
        max_prepared_statements = 100
        default_pool_size = 5
        """
    )
    command = [program(), str(settings_file)]
    if os.geteuid() == 0:
        # It does not run as root; the folder's owner may access the socket.
        owner = Path(host).stat().st_uid if host.startswith("/") else pwd.getpwnam("nobody").pw_uid
        command = [*command[:1], "--user", pwd.getpwuid(owner).pw_name, *command[1:]]
    log = (folder / "pgbouncer.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            assert process.poll() is None, (folder / "pgbouncer.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        password = f":{config['PASSWORD']}" if config.get("PASSWORD") else ""
        yield (
            f"postgres://{config['USER']}{password}@127.0.0.1:{port}/{config['NAME']}"
            "?disable_server_side_cursors=true"
        )
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


async def test_games_are_played_and_kept_through_pgbouncer(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]], tmp_path: Path
) -> None:
    if urlsplit(os.environ["DATABASE_URL"]).scheme == "sqlite":
        pytest.skip("PgBouncer is of PostgreSQL.")
    with (
        fresh_database(os.environ["DATABASE_URL"], tmp_path) as url,
        pooled(url, tmp_path) as through,
        live_server_process(DATABASE_URL=through) as server,
    ):
        ada, bob = NetworkPlayer(server.base_url, "ada"), NetworkPlayer(server.base_url, "bob")
        for _ in range(3):
            await begin(new_game(ada, bob), ada, bob)
            await ada.send(type="game_action", action="resign")
            for player in (ada, bob):
                assert (await player.hear("game_over"))["reason"] == "resign"
                await player.leave()
                player.seq = None
        assert "error" not in server.log().lower()
