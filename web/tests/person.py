"""A user of the page, for the browser tests."""

import contextlib
import re
from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Locator, Page, Request, Response, Route, WebSocket, expect

PASSWORD = "correct-horse-battery"
DEMO_PASSWORD = "testpass123"
SERIOUS = ("serious", "critical")


class Person:
    """A user with their own browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.sockets: list[WebSocket] = []
        # Requests that are not answered yet.
        self.requests: set[Request] = set()
        page.on("request", lambda request: self.requests.add(request))
        page.on("requestfinished", lambda request: self.requests.discard(request))
        page.on("requestfailed", lambda request: self.requests.discard(request))
        page.on("websocket", lambda socket: self.sockets.append(socket))
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def page_as_text(self) -> str:
        """Return the page's text, or the reason why there is none."""
        try:
            return f"{self.page.url}\n{self.page.locator('body').inner_text()}"
        except Error as problem:
            return str(problem)

    def signs_in(self, name: str) -> None:
        """Sign in as one of the demo users."""
        self.page.goto("/signin")
        self.page.get_by_label("Name or e-mail").fill(name)
        self.page.get_by_label("Password").fill(DEMO_PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Pick a game")).to_be_visible()

    def comes_as_guest(self) -> None:
        self.page.goto("/play")
        self.button("Play as guest").click()
        expect(self.page.get_by_role("heading", name="Pick a game")).to_be_visible()

    def registers(self, name: str) -> None:
        self.sends_a_registration(name)
        expect(self.page.get_by_role("heading", name="Pick a game")).to_be_visible()

    def sends_a_registration(self, name: str) -> None:
        self.page.goto("/register")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("E-mail").fill(f"{name}@example.org")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.locator("form").get_by_role("button", name="Register").click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def chooses(self, thing: str, of: str) -> None:
        """Open the menu of this name and click an entry."""
        self.page.get_by_role("button", name=of, exact=True).click()
        self.page.get_by_role("menuitem", name=thing).click()

    def in_dialog(self, name: str) -> None:
        """Click a button of the open dialog."""
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def writes(self, message: str) -> None:
        """Send a message in the open conversation."""
        line = self.page.locator(".composer input")
        line.fill(message)
        line.press("Enter")

    def hears(self, message: str) -> None:
        expect(self.page.locator(".message:not(.sent)", has_text=message)).to_be_visible()

    @contextlib.contextmanager
    def is_answered_late(self, path: str, answer: object) -> Iterator[None]:
        """Delay the first matching request until the end of the block, then repeat it."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            if held:
                route.continue_()
            else:
                held.append(route)

        def again(response: Response) -> bool:
            return path in response.url and response.request != held[0].request

        asked = re.compile(re.escape(path))
        self.page.route(asked, hold)
        with self.page.expect_request(asked):
            yield
        with self.page.expect_response(again):
            held[0].fulfill(json=answer)
        self.page.unroute(asked)

    def queues_for(self, title: str) -> None:
        self.button(f"Play: {title}").click()

    def game_socket(self) -> WebSocket:
        return next(socket for socket in reversed(self.sockets) if "/ws/game/" in socket.url)

    def is_at_a_game(self) -> None:
        self.page.wait_for_url(re.compile(r"/games/[0-9a-f-]+$"))

    def picks(self, cell: int) -> None:
        self.page.locator(f"[data-cell='{cell}'].free").click()

    def sees_mark(self, cell: int) -> None:
        mark = self.page.locator(f"[data-cell='{cell}'] .mark:not(.preview, .sent)")
        expect(mark).to_be_visible()

    def can_use_the_page(self) -> None:
        """Assert that there are no serious accessibility problems and no horizontal overflow."""
        found = Axe().run(self.page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []
        # A page that is too wide enlarges a phone's viewport.
        assert self.page.evaluate(
            "Math.max(innerWidth, document.documentElement.scrollWidth) <= screen.width"
        )
