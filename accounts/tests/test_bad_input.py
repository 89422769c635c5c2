"""No input of any kind makes the server fail: junk gets a documented refusal."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import services

ENOUGH = examples(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
METHODS = ["get", "post", "put", "patch", "delete"]


def _routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if hasattr(pattern.callback, "cls"):
                yield here
        else:
            yield from _routes(pattern.url_patterns, here)


ROUTES = sorted(set(_routes(get_resolver().url_patterns)))

texts = st.text(max_size=40) | st.sampled_from(
    ["\0", "\u202e", "💥" * 50, "x" * 10_000, "1e999", "../..", "%00", ""]
)
numbers = st.integers() | st.sampled_from([2**63, -(2**63) - 1, 2**31, 10**40]) | st.floats(allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
known_fields = st.sampled_from(
    [
        "username",
        "email",
        "password",
        "password_confirm",
        "refresh",
        "old_password",
        "new_password",
        "game",
        "mode",
        "opponent",
        "level",
        "private",
        "party_id",
        "to_user_id",
        "user_id",
        "item_id",
        "quantity",
        "strength",
    ]
)
bodies = st.dictionaries(known_fields | texts, values, max_size=6) | values
segments = st.sampled_from(
    ["0", "-1", "9" * 25, "x", "é", "00000000-0000-0000-0000-000000000000", "a" * 300, "."]
)


@pytest.fixture
def caller(db: None) -> APIClient:
    user = get_user_model().objects.create(username="ada")
    client = APIClient(raise_request_exception=False)
    client.credentials(
        HTTP_AUTHORIZATION=f"Bearer {services.open_session(user, device=services.Device()).tokens.access}"
    )
    return client


def _send(client: Any, method: str, path: str, body: Any, content_type: str = "application/json") -> Any:
    answer = client.generic(method.upper(), path, body, content_type)
    assert answer.status_code < 500, (method, path, body, answer.content)
    if answer.status_code >= 400:
        problem = answer.json()
        assert answer["Content-Type"] == "application/problem+json", (method, path)
        assert problem["status"] == answer.status_code
        assert re.fullmatch(r"[a-z][a-z0-9_]*", problem["code"])
    return answer


@ENOUGH
@given(route=st.sampled_from(ROUTES), method=st.sampled_from(METHODS), body=bodies, segment=segments)
def test_any_json_at_any_route_is_answered_or_refused(
    caller: APIClient, route: Any, method: Any, body: Any, segment: Any
) -> None:
    path = "/" + re.sub(r"<[^>]+>", segment, route)
    _send(caller, method, path, json.dumps(body))


@ENOUGH
@given(route=st.sampled_from(ROUTES), method=st.sampled_from(METHODS[1:]), body=st.binary(max_size=200))
def test_any_bytes_at_any_route_are_answered_or_refused(
    caller: APIClient, route: Any, method: Any, body: Any
) -> None:
    _send(caller, method, "/" + re.sub(r"<[^>]+>", "1", route), body)


@ENOUGH
@given(
    route=st.sampled_from(ROUTES),
    name=st.sampled_from(["search", "limit", "cursor", "state", "game", "mine", "around", "format", "lang"]),
    value=texts | st.sampled_from(["cD1hYmM=", "bz0tMQ==", "cj14", "cD0lMDA=", "200", "0", "-1", "1e3"]),
)
def test_any_query_at_any_route_is_answered_or_refused(
    caller: APIClient, route: Any, name: Any, value: Any
) -> None:
    answer = caller.get("/" + re.sub(r"<[^>]+>", "1", route), {name: value})
    assert answer.status_code < 500, (route, name, value, answer.content)


DEEP = 100_000
HOSTILE = {
    "nothing": (b"", 422),
    "spaces": (b"   ", 422),
    "half an object": (b'{"username": ', 400),
    "two objects": (b"{} {}", 400),
    "not a number": (b'{"username": NaN}', 400),
    "infinity": (b'{"username": Infinity}', 400),
    "a huge number": (b'{"username": 1e999}', 400),
    "an integer of many digits": (b'{"username": ' + b"9" * 5000 + b"}", 400),
    "an integer beyond 64 bits": (b'{"username": 18446744073709551616}', 422),
    "deep lists": (b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}", 400),
    "deeper than anything of ours": (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", 400),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, 400),
    "the same key twice": (b'{"username": "x", "username": "y"}', 422),
    "a list": (b"[]", 422),
    "a text": (b'"username"', 422),
    "null": (b"null", 422),
    "a NUL": (b'{"username": "a\\u0000b", "password": "x"}', 422),
    "a NUL in a name": (b'{"user\\u0000name": "ab"}', 422),
    "half a surrogate pair": (b'{"username": "\\ud800", "password": "x"}', 400),
    "broken UTF-8": (b'{"username": "\xff"}', 400),
    "another encoding": ('{"username": "é"}'.encode("utf-16"), 400),
}


@pytest.mark.parametrize(("body", "status"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_json_is_refused(db: None, body: Any, status: Any) -> None:
    client = APIClient(raise_request_exception=False)

    assert _send(client, "post", "/api/auth/login", body).status_code == status


def test_a_body_that_is_too_large_is_refused(db: None) -> None:
    client = APIClient()
    body = b'{"a": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'

    assert _send(client, "post", "/api/auth/login", body).status_code == 413


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "é"],
)
def test_another_content_type_is_refused(db: None, content_type: str) -> None:
    answer = _send(APIClient(), "post", "/api/auth/login", b"username=ada", content_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_charset_beside_the_content_type_is_no_trouble(db: None) -> None:
    answer = _send(APIClient(), "post", "/api/auth/guest", b"{}", "application/json; charset=utf-8")

    assert answer.status_code == 201


def test_an_id_beyond_64_bits_is_refused_as_any_that_is_not_there(caller: APIClient) -> None:
    def refusal(method: str, route: Any, number: int) -> tuple[Any, Any]:
        answer = _send(caller, method, "/" + re.sub(r"<[^>]+>", str(number), route), b"{}")
        return answer.status_code, answer.json().get("code")

    routes = [route for route in ROUTES if "<int:" in route]
    refusals = {refusal(method, route, 2**63) for route in routes for method in METHODS}

    assert refusals == {refusal(method, route, 2**62) for route in routes for method in METHODS}
    assert {(404, "unknown_lobby"), (404, "unknown_battle"), (404, "unknown_character")} <= refusals


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_answers_with_and_without_its_slash_and_never_redirects(
    caller: APIClient, route: Any
) -> None:
    path = "/" + re.sub(r"<uuid[^>]+>", "00000000-0000-0000-0000-000000000000", route)
    path = re.sub(r"<[^>]+>", "1", path)

    bare, slashed = caller.get(path), caller.get(path + "/")

    assert bare.status_code == slashed.status_code
    assert bare.status_code not in (301, 302, 307, 308)
    if bare.status_code == 404:
        assert "There is nothing at" not in bare.json()["detail"]
