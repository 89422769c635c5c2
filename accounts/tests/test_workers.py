"""Accounts on two real server processes: changes on one take effect on the other."""

import contextlib
from collections.abc import Callable

import httpx

from gameplatform.testing.processes import ServerProcess
from tests.clients import WITHIN_S, NetworkPlayer


def test_what_one_server_answered_holds_at_once_on_the_other(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process() as one, live_server_process(**one.environment) as two:
        ada = NetworkPlayer(two.base_url, "ada")
        headers = {"Authorization": f"Bearer {ada.token}"}
        with httpx.Client(base_url=one.base_url, headers=headers, timeout=WITHIN_S) as here:
            for name in ("ada_1", "ada_2", "ada_3"):
                assert ada.get("/api/me")["username"] != name
                assert here.patch("/api/me", json={"username": name}).status_code == 200
                assert ada.get("/api/me")["username"] == name

            assert here.post("/api/auth/logout").status_code == 204
        with httpx.Client(base_url=two.base_url, headers=headers, timeout=WITHIN_S) as there:
            for path in ("/api/me", "/game/status"):
                assert there.get(path).json()["code"] == "session_ended"
