"""Attention of somebody who does not look at the page: offline page, push notifications, the icon's count."""

import json
import queue
import re
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Worker, expect

from gameplatform.testing.processes import ServerProcess
from notifications.push import rules
from notifications.push.tests.conftest import Browser as Device
from notifications.push.tests.conftest import Call, PushService
from tests.clients import NetworkPlayer
from web.tests.conftest import door_of, server_with
from web.tests.person import Person

pytestmark = pytest.mark.browser

WITHIN_S = 30
Visit = Callable[..., Person]


class Receiver(BaseHTTPRequestHandler):
    """Answers calls of the push service and hands them over."""

    def __init__(self, calls: "queue.Queue[Call]", *arguments: Any) -> None:
        self._calls = calls
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._calls.put(Call(self.path, dict(self.headers.items()), body))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def pushing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that pushes, also to services on this machine."""
    settings = {"PUSH_KEY": rules.new_key(), "PUSH_NETWORKS": "127.0.0.0/8"}
    with server_with(tmp_path_factory.mktemp("pushing"), **settings) as server:
        yield server


@pytest.fixture
def enter(browser: Browser, pushing: ServerProcess, people: list[Person]) -> Visit:
    """``enter()``: one more user, whose browser runs the service worker and may notify."""
    return partial(door_of(pushing, browser, people), service_workers="allow", permissions=["notifications"])


@pytest.fixture
def enter_quietly(browser: Browser, new_server: ServerProcess, people: list[Person]) -> Visit:
    """``enter_quietly()``: as ``enter()``, on a server that pushes nothing."""
    return partial(
        door_of(new_server, browser, people), service_workers="allow", permissions=["notifications"]
    )


@pytest.fixture
def calls() -> Iterator[tuple[int, "queue.Queue[Call]"]]:
    """The port of a push service, and what it is sent."""
    sent: queue.Queue[Call] = queue.Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Receiver, sent))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, sent
    server.shutdown()
    thread.join()
    server.server_close()


def worker_of(person: Person) -> Worker:
    """Wait until the service worker has the page, and return it."""
    person.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    person.page.wait_for_function("navigator.serviceWorker.controller")
    return person.page.context.service_workers[0]


def test_offline_there_is_a_page_that_says_so_and_comes_back_by_itself(enter: Visit) -> None:
    ada = enter()
    ada.comes_as_guest()
    worker = worker_of(ada)
    kept = worker.evaluate(
        "caches.keys().then(async ([name]) => (await (await caches.open(name)).keys()).map(({ url }) => url))"
    )
    assert [url for url in kept if "/api/" in url] == []

    ada.page.context.set_offline(True)
    ada.page.goto("/watch")
    expect(ada.page.get_by_role("heading", name="You are offline")).to_be_visible()
    ada.can_use_the_page()

    ada.page.context.set_offline(False)
    expect(ada.page.get_by_role("heading", name="Running games")).to_be_visible()


def test_the_icon_and_the_title_count_what_waits(enter: Visit, pushing: ServerProcess) -> None:
    ada = enter()
    ada.page.add_init_script("navigator.setAppBadge = async (count) => { window.badge = count; }")
    ada.registers("counted_ada")
    icon = ada.page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile("/icon.svg$"))

    NetworkPlayer(pushing.base_url, "counting_bob").post(
        "/api/friends/requests/", {"username": "counted_ada"}
    )

    expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    expect(ada.page).to_have_title(re.compile(r"^\(1\) "))
    assert ada.page.evaluate("window.badge") == 1
    ada.page.get_by_role("button", name="Notifications, 1 new").click()
    ada.button("Decline").click()
    expect(icon).to_have_attribute("href", re.compile("/icon.svg$"))
    assert ada.page.evaluate("window.badge") == 0


SHOWN = """async () => {
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
        const [one] = await registration.getNotifications();
        if (one) return [one.title, one.body, one.tag];
        await new Promise((next) => setTimeout(next, 20));
    }
}"""
SUBSCRIBES = """
PushManager.prototype.subscribe = async function (options) {
  window.pushKey = options.applicationServerKey;
  return { toJSON: () => (SUBSCRIPTION) };
};
window.sent = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (frame) {
  window.sent.push(frame);
  return send.call(this, frame);
};
"""


def test_a_notification_comes_to_a_page_that_is_away_and_opens_its_place(
    enter: Visit, pushing: ServerProcess, calls: tuple[int, "queue.Queue[Call]"]
) -> None:
    port, sent = calls
    device = Device(PushService(port=port), "device")
    ada = enter()
    page = ada.page
    page.add_init_script(SUBSCRIBES.replace("SUBSCRIPTION", json.dumps(device.subscription())))
    ada.registers("pushed_ada")
    worker = worker_of(ada)
    cdp = page.context.new_cdp_session(page)
    registered: list[Any] = []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"]))
    cdp.send("ServiceWorker.enable")
    page.goto("/profile/account")
    ada.button("Turn on for this device").click()
    expect(ada.button("Turn off for this device")).to_be_visible()
    public = rules.point(rules.private_key(pushing.environment["PUSH_KEY"]))
    assert page.evaluate("window.pushKey") == rules.encoded(public)
    page.wait_for_function("""window.sent.some((frame) => /"set_visible".*true/.test(frame))""")

    page.goto("about:blank")
    bob = NetworkPlayer(pushing.base_url, "pushing_bob")
    bob.post("/api/friends/requests/", {"username": "pushed_ada"})
    told = device.decrypt(sent.get(timeout=WITHIN_S).body).decode()
    assert json.loads(told)["path"] == "/friends"
    delivered = {"origin": pushing.base_url, "registrationId": registered[0]["registrationId"], "data": told}
    cdp.send("ServiceWorker.deliverPushMessage", delivered)
    assert worker.evaluate(SHOWN) == ["pushing_bob", "Wants to be your friend", "/friends"]

    page.goto("/play")
    page.wait_for_function("navigator.serviceWorker.controller")
    worker.evaluate("""async () => {
        const [notification] = await registration.getNotifications();
        dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    }""")
    page.wait_for_url("**/friends")
    # Nothing is shown to who looks at the page, even if it was sent before.
    cdp.send("ServiceWorker.deliverPushMessage", delivered)
    assert worker.evaluate("registration.getNotifications().then(({ length }) => length)") == 0


NOTIFIES = """async () => {
    const { held } = await navigator.locks.query();
    return held.some(({ name }) => name === "notifications");
}"""


def looks(person: Person, worker: Worker, *, away: bool) -> None:
    """Have the browser say so; without a screen it shows all pages."""
    state = json.dumps("hidden" if away else "visible")
    for context, shown in ((person.page, "Document"), (worker, "WindowClient")):
        context.evaluate(f"""Object.defineProperty({shown}.prototype, "visibilityState", {{
            configurable: true, get: () => {state} }})""")


def test_a_page_in_the_background_notifies_where_the_server_pushes_nothing(
    enter_quietly: Visit, new_server: ServerProcess
) -> None:
    ada = enter_quietly()
    ada.registers("background_ada")
    worker = worker_of(ada)
    ada.page.goto("/profile/account")
    ada.button("Turn on for this device").click()
    expect(ada.button("Turn off for this device")).to_be_visible()
    ada.can_use_the_page()
    # It is switched on for later visits, too.
    ada.page.goto("/watch")
    ada.page.wait_for_function(NOTIFIES)
    bob, cyd = (NetworkPlayer(new_server.base_url, f"calling_{name}") for name in ("bob", "cyd"))
    looks(ada, worker, away=True)
    bob.post("/api/friends/requests/", {"username": "background_ada"})
    assert worker.evaluate(SHOWN) == ["calling_bob", "Wants to be your friend", "/friends"]

    # A kind that she has turned off is not shown.
    looks(ada, worker, away=False)
    ada.page.get_by_role("button", name="Notifications, 1 new").click()
    ada.button("Accept").click()
    expect(ada.button("Accept")).to_have_count(0)
    ada.page.goto("/profile/account")
    wanted = ada.page.get_by_label("Friend requests")
    # It changes once the server has answered.
    wanted.click()
    expect(wanted).not_to_be_checked()
    expect(wanted).to_be_enabled()
    [friend] = bob.get("/api/friends/")["results"]
    worker.evaluate("registration.getNotifications().then((all) => all.forEach((one) => one.close()))")
    looks(ada, worker, away=True)
    cyd.post("/api/friends/requests/", {"username": "background_ada"})
    bob.post("/api/invites/", {"to_user_id": friend["user_id"], "game": "chess"})
    assert worker.evaluate(SHOWN) == ["calling_bob invites you", "To a game: Chess", "/play"]
    assert worker.evaluate("registration.getNotifications().then(({ length }) => length)") == 1
