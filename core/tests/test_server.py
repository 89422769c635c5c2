"""Status, health and documentation of the server."""

import functools
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import redis
import structlog
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.test import Client
from psycopg_pool.base import AttemptWithBackoff
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts import services as accounts
from core import heartbeats, limit_counts, logs, status
from core.embedded import valkey
from core.models import Heartbeat
from core.redaction import bounded, redact
from core.routes import route
from gameplatform.testing import services


@pytest.fixture(autouse=True)
def _own_clients_of_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no client of a Redis of these tests: it is cached for the process."""
    for name in ("_redis", "_script"):
        cached: Any = getattr(limit_counts, name)
        monkeypatch.setattr(limit_counts, name, functools.cache(cached.__wrapped__))


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-_x"


@pytest.mark.django_db
def test_the_status_tells_versions_uptime_and_counts(
    user: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "current_counts", status._Remembered().current)

    body = APIClient().get("/api/status").json()

    assert body["version"] == settings.VERSION
    assert body["protocol_version"] == settings.PROTOCOL_VERSION
    assert body["uptime"] >= 0
    assert body["time"].endswith("Z")
    assert body["counts"]["users"] == 1


def test_while_somebody_counts_the_others_are_told_what_was_counted_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts, clock = {"users": lambda: 1}, [0.0]
    monkeypatch.setattr(status, "_counts", counts)
    monkeypatch.setattr(status, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    remembered = status._Remembered()
    assert remembered.current() == {"users": 1}
    clock[0] += 10
    told = []

    def count() -> int:
        told.append(remembered.current())
        return 2

    counts["users"] = count

    assert remembered.current() == {"users": 2}
    assert told == [{"users": 1}]


@pytest.mark.django_db
def test_the_server_is_ready_when_all_it_needs_is_there() -> None:
    answer = APIClient().get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": dict.fromkeys(("database", "migrations", "redis", "worker", "journal", "ticks"), "ok"),
    }


@pytest.fixture(autouse=True)
def readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    """A readiness state that is private to the test."""
    monkeypatch.setattr(status, "is_ready", status.Readiness().is_ready)
    monkeypatch.setattr(heartbeats, "redis_client", heartbeats.redis_client.__wrapped__)


@pytest.fixture
def ready_before(readiness: None, db: None) -> None:
    """This worker has passed all checks once."""
    assert APIClient().get("/health/ready").status_code == 200


def _without_redis(settings: Any) -> Any:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    return APIClient().get("/health/ready/"), APIClient().get("/health/ready/?strict=1")


def test_a_redis_that_all_workers_lack_is_told_and_takes_none_out_of_the_balancer(
    ready_before: None, settings: Settings
) -> None:
    usual, strict = _without_redis(settings)

    assert (usual.status_code, usual.json()["status"]) == (200, "degraded")
    assert usual.json()["checks"]["redis"] == "unreachable (ConnectionError)"
    assert (strict.status_code, strict.json()) == (503, usual.json())
    assert APIClient().get("/health/live/").json() == {"status": "ok"}


def _beat_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    for worker in ("this", "another"):
        heartbeats.beat(worker)
    before = heartbeats.AHEAD_S + 1
    Heartbeat.objects.filter(worker="this").update(at=Now() - timedelta(seconds=before))
    heartbeats.redis_client().zincrby(heartbeats.IN_REDIS, -before, "this")
    monkeypatch.setattr(heartbeats, "_own", "this")


def test_what_another_noted_before_all_lost_redis_takes_nobody_out_of_the_balancer(
    ready_before: None, settings: Settings
) -> None:
    for worker in ("another", "this"):
        heartbeats.beat(worker)
    Heartbeat.objects.filter(worker="this").update(at=Now() - timedelta(seconds=heartbeats.EVERY_S))
    usual, _ = _without_redis(settings)

    assert (usual.status_code, usual.json()["status"]) == (200, "degraded")


def test_a_worker_that_alone_lacks_redis_is_not_ready(
    ready_before: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _beat_of_another(monkeypatch)
    usual, _ = _without_redis(settings)

    assert (usual.status_code, usual.json()["status"]) == (503, "unavailable")


def test_a_worker_that_alone_lacks_the_database_is_not_ready(
    ready_before: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer() -> int:
        return APIClient().get("/health/ready").status_code

    def fail() -> None:
        raise OperationalError("no connection is free")

    check = status._checks["database"]
    monkeypatch.setitem(status._checks, "database", check._replace(check=fail))
    heartbeats.redis_client().delete(heartbeats.IN_REDIS)
    assert answer() == 200
    _beat_of_another(monkeypatch)
    assert answer() == 503


@pytest.mark.django_db
def test_a_worker_that_was_never_ready_is_not_ready_whoever_else_is(settings: Settings) -> None:
    usual, _ = _without_redis(settings)

    assert (usual.status_code, usual.json()["status"]) == (503, "unavailable")


@pytest.fixture
def redis_of_its_own(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a private Valkey that only this process's calls use."""
    settings.REDIS_URL = valkey.url(services.run_folder() / f"{services.worker()}-own")
    valkey.ensure_running(settings.REDIS_URL)
    with redis.from_url(settings.REDIS_URL) as client:
        yield client
        client.config_set("maxmemory", 0)
        client.replicaof("NO", "ONE")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("is_wrong", "found"),
    [
        (["CONFIG", "SET", "maxmemory", "1"], "unreachable (OutOfMemoryError)"),
        (["REPLICAOF", "127.0.0.1", "1"], "unreachable (ReadOnlyError)"),
    ],
)
def test_a_redis_that_takes_nothing_is_told_and_calls_that_need_it_are_refused(
    redis_of_its_own: Any, caplog: pytest.LogCaptureFixture, is_wrong: list[str], found: str
) -> None:
    ada = accounts.register_guest(username="ada", device=accounts.Device())
    redis_of_its_own.execute_command(*is_wrong)

    ready = APIClient().get("/health/ready?strict=1")
    ticket = APIClient().post("/api/auth/ticket", headers={"Authorization": f"Bearer {ada.tokens.access}"})

    assert (ready.status_code, ready.json()["checks"]["redis"]) == (503, found)
    assert (ticket.status_code, ticket.json()["code"]) == (503, "unavailable")
    assert "Traceback" not in caplog.text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no standby")
@pytest.mark.django_db(transaction=True)
def test_a_database_that_only_reads_is_told_and_calls_that_write_are_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        ready = APIClient().get("/health/ready")
        guest = APIClient().post("/api/auth/guest")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "read-only")
    assert (guest.status_code, guest.json()["code"]) == (503, "unavailable")
    assert "Traceback" not in caplog.text


@pytest.mark.django_db
def test_the_server_is_not_ready_before_its_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_is_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])

    assert APIClient().get("/health/ready").json()["checks"]["migrations"] == "migrations are missing"


def test_the_openapi_document_names_every_route_its_problems_and_its_token() -> None:
    document = json.loads(APIClient().get("/api/openapi.json").content)

    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/api/me"]["get"]
    assert operation["security"] == [{"bearer": []}]
    assert list(operation["responses"]["401"]["content"]) == ["application/problem+json"]
    assert "security" not in document["paths"]["/api/auth/login"]["post"]


def test_the_documentation_runs_no_script_of_a_stranger() -> None:
    answer = APIClient().get("/api/docs/")

    assert answer.status_code == 200
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert b"<script>" not in answer.content
    assert b"http" not in b"".join(part for part in answer.content.split(b'"') if part.endswith(b".js"))
    assert APIClient().get("/api/docs/?script=").status_code == 200


@pytest.mark.parametrize(
    "line",
    [
        f"GET /ws/?token={JWT}&v=1.0",
        f"Authorization: Bearer {JWT}",
        "GET /ws/?ticket=hunter2-secret HTTP/1.1",
        '{"username": "ada", "password": "hunter2-secret"}',
        "{'old_password': 'hunter2-secret', 'new_password': \"hunter2-secret\"}",
        r'{"password": "hunter2\"hunter2-secret"}',
        "username=ada&password=hunter2-secret",
        "redis://:hunter2-secret@db/0 and postgres://me:hunter2-secret@db/x",
        "Sec-WebSocket-Protocol: bearer, hunter2-secret",
        f"GET /login?next=%2Fws%3Ftoken%3D{JWT}",
        f"JWT_{JWT} {JWT.rpartition('.')[0]}",
        "{'password': 'hunter2-secret",
        r"{'password': 'hunter2-secret\\",
    ],
)
def test_secrets_are_blotted_out(line: str) -> None:
    redacted = redact(line)

    assert "hunter2" not in redacted
    assert JWT not in redacted
    assert "[redacted]" in redacted


def test_plain_lines_stay_as_they_are() -> None:
    line = "12:00 GET /api/tokens/3?tokens=2 the bear ate 5 tickets at http://host:80/a@b"

    assert redact(line) == line


SHAPES = (
    "a",
    "a.",
    "eyJ",
    "eyJa-",
    "eyJaaaaa.",
    "aeyJ",
    "bearer",
    "bearer ",
    "token=",
    "'token':'",
    "'token':'\\",
    "'token':\"x",
    "://a:",
    "a://",
    "\\",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_to_redact_sixteen_times_as_much_takes_about_sixteen_times_as_long(shape: str) -> None:
    def took(length: Any) -> float:
        text = (shape * length)[:length]
        began = time.thread_time()
        redact(text)
        return time.thread_time() - began

    short, long = (min(took(length) for _ in range(5)) for length in (2_000, 32_000))

    # Quadratic patterns take 256 times as long.
    assert long < 80 * short


def _logged(
    as_json: Any,
    *,
    message: str = "it failed",
    args: tuple[Any, ...] = (),
    error: Any = None,
    stack: Any = None,
    **extra: Any,
) -> str:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, None, sinfo=stack)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    record.__dict__.update(extra)
    return logs.formatter(as_json=as_json).format(record)


SECRET = f'{{"password": "hunter2-secret"}} token={JWT}'
FIELDS = (
    {"message": SECRET},
    {"message": "failed %s", "args": (SECRET,)},
    {"error": ValueError(SECRET)},
    {"stack": SECRET},
    {"password": "hunter2-secret"},
    {"request": SECRET},
    {"details": {"inner": [SECRET]}},
    {"details": SimpleNamespace(path=SECRET)},
)


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("fields", FIELDS)
def test_log_lines_hold_no_secrets_in_whatever_field(as_json: bool, fields: dict[str, Any]) -> None:
    line = _logged(as_json, **fields)

    assert JWT not in line
    assert "hunter2" not in line
    assert "[redacted]" in line
    if as_json:
        assert json.loads(line)["level"] == "error"


LONG = "x" * 1_000_000


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    "fields",
    [
        {"message": LONG},
        {"message": "failed %s", "args": (LONG,)},
        {"error": ValueError(LONG)},
        {"stack": LONG},
        {"request": LONG},
        {"details": {"inner": [LONG]}},
    ],
)
def test_a_log_line_is_short_whatever_was_to_be_logged(as_json: bool, fields: dict[str, Any]) -> None:
    assert len(_logged(as_json, **fields)) < 20_000


@pytest.mark.parametrize("secret", [SECRET, "redis://:hunter2-secret@db", "'token': 'hunter2-secret'"])
def test_what_is_cut_in_the_midst_of_a_secret_holds_no_part_of_it(secret: str) -> None:
    for end in range(len(secret)):
        assert "hunter2" not in bounded(secret + "x" * 600, end)
        assert JWT.split(".")[1][:8] not in bounded(secret, end)


def test_a_refusal_for_a_missing_cookie_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=""):
        answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ada"})

    assert answer.status_code == 403
    assert not [record for record in caplog.records if record.name.startswith("django.security")]


@pytest.mark.django_db
def test_lines_of_a_request_name_it_and_who_called(routes: Any) -> None:
    heard = []

    class Logged(APIView):
        permission_classes = ()

        def get(self, request: Any) -> Response:
            heard.append(structlog.contextvars.get_contextvars())
            return Response({})

    routes(route("api/logged", Logged.as_view()))
    ada = accounts.register_guest(username="ada", device=accounts.Device())
    headers = {"Authorization": f"Bearer {ada.tokens.access}", "X-Request-ID": "the-first"}
    APIClient().get("/api/logged", headers=headers)
    APIClient().get("/api/logged", headers={"X-Request-ID": "the-second"})

    assert heard[0]["request_id"] == "the-first"
    assert heard[0]["user_id"] == ada.user.pk
    assert heard[0]["session_id"]
    assert heard[1] == {"request_id": "the-second"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no pool of connections")
def test_a_lost_database_is_looked_for_every_second_however_long_it_is_away() -> None:
    attempt = AttemptWithBackoff(timeout=300)
    for second in range(20):
        attempt.update_delay(second)
        assert attempt.delay < 1.5
