"""The rate limits: by address, by account, and while Redis is unreachable."""

from typing import Any

import pytest
import redis
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from pytest_django import Settings

from core import client_address, limit_counts, limits
from core.limit_counts import Limit
from core.limits import Door
from core.refusals import NotAllowed, RateLimited

THREE = Door("three", Limit(3, 600))
PASSWORDS = Door("passwords", Limit(1000, 1), failure=5, delays=True)


def from_(address: str, **headers: Any) -> WSGIRequest:
    return RequestFactory().post("/", REMOTE_ADDR=address, headers=headers)


def times(door: Any, address: str, **asked: Any) -> tuple[int, None] | tuple[int, RateLimited]:
    """Return how many uses from this address succeed before a refusal, and the refusal."""
    for number in range(100):
        try:
            limits.knock(door, from_(address), **asked)
        except RateLimited as refusal:
            return number, refusal
    return 100, None


@pytest.fixture(params=["shared", "alone"])
def counts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counters in Redis, and those of a worker that cannot reach it."""
    shared = limit_counts.SharedCounts()
    if request.param == "alone":
        shared._away_until = float("inf")
    monkeypatch.setattr(limits, "counts", shared)


@pytest.mark.usefixtures("counts")
class TestCounting:
    def test_an_address_gets_in_so_often_and_is_told_when_to_come_again(self) -> None:
        allowed, refusal = times(THREE, "192.0.2.1")

        assert allowed == 3
        assert 500 < refusal.retry_after <= 600
        assert times(THREE, "192.0.2.2")[0] == 3

    def test_all_addresses_of_one_ipv6_network_are_counted_together(self) -> None:
        allowed = sum(times(THREE, f"2001:db8:0:7::{number}")[0] for number in range(1, 20))

        assert allowed == 3
        assert times(THREE, "2001:db8:0:8::1")[0] == 3

    def test_those_whose_address_is_not_known_share_one_count(self) -> None:
        assert times(THREE, "")[0] + times(THREE, "unknown")[0] == 3

    def test_what_is_refused_is_not_counted(self) -> None:
        _, first = times(THREE, "192.0.2.1")
        for _ in range(20):
            _, last = times(THREE, "192.0.2.1")

        assert last.retry_after <= first.retry_after

    def test_an_account_is_counted_over_all_addresses(self) -> None:
        door = Door("both", Limit(100, 600), by_account=Limit(3, 600))

        allowed = sum(times(door, f"192.0.2.{number}", account="7")[0] for number in range(1, 9))

        assert allowed == 3
        assert times(door, "192.0.2.1", account="8")[0] == 3

    def test_failures_cost_more_than_tries(self) -> None:
        door = Door("failing", Limit(30, 600), failure=9)
        for _ in range(3):
            limits.knock(door, from_("192.0.2.1"))
            limits.fail(door, from_("192.0.2.1"), account="ada", is_stranger=True)

        assert times(door, "192.0.2.1")[0] == 0

    def test_the_failures_of_strangers_slow_strangers_down_ever_more_and_nobody_else(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limit_counts, "FIRST_DELAY_S", 1000)
        monkeypatch.setattr(limit_counts, "LONGEST_DELAY_S", 30_000)
        waits = []
        for number in range(16):
            address = f"192.0.2.{number}"
            limits.fail(PASSWORDS, from_(address), account="Ada", is_stranger=True)
            waits.append(getattr(times(PASSWORDS, address, account="ada")[1], "retry_after", 0))

        assert waits[:9] == [0] * 9
        assert waits[9:] == pytest.approx([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000], rel=0.1)
        limits.knock(PASSWORDS, from_("192.0.2.99"), account="ada", is_stranger=lambda: False)
        limits.knock(PASSWORDS, from_("192.0.2.99"), account="bob")

    def test_the_failures_of_those_who_are_known_slow_nobody_down(self) -> None:
        for _ in range(30):
            limits.fail(PASSWORDS, from_("192.0.2.1"), account="ada", is_stranger=False)

        limits.knock(PASSWORDS, from_("192.0.2.2"), account="ada")

    def test_addresses_that_are_named_have_no_limit(self, settings: Settings) -> None:
        settings.UNLIMITED_ADDRESSES = ["192.0.2.0/28"]

        assert times(THREE, "192.0.2.1") == (100, None)
        assert times(THREE, "192.0.2.17")[0] == 3


def test_workers_share_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "counts", limit_counts.SharedCounts())
    assert times(THREE, "192.0.2.1")[0] == 3
    monkeypatch.setattr(limits, "counts", limit_counts.SharedCounts())

    assert times(THREE, "192.0.2.1")[0] == 0


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/at-all.sock"])
def test_without_redis_a_worker_counts_by_itself_and_does_not_ask_each_time(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    asked = []

    def script(text: str) -> Any:
        asked.append(text)
        return redis.Redis.from_url(url).register_script(text)

    monkeypatch.setattr(limit_counts, "_script", script)
    monkeypatch.setattr(limits, "counts", limit_counts.SharedCounts())

    assert times(THREE, "192.0.2.1")[0] == 3
    assert len(asked) == 1


def test_a_redis_that_takes_nothing_leaves_the_door_neither_open_nor_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(**_: Any) -> None:
        raise redis.ResponseError("OOM command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(limit_counts, "_script", lambda text: full)
    monkeypatch.setattr(limits, "counts", limit_counts.SharedCounts())

    assert times(THREE, "192.0.2.1")[0] == 3


def test_the_count_of_a_worker_alone_fills_up_again_and_stays_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    counts = limit_counts.Counts(clock=lambda: now[0])
    bucket = [("door", Limit(2, 10))]

    assert [counts.take(bucket, None).wait_s for _ in range(3)] == [0, 0, 10]
    now[0] += 10
    assert [counts.take(bucket, None).wait_s for _ in range(2)] == [0, 10]

    monkeypatch.setattr(limit_counts.Counts, "MAX_KEYS", 5)
    for number in range(20):
        counts.take([(f"door:{number}", Limit(2, 10))], None)
    assert len(counts._empty_at) == 5


def ask_for_proof(knock: Any) -> None:
    """An example of a DOOR_CHECK."""
    if knock.headers.get("X-Proof") != f"{knock.door} {knock.address} {knock.account}" and knock.used > 0:
        raise NotAllowed("Show a proof.")


def test_a_function_of_the_studios_own_is_asked_with_the_facts_of_the_request(settings: Settings) -> None:
    settings.DOOR_CHECK = f"{__name__}.ask_for_proof"
    limits.knock(THREE, from_("192.0.2.1"), account="ada")

    with pytest.raises(NotAllowed):
        limits.knock(THREE, from_("192.0.2.1"), account="ada")
    limits.knock(THREE, from_("192.0.2.1", **{"X-Proof": "three 192.0.2.1 ada"}), account="ada")


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("", None),
    ],
)
def test_an_address_has_one_form(told: str, address: str | None) -> None:
    assert client_address.normal(told) == address
    assert client_address.of_scope({"client": (told, 5000)}) == address
    assert client_address.of_scope({"client": None}) is None


def test_a_connection_becomes_a_request_with_its_client_and_headers() -> None:
    request = client_address.request_of(
        {"path": "/ws", "client": ("192.0.2.1", 5), "headers": [(b"x-proof", b"1"), (b"x_forged", b"1")]}
    )

    assert client_address.of_request(request) == "192.0.2.1"
    assert dict(request.headers) == {"X-Proof": "1"}
