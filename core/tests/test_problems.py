"""Every HTTP error has one form: a problem with a stable code."""

from collections.abc import Callable
from typing import Any

import psycopg.errors
import pytest
import redis.exceptions
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InternalError, OperationalError
from django.http import Http404
from pytest_django import Settings
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.test import APIClient

from core import problems, refusals
from core.routes import route
from core.views import OpenView

CASES = [
    (refusals.Malformed("What?"), 400, "malformed"),
    (refusals.Unauthenticated(), 401, "not_authenticated"),
    (refusals.CannotAfford(), 402, "cannot_afford"),
    (refusals.NotAllowed(), 403, "not_allowed"),
    (refusals.NotFound(), 404, "not_found"),
    (refusals.Conflict(), 409, "conflict"),
    (refusals.TooLarge(), 413, "too_large"),
    (refusals.Invalid(), 422, "invalid"),
    (refusals.RateLimited(retry_after=1.2), 429, "rate_limited"),
    (refusals.Unavailable(), 503, "unavailable"),
    (Http404(), 404, "not_found"),
    (PermissionDenied(), 403, "not_allowed"),
    (SuspiciousOperation(), 400, "malformed"),
    (exceptions.ParseError(), 400, "malformed"),
    (exceptions.NotAuthenticated(), 401, "not_authenticated"),
    (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
    (exceptions.PermissionDenied(), 403, "not_allowed"),
    (exceptions.NotFound(), 404, "not_found"),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
    (exceptions.NotAcceptable(), 406, "not_acceptable"),
    (exceptions.UnsupportedMediaType("a/b"), 415, "unsupported_media_type"),
    (exceptions.Throttled(7), 429, "rate_limited"),
    (OperationalError("the secret address"), 503, "unavailable"),
    (redis.exceptions.ConnectionError("the secret address"), 503, "unavailable"),
    (RuntimeError("the secret address"), 500, "server_error"),
]


@pytest.fixture
def failing(routes: Any) -> Callable[[Any], Any]:
    """A route whose view raises, and a client to call it."""

    def fail(error: Any) -> Any:
        class Fails(OpenView):
            def post(self, request: Any) -> None:
                raise error

        routes(route("api/fails", Fails.as_view()))
        return APIClient(raise_request_exception=False).post("/api/fails")

    return fail


@pytest.mark.parametrize(("error", "status", "code"), CASES, ids=lambda value: type(value).__name__)
def test_every_kind_of_failure_has_its_status_and_code(
    failing: Callable[[Any], Any], error: Any, status: int, code: str
) -> None:
    answer = failing(error)

    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]
    assert "secret" not in answer.content.decode()
    assert ("WWW-Authenticate" in answer) == (status == 401)


def test_an_outage_is_one_line_a_second_in_the_log_however_many_calls_it_fails(
    failing: Callable[[Any], Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "_outage", problems._Outage())
    away = OperationalError("connection refused\nIs the server running?")
    for _ in range(3):
        assert failing(away).status_code == 503
    (line,) = caplog.records
    assert "POST /api/fails failed" in line.getMessage()
    assert line.getMessage().endswith("(OperationalError: connection refused)")
    assert line.exc_info is None

    monkeypatch.setattr(problems, "OUTAGE_LOG_INTERVAL_S", 0)
    failing(away)
    assert "2 others" in caplog.records[-1].getMessage()


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OperationalError("no space left on device"), psycopg.errors.DiskFull()),
        (OperationalError("too many clients already"), psycopg.errors.TooManyConnections()),
        (InternalError("cannot execute INSERT"), psycopg.errors.ReadOnlySqlTransaction()),
        (redis.exceptions.OutOfMemoryError("command not allowed"), None),
        (redis.exceptions.ResponseError("MISCONF unable to persist to disk"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_store_that_takes_nothing_is_an_outage_too(
    failing: Callable[[Any], Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: Any,
    cause: Any,
) -> None:
    monkeypatch.setattr(problems, "_outage", problems._Outage())
    monkeypatch.setattr(problems, "OUTAGE_LOG_INTERVAL_S", 60)
    error.__cause__ = cause
    for _ in range(3):
        assert failing(error).status_code == 503
    (line,) = caplog.records
    assert line.exc_info is None


def test_a_fault_is_logged_each_time_with_its_traceback_and_once(
    failing: Callable[[Any], Any], caplog: pytest.LogCaptureFixture
) -> None:
    deadlock = OperationalError("deadlock detected")
    deadlock.__cause__ = psycopg.errors.DeadlockDetected()
    faults = [deadlock, deadlock, RuntimeError("a fault"), RuntimeError("a fault")]
    for fault in faults:
        failing(fault)
    assert [record.exc_info[1] for record in caplog.records] == faults


def test_retry_after_is_whole_seconds_rounded_up(failing: Callable[[Any], Any]) -> None:
    assert failing(refusals.RateLimited(retry_after=1.2))["Retry-After"] == "2"
    assert failing(exceptions.Throttled(7))["Retry-After"] == "7"


def test_a_page_elsewhere_may_read_when_to_try_again(settings: Settings, routes: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://play.example"]

    class Busy(OpenView):
        def get(self, request: Any) -> None:
            raise refusals.RateLimited(retry_after=7)

    routes(route("api/busy", Busy.as_view()))
    answer = APIClient().get("/api/busy", headers={"Origin": "https://play.example"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert answer["Access-Control-Allow-Origin"] == "https://play.example"
    assert "Retry-After" in answer["Access-Control-Expose-Headers"].split(", ")


def test_invalid_fields_come_with_their_reasons_and_other_facts_as_details(
    failing: Callable[[Any], Any],
) -> None:
    fields = failing(refusals.Invalid(details={"name": ["Too long."]})).json()
    facts = failing(refusals.Conflict(details={"turn": 7})).json()

    assert fields["errors"] == {"name": ["Too long."]}
    assert "details" not in fields
    assert facts["details"] == {"turn": 7}
    assert "errors" not in facts


def test_nested_serializer_errors_are_flattened(routes: Any) -> None:
    class Inner(serializers.Serializer[Any]):
        message = serializers.IntegerField()
        code = serializers.IntegerField()

    class Outer(serializers.Serializer[Any]):
        inner = Inner()
        many: Any = Inner(many=True)

    class Takes(OpenView):
        def post(self, request: Any) -> Response:
            Outer(data=request.data).is_valid(raise_exception=True)
            return Response()

    routes(route("api/takes", Takes.as_view()))
    body = {"inner": {"message": "x"}, "many": [{"message": 1, "code": 2}, {"message": 1}]}

    errors = APIClient().post("/api/takes", body).json()["errors"]

    assert sorted(errors) == ["inner.code", "inner.message", "many.1.code"]
    assert all(isinstance(reason, str) for reasons in errors.values() for reason in reasons)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize(
    "path",
    ["/api/nothing", "/api/nothing/", "/api/", "/api", "/game/nothing/", "/api/me//", "/api/users/1%0a"],
)
def test_an_address_that_nothing_answers_is_a_problem_in_debug_too(
    settings: Settings, debug: bool, method: str, path: str
) -> None:
    settings.DEBUG = debug

    answer = getattr(APIClient(), method)(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_is_not_there_says_which_are(db: None) -> None:
    answer = APIClient().delete("/api/auth/login")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in answer["Allow"]


@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_host_is_a_problem_and_probes_come_by_any(settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["play.example"]

    answer = APIClient().get("/api/status", headers={"Host": "evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert APIClient().get("/health/live", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/users?search=%00", "/api/users/%00", "/api/status?x=%00"])
def test_nul_characters_in_an_address_are_refused(path: str) -> None:
    assert APIClient().get(path).status_code == 400


def test_whatever_form_is_asked_for_the_answer_is_json() -> None:
    answer = APIClient().get("/health/live", headers={"Accept": "text/html"})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_a_request_id_is_given_and_a_decent_one_taken_over() -> None:
    assert len(APIClient().get("/health/live")["X-Request-ID"]) == 32
    assert APIClient().get("/health/live", headers={"X-Request-ID": "abc-1"})["X-Request-ID"] == "abc-1"
    assert APIClient().get("/health/live", headers={"X-Request-ID": "a b\tc"})["X-Request-ID"] != "a b\tc"
