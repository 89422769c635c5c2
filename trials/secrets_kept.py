"""Trial: secrets go through every door, right and wrong, while the log is at its most talkative, and even
holds what each request came with.

Promised: no password, token or ticket is ever in it, nor anything long enough of one to be of use.

As a test: ``test_log_lines_hold_no_secrets_not_even_in_tracebacks_or_extras`` in
core/tests/test_server.py.
"""

import contextlib

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from gameplatform.testing.processes import ServerProcess
from trials.figures import Figure, at_least, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import visitors
from trials.trial import Query, Trial

PASSWORD, WRONG = "tr0ub4dor-and-3-friends", "s0mething-else-entirely"
LONG_ENOUGH = 12


async def run(ground: Ground, history: History) -> None:
    for debug in ("off", "on"):
        [server] = ground.start(1, LOG_LEVEL="DEBUG", LOG_REQUESTS="on", DEBUG=debug)
        secrets = await _use_secrets(ground, server, f"ada-{debug}")
        log = server.log()
        found = [where for secret in secrets if (where := _where(log, secret))]
        history.seen("log", "searched", lines=log.count("\n"), secrets=len(secrets), found=found)


async def _use_secrets(ground: Ground, server: ServerProcess, name: str) -> list[str]:
    """Send secrets through every interface; return them."""
    url = server.base_url
    async with visitors() as http:
        account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        made = (await http.post(f"{url}/api/auth/register/", json=account)).json()
        access, refresh = made["access"], made["refresh"]
        bearer = {"Authorization": f"Bearer {access}"}
        ticket = (await http.post(f"{url}/api/auth/ticket/", headers=bearer)).json()["ticket"]
        for path in ("/api/auth/login/", "/api/token/", "/api/auth/register/", "/api/no/such/route"):
            await http.post(f"{url}{path}", json=account | {"password": WRONG})
        await http.post(
            f"{url}/api/auth/login/",
            content=f'{{"password": "{PASSWORD}", ',
            headers={"Content-Type": "application/json"},
        )
        await http.post(f"{url}/api/auth/login/", data=account)
        await http.get(f"{url}/api/me/?token={access}&ticket={ticket}&password={PASSWORD}", headers=bearer)
        await http.post(
            f"{url}/api/me/password/", json={"old_password": WRONG, "new_password": PASSWORD}, headers=bearer
        )
        for path in ("/ws/notifications/", "/ws/no/such/socket/", "/ws/game/nonsense/"):
            for query in (f"?token={access}", f"?ticket={ticket}", f"?token={access[:-4]}xxxx"):
                await _knock(f"{server.ws_url}{path}{query}")
            await _knock(f"{server.ws_url}{path}", additional_headers=bearer)
            await _knock(f"{server.ws_url}{path}", subprotocols=["bearer", access])
        await _fail_inside(ground, http, url, account, refresh)
    return [PASSWORD, WRONG, access, refresh, ticket]


async def _knock(url: str, **how: object) -> None:
    with contextlib.suppress(OSError, WebSocketException, TimeoutError):
        async with connect(url, open_timeout=5, proxy=None, **how) as socket:  # type: ignore[arg-type]
            await socket.send(f'{{"type": "auth_request", "username": "ada", "password": "{PASSWORD}"}}')
            await socket.recv()


async def _fail_inside(
    ground: Ground, http: httpx.AsyncClient, url: str, account: dict[str, str], refresh: str
) -> None:
    """Make the server fail during requests, so that tracebacks are logged."""
    ground.query("ALTER TABLE accounts_session RENAME TO elsewhere")
    await http.post(f"{url}/api/auth/login/", json=account)
    await http.post(f"{url}/api/token/refresh/", json={"refresh": refresh})
    ground.query("ALTER TABLE elsewhere RENAME TO accounts_session")


def _where(log: str, secret: str) -> str:
    """Return the line that contains a usable part of the secret; for a token, part of its signature."""
    tail = secret.rpartition(".")[2]
    for start in range(0, max(len(tail) - LONG_ENOUGH, 0) + 1, 4):
        part = tail[start : start + LONG_ENOUGH]
        if part in log:
            line = next(line for line in log.splitlines() if part in line)
            return line[max(line.index(part) - 80, 0) :][:160]
    return ""


def check(operations: list[Operation], query: Query) -> list[Figure]:
    searched = [operation.asked for operation in operations if operation.name == "searched"]
    return [
        at_least("lines in the logs", sum(log["lines"] for log in searched), 100),
        at_least("secrets looked for", sum(log["secrets"] for log in searched), 10),
        none_of("secrets found", (found for log in searched for found in log["found"])),
    ]


TRIAL = Trial("secrets", run, check, long={}, quick={}, fault="nothing_is_redacted")
