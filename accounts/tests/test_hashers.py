"""Password hashing: Argon2id, with a limit on concurrent hashes."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from rest_framework.test import APIClient

from accounts import hashers
from accounts.hashers import Argon2id, TooManySignIns


def test_hashes_are_argon2id_with_modest_memory() -> None:
    hashed = Argon2id().encode("secret", Argon2id().salt())

    assert hashed.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert Argon2id().verify("secret", hashed)
    assert not Argon2id().verify("Secret", hashed)
    assert not Argon2id().must_update(hashed)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hashing that blocks until released, and records the highest concurrency."""

    class Slow:
        leave = threading.Event()
        running = threading.Semaphore(0)
        count = most = 0
        lock = threading.Lock()

    def encode(self: Any, *args: Any, **kwargs: Any) -> str:
        with Slow.lock:
            Slow.count += 1
            Slow.most = max(Slow.most, Slow.count)
        Slow.running.release()
        assert Slow.leave.wait(timeout=30)
        with Slow.lock:
            Slow.count -= 1
        return "hashed"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encode)
    return Slow


def test_no_more_than_two_are_hashed_at_once_and_the_others_wait(slow: Any) -> None:
    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(Argon2id().encode, "x", "salt") for _ in range(6)]
        for _ in range(hashers.MAX_CONCURRENT):
            assert slow.running.acquire(timeout=30)
        slow.leave.set()

        assert [job.result(timeout=30) for job in jobs] == ["hashed"] * 6
    assert slow.most == hashers.MAX_CONCURRENT


def test_who_would_wait_too_long_is_told_to_come_back(slow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashers, "WAIT_TIMEOUT_S", 0.01)
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(Argon2id().encode, "x", "salt") for _ in range(2)]
        for _ in range(hashers.MAX_CONCURRENT):
            assert slow.running.acquire(timeout=30)

        with pytest.raises(TooManySignIns) as refused:
            Argon2id().encode("x", "salt")

        slow.leave.set()
        assert [job.result(timeout=30) for job in jobs] == ["hashed"] * 2
    assert (refused.value.status, refused.value.retry_after) == (503, 2)
    assert Argon2id().encode("x", "salt") == "hashed"


def test_a_queue_that_is_full_takes_nobody_more(slow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashers, "_place", threading.BoundedSemaphore(1))
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(Argon2id().encode, "x", "salt")
        assert slow.running.acquire(timeout=30)

        with pytest.raises(TooManySignIns):
            Argon2id().encode("x", "salt")

        slow.leave.set()
        assert job.result(timeout=30) == "hashed"


def test_a_password_that_is_known_from_a_breach_is_refused(db: None, settings: Any, tmp_path: Path) -> None:
    known = [f"a long known password {number}" for number in range(200)]
    digests = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in known)
    listed = tmp_path / "breached.txt"
    listed.write_text("".join(f"{digest}:{index}\r\n" for index, digest in enumerate(digests)))
    settings.BREACHED_PASSWORDS_FILE = str(listed)

    def register(number: int, password: str) -> int:
        body = {"email": f"p{number}@example.org", "password": password}
        return APIClient().post("/api/auth/register", body, REMOTE_ADDR=f"203.0.113.{number}").status_code

    assert {register(number, password) for number, password in enumerate(known)} == {422}
    assert register(250, "a long unknown password") == 201
