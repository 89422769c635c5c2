"""Trial: what another site could do through the browser of somebody who is signed in.

Promised: it opens no socket (Origin), runs no script in our pages (CSP), shows them in no frame, and gets no
cookie: those of the operators' pages are Secure, HttpOnly where nobody reads them, and SameSite.

As a test: ``test_another_site_may_not_open_a_socket`` in
realtime/tests/test_rooms.py.
"""

import contextlib
import re
from http.cookies import SimpleCookie

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gameplatform.testing.processes import ServerProcess
from trials.figures import Figure, at_least, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Person, crowd, visitors
from trials.trial import Query, Trial

PAGES = (
    "/",
    "/login",
    "/admin/login/",
    "/api/docs/",
    "/api/me/",
    "/health/live",
    "/no/such/page",
    "/static/no.js",
)
STRANGERS = (
    "https://evil.example",
    "null",
    "http://127.0.0.1.evil.example",
    "https://localhost.evil.example",
)


async def run(ground: Ground, history: History) -> None:
    [server] = ground.start(1)
    async with visitors() as http:
        [person] = await crowd(1, http, [server])
        for path in PAGES:
            page = await http.get(f"{server.base_url}{path}", headers={"X-Forwarded-Proto": "https"})
            history.seen("browser", "page", path=path, status=page.status_code, headers=dict(page.headers))
            for cookie in page.headers.get_list("set-cookie"):
                history.seen("browser", "cookie", path=path, cookie=cookie)
        answer = await http.options(
            f"{server.base_url}/api/me/",
            headers={"Origin": STRANGERS[0], "Access-Control-Request-Method": "GET"},
        )
        history.seen("stranger", "preflight", headers=dict(answer.headers))
        document = (await http.get(f"{server.base_url}/api/asyncapi.json")).json()
        for channel in document["channels"].values():
            path = re.sub(r"{\w+}", "1", channel["address"])
            for origin in STRANGERS:
                history.seen(
                    "stranger",
                    "knocked",
                    path=path,
                    origin=origin,
                    opened=await _opens(server, person, path, origin),
                )
        own = await _opens(server, person, "/ws/notifications/", server.base_url)
        history.seen("own page", "knocked", path="/ws/notifications/", origin="own", opened=own)


async def _opens(server: ServerProcess, person: Person, path: str, origin: str) -> bool:
    with contextlib.suppress(InvalidStatus):
        async with connect(
            f"{server.ws_url}{path}?token={person.token}", additional_headers={"Origin": origin}, proxy=None
        ):
            return True
    return False


def check(operations: list[Operation], query: Query) -> list[Figure]:
    pages = [operation.asked for operation in operations if operation.name == "page"]
    knocks = [operation.asked for operation in operations if operation.name == "knocked"]
    cookies = [SimpleCookie(o.asked["cookie"]) for o in operations if o.name == "cookie"]
    [preflight] = [o.asked["headers"] for o in operations if o.name == "preflight"]
    html = [page for page in pages if page["headers"].get("content-type", "").startswith("text/html")]
    policies = {page["path"]: page["headers"].get("content-security-policy", "") for page in html}
    return [
        at_least("pages looked at", len(html), 3),
        none_of(
            "pages whose scripts may come from elsewhere", (p for p in policies.items() if not _is_strict(*p))
        ),
        none_of(
            "pages that may be framed", (p for p in policies.values() if "frame-ancestors 'none'" not in p)
        ),
        none_of(
            "answers that may be sniffed",
            (p for p in pages if p["headers"].get("x-content-type-options") != "nosniff"),
        ),
        at_least("cookies looked at", len(cookies), 1),
        none_of("cookies without Secure and SameSite", (c for c in cookies if not _is_safe(c))),
        none_of(
            "other sites let read by CORS", [p for p in [preflight.get("access-control-allow-origin")] if p]
        ),
        none_of("sockets opened by other sites", (k for k in knocks if k["origin"] != "own" and k["opened"])),
        none_of(
            "sockets refused to our own page", (k for k in knocks if k["origin"] == "own" and not k["opened"])
        ),
    ]


def _is_strict(path: str, policy: str) -> bool:
    # The admin's own scripts use eval.
    allowed = {"'self'", "'unsafe-eval'"} if path.startswith("/admin/") else {"'self'"}
    scripts = re.search(r"script-src ([^;]+)", policy)
    return scripts is not None and set(scripts[1].split()) <= allowed


def _is_safe(cookie: SimpleCookie) -> bool:
    return all(morsel["secure"] and morsel["samesite"] for morsel in cookie.values())


TRIAL = Trial("browsers", run, check, long={}, quick={}, fault="any_origin_will_do")
