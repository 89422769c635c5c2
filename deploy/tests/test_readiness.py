"""Readiness distinguishes one worker that lost a store from all workers losing it."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import httpx
import psycopg
import pytest
import redis.asyncio
from psycopg import sql

from gameplatform.testing.processes import ServerProcess, fresh_database
from tests.clients import WITHIN_S

LONELY = f"lonely_{os.getpid()}"
PREFIX = "readiness"


@contextlib.contextmanager
def lonely_user(server_url: Any) -> Iterator[Callable[[], None]]:
    """A database user that can be locked out; yields the function that does it."""
    config = environ.Env.db_url_config(server_url)
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    reach = {name: config[key] for name, key in names.items() if config.get(key)}
    with psycopg.connect(**reach, dbname=config["NAME"], autocommit=True) as server:

        def shut_out() -> None:
            server.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(LONELY)))
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [LONELY]
            )

        server.execute(
            sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}").format(sql.Identifier(LONELY), LONELY)
        )
        try:
            yield shut_out
        finally:
            shut_out()
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(LONELY)))


async def both_noted(redis_url: Any) -> None:
    """Wait until two workers have recorded that they reach both stores."""
    async with asyncio.timeout(WITHIN_S), redis.asyncio.from_url(redis_url) as client:
        while await client.zcard(f"{PREFIX}:heartbeats") < 2:  # noqa: ASYNC110  (nothing tells)
            await asyncio.sleep(0.1)


async def answered(client: Any, server: Any, *, strict: Any, status: Any) -> Any:
    """Return the body of ``/health/ready`` once it has this status."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            answer = await client.get(f"{server.base_url}/health/ready", params={"strict": int(strict)})
            if answer.status_code == status:
                return answer.json()
            await asyncio.sleep(0.1)


async def test_who_alone_has_lost_the_database_is_taken_out_and_nobody_when_all_have(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]], tmp_path: Path
) -> None:
    server_url = os.environ["DATABASE_URL"]
    if urlsplit(server_url).scheme == "sqlite":
        pytest.skip("SQLite has no users to shut out.")
    with (
        fresh_database(server_url, tmp_path) as url,
        lonely_user(server_url) as shut_out,
        live_server_process(
            DATABASE_URL=url.replace("//postgres", f"//{LONELY}:{LONELY}", 1), REDIS_PREFIX=PREFIX
        ) as lonely,
    ):
        async with httpx.AsyncClient(timeout=WITHIN_S) as client:
            shared = {**lonely.environment, "DATABASE_URL": url}
            with live_server_process(**shared) as other:
                await both_noted(lonely.environment["REDIS_URL"])
                await asyncio.to_thread(shut_out)
                told = await answered(client, lonely, strict=False, status=503)
                assert told["status"] == "unavailable"
                assert told["checks"]["database"] != "ok"
                assert (await answered(client, other, strict=True, status=200))["status"] == "ok"
            # Now all remaining workers have lost it.
            told = await answered(client, lonely, strict=False, status=200)
            assert told["status"] == "degraded"
            await answered(client, lonely, strict=True, status=503)
