"""A malformed setting is reported in one sentence by every entry point."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from gameplatform import environment
from gameplatform.testing.processes import ROOT

NOWHERE = Path("/nowhere/words.txt")


@pytest.fixture
def value(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the one variable of these tests."""

    def value(text: str) -> None:
        monkeypatch.setenv("ONE", text)

    return value


def whole() -> int:
    return environment.integer("ONE", 60, maximum=65_535)


def part() -> Decimal:
    return environment.fraction("ONE", "0.1")


def flag() -> bool:
    return environment.boolean("ONE", True)


def hosts() -> list[str]:
    return environment.hosts("ONE")


def origins() -> list[str]:
    return environment.origins("ONE")


def one_of() -> str:
    return environment.one_of("ONE", ("INFO", "WARNING", "ERROR"), "INFO")


def url() -> str:
    return environment.url("ONE", "", schemes=("redis", "unix"))


def database() -> Any:
    return environment.database("ONE", "sqlite:///file")["ENGINE"]


def sentry() -> str:
    return environment.sentry("ONE")


def apps() -> list[str]:
    return environment.apps("ONE")


def proxies() -> list[str]:
    return environment.proxies("ONE", ["127.0.0.1"])


def plain() -> str:
    return environment.text("ONE", "127.0.0.1")


def names() -> list[str]:
    return environment.names("ONE", ["localhost", "127.0.0.1"])


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (whole, "65535", 65_535),
        (whole, " 1 ", 1),
        (whole, "", 60),
        (part, "1", 1),
        (part, "0", 0),
        (part, "", Decimal("0.1")),
        (flag, "No", False),
        (flag, "on", True),
        (flag, "", True),
        (one_of, "ERROR", "ERROR"),
        (one_of, "", "INFO"),
        (url, "redis://:secret@host:6379/0", "redis://:secret@host:6379/0"),
        (url, "unix:///run/redis.sock", "unix:///run/redis.sock"),
        (url, "", ""),
        (database, "postgres://user:secret@host:5432/name", "django.db.backends.postgresql"),
        (database, "", "django.db.backends.sqlite3"),
        (sentry, "https://key@o1.sentry.example.org/1", "https://key@o1.sentry.example.org/1"),
        (sentry, "http://key:secret@host:9000/path/42", "http://key:secret@host:9000/path/42"),
        (sentry, "", ""),
        (apps, "bench, game.battles,", ["bench", "game.battles"]),
        (apps, "", []),
        (plain, "0.0.0.0", "0.0.0.0"),
        (plain, "$6$of-dollars", "$6$of-dollars"),
        (proxies, "10.0.0.0/8, ::1", ["10.0.0.0/8", "::1"]),
        (proxies, "*", ["*"]),
        # A wildcard is not an address.
        (plain, "", "127.0.0.1"),
        (names, "a.example, b.example,", ["a.example", "b.example"]),
        (names, "", ["localhost", "127.0.0.1"]),
        (hosts, "play.example.com, .example.com,[::1],*", ["play.example.com", ".example.com", "[::1]", "*"]),
        (origins, "http://localhost:3000, https://[::1]", ["http://localhost:3000", "https://[::1]"]),
    ],
)
def test_what_is_well_is_read_and_an_empty_value_is_none(
    value: Callable[[str], None], read: Any, text: str, meant: Any
) -> None:
    value(text)
    assert read() == meant


@pytest.mark.parametrize(
    ("read", "must", "texts"),
    [
        (whole, "a whole number from 1 to 65535", ["sixty", "0", "-1", "65536", "1.5"]),
        (part, "a number from 0 to 1", ["a tenth", "-0.1", "1.1", "NaN", "-Infinity"]),
        (flag, "true or false", ["ture", "2"]),
        (one_of, "INFO, WARNING or ERROR", ["loud", "info"]),
        (
            hosts,
            "host names without scheme and port, such as play.example.com",
            ["https://play.example.com", "play.example.com:8000", "[::1]:8000"],
        ),
        (
            origins,
            "origins such as https://play.example.com, without a path",
            [
                "play.example.com",
                "https://play.example.com/",
                "ftp://play.example.com",
                "https://a:port",
                "null",
            ],
        ),
        # Host names would be compared with IP addresses and never match.
        (
            proxies,
            "addresses such as 127.0.0.1 or 10.0.0.0/8, or *",
            ["nginx", "10.0.0.1/8", "http://10.0.0.1"],
        ),
        # A module and a class are no packages, in which games and sockets could be looked for.
        (
            apps,
            "names of Python packages that can be imported",
            ["no_such_app", "game.no_such_app", "..", "game.apps", "game.apps.GameConfig"],
        ),
    ],
)
def test_what_is_not_well_is_said_with_what_it_must_be(
    value: Callable[[str], None], read: Any, must: str, texts: list[str]
) -> None:
    for text in texts:
        value(text)
        with pytest.raises(ImproperlyConfigured) as raised:
            read()
        assert str(raised.value) == f"ONE must be {must}, not {text!r}."


@pytest.mark.parametrize(
    ("read", "must", "texts"),
    [
        (
            url,
            "a URL that begins with redis://, unix://",
            ["secret", "http://secret@x", "redis://x:secret", "redis://x:0"],
        ),
        (
            database,
            "a URL such as postgres://user:password@host:5432/name or sqlite:///file",
            ["secret", "mysql://u:secret@h/n", "postgres://u:p@h:secret/n"],
        ),
        (
            sentry,
            "a URL such as https://key@sentry.example.org/1",
            [
                "https://sentry.example.org/1",
                "https://:secret@sentry.example.org/1",
                "https://secret@/1",
                "https://secret@sentry.example.org",
                "https://secret@sentry.example.org/one",
                "https://secret@sentry.example.org:secret/1",
                "ftp://secret@sentry.example.org/1",
            ],
        ),
    ],
)
def test_of_what_may_hold_a_password_nothing_is_shown(
    value: Callable[[str], None], read: Any, must: str, texts: list[str]
) -> None:
    for text in texts:
        value(text)
        with pytest.raises(ImproperlyConfigured) as raised:
            read()
        assert str(raised.value) == f"ONE must be {must}."


def test_a_file_must_be_one_that_can_be_read(value: Callable[[str], None]) -> None:
    value(str(ROOT / "README.md"))
    assert environment.readable("ONE", NOWHERE) == str(ROOT / "README.md")
    value("")
    with pytest.raises(
        ImproperlyConfigured, match=r"^ONE must be the path of a file .*'/nowhere/words\.txt'\.$"
    ):
        environment.readable("ONE", NOWHERE)


def run(start: Any, **variables: Any) -> CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *start],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "gameplatform.settings", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("start", [["manage.py", "check"], ["-m", "gameplatform", "--port", "0"]])
@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("INVITE_TTL", "-1", "INVITE_TTL must be a whole number from 1 to 1000000000, not '-1'."),
        (
            "EXTRA_APPS",
            "bench,no_such_app",
            "EXTRA_APPS must be names of Python packages that can be imported, not 'no_such_app'.",
        ),
        (
            "SECTIONS",
            "shop,shopp",
            "SECTIONS must be some of battles, lobbies, pets, shop, voice, world, or none, not 'shopp'.",
        ),
        (
            "SENTRY_DSN",
            "https://sentry.example.org/1",
            "SENTRY_DSN must be a URL such as https://key@sentry.example.org/1.",
        ),
    ],
)
def test_whatever_is_started_ends_with_the_sentence(
    start: list[str], name: str, text: str, sentence: str
) -> None:
    result = run(start, **{name: text})
    assert result.returncode == 1
    assert result.stderr == f"{sentence}\n"


def test_what_a_url_of_postgresql_says_beside_reaches_libpq_before_what_is_set_by_default() -> None:
    code = (
        "import django; django.setup();"
        "from django.db import connection as c;"
        "p = c.get_connection_params();"
        "print(p['sslmode'], c.pool.kwargs['sslrootcert'], p['keepalives_idle'], p['tcp_user_timeout'])"
    )
    beside = "sslmode=verify-full&sslrootcert=/etc/ssl/ours.pem&keepalives_idle=99"
    url = f"postgres://name:word@127.0.0.1:1/none?{beside}"
    assert run(["-c", code], DATABASE_URL=url).stdout == "verify-full /etc/ssl/ours.pem 99 10000\n"


def test_without_debug_nothing_is_started_without_a_secret_key() -> None:
    result = run(["manage.py", "check"], DEBUG="false", SECRET_KEY="")
    assert result.returncode == 1
    assert result.stderr == "The SECRET_KEY setting must not be empty.\n"


def test_empty_variables_mean_what_unset_ones_do_and_names_may_have_spaces_between() -> None:
    code = (
        "from django.conf import settings as s;"
        "print(s.HOST, s.ENVIRONMENT, s.SIMPLE_JWT['ALGORITHM'], s.ALLOWED_HOSTS, s.CORS_ALLOWED_ORIGINS,"
        " s.SECRET_KEY == s.INSECURE_SECRET_KEY)"
    )
    variables = {"HOST": "", "ENVIRONMENT": "", "ALGORITHM": "", "SECRET_KEY": "", "DEBUG": ""}
    lists = {"ALLOWED_HOSTS": "a.example, b.example", "CORS_ORIGINS": "https://a.example, "}
    result = run(["-c", code], **variables, **lists)
    assert result.stdout == (
        "127.0.0.1 development HS256 ['a.example', 'b.example'] ['https://a.example'] True\n"
    )


def test_a_redis_that_cannot_be_used_is_told_before_anything_waits_for_it() -> None:
    result = run(["-m", "gameplatform", "--port", "0"], REDIS_URL="redis://127.0.0.1:1/0")
    assert result.returncode == 1
    assert result.stderr.startswith("The Redis of REDIS_URL cannot be used: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_told_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
        database = tmp_path / "db.sqlite3"
        result = run(
            ["-m", "gameplatform", "--demo", "--port", str(port)], DATABASE_URL=f"sqlite:///{database}"
        )
    assert result.returncode == 1
    assert result.stderr == (
        f"HOST and PORT must be where this machine may listen, not 127.0.0.1 and {port}: "
        "Address already in use.\n"
    )
    assert not database.exists()


@pytest.mark.parametrize(
    "start", [["manage.py", "seed_demo"], ["-m", "gameplatform", "--demo", "--port", "0"]]
)
def test_without_debug_demo_data_is_refused_before_anything_is_done(tmp_path: Path, start: list[str]) -> None:
    database = tmp_path / "db.sqlite3"
    result = run(
        start, DATABASE_URL=f"sqlite:///{database}", DEBUG="off", SECRET_KEY="long-enough-for-a-test" * 2
    )
    assert result.returncode == 1
    assert result.stderr == (
        "Demo data is laid only with DEBUG on: it holds premium accounts with a public password.\n"
    )
    assert not database.exists()


def test_several_workers_whose_packages_are_missing_are_not_started_again_and_again(tmp_path: Path) -> None:
    (tmp_path / "sentry_sdk.py").write_text("raise ImportError('No module named sentry_sdk')")
    result = run(
        ["-m", "gameplatform", "--port", "0", "--workers", "2"],
        PYTHONPATH=str(tmp_path),
        SENTRY_DSN="https://key@sentry.example.org/1",
    )
    assert result.returncode == 1
    assert result.stderr == "No module named sentry_sdk: pip install -r requirements-observability.txt\n"


def test_a_websocket_protocol_that_is_not_there_is_named() -> None:
    result = run(["-m", "gameplatform", "--port", "0"], WS="no_such_protocol")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith(
        'argument --ws: Import string "no_such_protocol" must be in format "<module>:<attribute>".'
    )
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_named(workers: str) -> None:
    result = run(["-m", "gameplatform", "--port", "0", "--workers", workers])
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith(
        f"argument --workers: the workers are a whole number from 1, not {workers!r}"
    )


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    result = run(["-m", "gameplatform", "--port", port])
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith(
        f"argument --port: a port is a whole number from 0 to 65535, not {port!r}"
    )


@pytest.mark.parametrize(
    "given", ["eu", "eu=", "eu=eu.example.com", "EU=https://a.example.com", "eu=https://a.example.com/path"]
)
def test_a_region_has_a_name_and_an_address(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGIONS", "eu=https://eu.example.com/,us=http://localhost:8001")
    assert environment.regions("REGIONS") == {"eu": "https://eu.example.com", "us": "http://localhost:8001"}
    monkeypatch.setenv("REGIONS", given)
    with pytest.raises(ImproperlyConfigured, match="REGIONS"):
        environment.regions("REGIONS")


@pytest.mark.parametrize("given", ["", "b", "a,B!"])
def test_a_cell_is_one_of_all_cells(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("CELL", "a")
    monkeypatch.setenv("CELLS", "a,b")
    assert environment.cells() == ("a", ["a", "b"])
    monkeypatch.setenv("CELLS", given)
    with pytest.raises(ImproperlyConfigured, match="CELLS"):
        environment.cells()
