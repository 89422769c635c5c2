"""Draining: operators empty a worker by the admin or a command, but never the last one."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from core import heartbeats
from core.models import Heartbeat


@pytest.fixture
def workers(db: None) -> list[str]:
    for worker in ("one", "two"):
        heartbeats.beat(worker)
    return ["one", "two"]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("workers", *arguments, stdout=out)
    return out.getvalue()


def test_a_worker_hears_with_its_next_heartbeat_that_it_drains(workers: list[str]) -> None:
    run("drain", "one")

    assert [heartbeats.beat(worker) for worker in workers] == [True, False]
    assert [line.endswith("draining") for line in sorted(run("list").splitlines())] == [True, False]
    run("resume", "one")
    assert not heartbeats.beat("one")


def test_the_last_worker_that_takes_players_is_not_drained(workers: list[str]) -> None:
    run("drain", "one")

    with pytest.raises(CommandError, match="another worker"):
        run("drain", "two")
    with pytest.raises(CommandError, match="called three"):
        run("drain", "three")
    assert not heartbeats.beat("two")


def test_operators_drain_a_worker_in_the_admin(operator: Callable[[str], Client], workers: list[str]) -> None:
    support, moderator = operator("support"), operator("moderator")
    form = {"action": "drain", "_selected_action": "one"}

    assert moderator.post("/admin/core/heartbeat/", form).status_code == 403
    support.post("/admin/core/heartbeat/", form)
    assert Heartbeat.objects.get(pk="one").is_draining
    support.post("/admin/core/heartbeat/", {**form, "action": "resume"})
    assert not Heartbeat.objects.get(pk="one").is_draining
