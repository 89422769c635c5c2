"""A PostgreSQL server with a full disk, for real: a small tablespace, filled to the last byte."""

import asyncio
import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql

from gameplatform.testing.processes import ServerProcess, fresh_database
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game

SIZE = "96m"


class Disk:
    """A tablespace on a file system of its own, used by one database."""

    def __init__(self, folder: Path, server_url: str, database_url: str) -> None:
        self.folder = folder / "disk"
        self._name = f"disk_{os.getpid()}"
        self.url = database_url
        self._database = urlsplit(database_url).path.rpartition("/")[2]
        config = environ.Env.db_url_config(server_url)
        names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        self._reach = {name: config[key] for name, key in names.items() if config.get(key)}
        self._server = psycopg.connect(**self._reach, dbname=config["NAME"], autocommit=True)

    def __enter__(self) -> "Disk":
        (data,) = self._server.execute("SHOW data_directory").fetchone() or ("",)
        if os.geteuid() != 0 or not Path(data).exists():
            pytest.skip("Only root can give a PostgreSQL of this machine a disk to fill.")
        self.folder.mkdir()
        options = f"size={SIZE},uid={Path(data).stat().st_uid},mode=700"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip(f"No file system can be mounted here: {mounted.stderr.decode()}")
        # The folders above it belong to the test.
        for parent in self.folder.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o111)
        self._tell("CREATE TABLESPACE {} LOCATION {}", self._name, sql.Literal(str(self.folder)))
        self._tell("ALTER DATABASE {} SET TABLESPACE {}", self._database, self._name)
        return self

    def __exit__(self, *_: object) -> None:
        self.empty()
        self._tell("ALTER DATABASE {} SET TABLESPACE pg_default", self._database)
        self._tell("DROP TABLESPACE {}", self._name)
        self._server.close()
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    def fill(self) -> None:
        """Fill the free space, then the free space in the journal's pages."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while ballast.write(b"\0" * 4096):
                pass
        insert = """
            INSERT INTO game_journalentry (game_id, seq, at, user_id, kind, data)
            VALUES (gen_random_uuid(), 1, now(), NULL, 'chat', '')
        """
        with (
            psycopg.connect(**self._reach, dbname=self._database, autocommit=True) as database,
            contextlib.suppress(psycopg.errors.DiskFull),
        ):
            while True:
                database.execute(insert)

    def empty(self) -> None:
        """Free the space again."""
        (self.folder / "ballast").unlink(missing_ok=True)

    def _tell(self, statement: str, *names: str | sql.Composable) -> None:
        parts = [sql.Identifier(name) if isinstance(name, str) else name for name in names]
        self._server.execute(sql.SQL(statement).format(*parts))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    server_url = os.environ["DATABASE_URL"]
    if urlsplit(server_url).scheme == "sqlite":
        pytest.skip("The full disk is PostgreSQL's.")
    with fresh_database(server_url, tmp_path) as url, Disk(tmp_path, server_url, url) as small:
        yield small


def sample(base_url: str, name: str) -> float | int:
    """Return the sum of this metric over workers and labels."""
    families = text_string_to_metric_families(httpx.get(f"{base_url}/metrics", timeout=WITHIN_S).text)
    return sum(one.value for family in families for one in family.samples if one.name == name)


async def strictly_ready(base_url: str, status: Any) -> Any:
    """Return the checks, once ``/health/ready?strict=1`` answers with this status."""
    async with asyncio.timeout(WITHIN_S), httpx.AsyncClient(timeout=WITHIN_S) as client:
        while (answer := await client.get(f"{base_url}/health/ready?strict=1")).status_code != status:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return answer.json()["checks"]


async def test_a_full_disk_is_seen_refuses_moves_closes_no_socket_and_heals_by_itself(
    disk: Disk, live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]]
) -> None:
    production = {"DEBUG": "false", "SECRET_KEY": 32 * "k", "SECURE_SSL_REDIRECT": "false"}
    with live_server_process(DATABASE_URL=disk.url, ALLOWED_HOSTS="127.0.0.1", **production) as server:
        ada, bob = NetworkPlayer(server.base_url, "ada"), NetworkPlayer(server.base_url, "bob")
        await begin(new_game(ada, bob), ada, bob)
        mover, other = (ada, bob) if await turn(ada) == ada.id else (bob, ada)
        await mover.send(type="player_move", movement={"cell": 4})
        await other.hear("player_move")
        await mover.hear("player_move")

        disk.fill()
        commits = sample(server.base_url, "game_journal_commit_seconds_count")
        await other.send(type="player_move", movement={"cell": 0})
        for player in (ada, bob):
            refusal = await player.hear()
            assert (refusal["type"], refusal["code"]) == ("error", "recovering")
            assert refusal["retry_after"] > 0
        assert (await strictly_ready(server.base_url, 503))["journal"] == "moves cannot be stored in default"
        assert sample(server.base_url, "game_journal_failures_total") >= 3
        assert sample(server.base_url, "game_journal_commit_seconds_count") == commits
        await other.send(type="player_move", movement={"cell": 0}, id="again")
        refusal = await other.hear()
        assert (refusal["code"], refusal["ref"]) == ("recovering", "again")
        lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
        told = [line for line in lines if line["logger"] == "game.live.journal"]
        assert [line["level"] for line in told] == ["error"]
        assert sample(server.base_url, "logged_errors_total") == 1

        disk.empty()
        for player in (ada, bob):
            state = await player.hear()
            assert (state["type"], state["state"]) == ("game_state", "active")
            assert [cell for row in state["view"]["board"] for cell in row if cell is not None] != []
            assert state["view"]["board"][0][0] is None
        await strictly_ready(server.base_url, 200)
        await other.send(type="player_move", movement={"cell": 0})
        for player in (ada, bob):
            assert (await player.hear())["view"]["board"][0][0] is not None
        assert sample(server.base_url, "realtime_sockets_closed_total") == 0
        await ada.leave()
        await bob.leave()


async def turn(player: Any) -> Any:
    """Return whose turn it is, as told to a player who reconnects."""
    await player.leave()
    player.seq = None
    await player.enter(player.path)
    return (await player.hear("game_state"))["turn"]
