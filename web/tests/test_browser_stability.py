"""Nothing on a screen moves by itself: layout shifts are measured as browsers report them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from web import urls as served
from web.tests.person import Person
from web.tests.test_browser_people import opens_a_lobby, opens_friends

pytestmark = pytest.mark.browser

Demo = Callable[..., Person]

MOST = 0.01
PLACES = [
    "/",
    "/play",
    "/watch",
    "/lobbies",
    "/friends",
    "/people",
    "/people/user_2",
    "/battles",
    "/world",
    "/leaderboard",
    "/leaderboard/chess",
    "/profile",
    "/profile/inventory",
    "/profile/pets",
    "/profile/shop",
    "/profile/account",
]
STRANGERS_PLACES = [
    "/",
    "/play",
    "/games/0",
    "/signin",
    "/register",
    "/forgotten",
    "/reset",
    "/reset?uid=MQ&token=0",
    "/verify",
    "/code",
    "/signed-in",
    "/nowhere",
]
FILLED_PLACES = ["/lobbies/0", "/friends/0", "/battles/0", "/replay/0", "/world", "/games/0"]
"""The places that ``prepared`` fills, here with an id that nothing has."""
OBSERVE = """
window.shifts = [];
new PerformanceObserver((list) => {
  const told = ({ node, previousRect: from, currentRect: to }) =>
    `${node?.className || node?.nodeName}: ${from.x},${from.y} -> ${to.x},${to.y}`;
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shifts.push([entry.value, ...entry.sources.map(told)]);
}).observe({ type: "layout-shift", buffered: true });
"""
SIZES = [{"width": 390, "height": 844}, {"width": 1440, "height": 900}]


def moves(person: Person) -> list[Any]:
    """Return what has moved on the screen, if it was more than a little."""
    shifts: list[Any] = person.page.evaluate("window.shifts")
    return shifts if sum(shift[0] for shift in shifts) > MOST else []


DRAWN = """document.fonts.ready.then(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => done()))))"""


def settle(person: Person) -> None:
    """Wait until all that was asked for has come and is drawn."""
    expect(person.page.locator("main")).not_to_be_empty()
    quiet_looks = 0
    # The answer to one request may cause another.
    while quiet_looks < 2:
        expect(person.page.locator(".skeleton")).to_have_count(0)
        person.page.evaluate(DRAWN)
        quiet_looks = 0 if person.requests else quiet_looks + 1


def too_wide(person: Person, widths: tuple[int, ...]) -> list[int]:
    """Return the widths of the window at which the page is wider than it."""
    found = []
    for width in widths:
        person.page.set_viewport_size({"width": width, "height": 768})
        person.page.evaluate(DRAWN)
        if person.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(width)
    return found


def arrives(person: Person, place: str) -> list[Any]:
    """Open a place and return what has moved until it stood."""
    person.page.goto("about:blank")
    person.requests.clear()
    person.page.goto(place)
    settle(person)
    return moves(person)


def test_no_place_is_left_out() -> None:
    measured = {place.partition("?")[0].strip("/") for place in (*PLACES, *STRANGERS_PLACES, *FILLED_PLACES)}
    left_out = [place for place in served.PLACES if not any(re.fullmatch(place, one) for one in measured)]
    assert left_out == []


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_no_place_moves_while_it_loads_or_is_too_wide(demo: Demo, size: dict[str, int]) -> None:
    ada = demo("premium_user_1", viewport=size)
    ada.page.add_init_script(OBSERVE)
    others = (360,) if size["width"] < 900 else (768, 1024)
    moved, wide = {}, {}
    for place in PLACES:
        ada.page.set_viewport_size(size)  # type: ignore[arg-type]
        moved[place] = arrives(ada, place)
        wide[place] = too_wide(ada, others)
    assert {place: shifts for place, shifts in moved.items() if shifts} == {}
    assert {place: widths for place, widths in wide.items() if widths} == {}


def test_what_moves_is_found(demo: Demo) -> None:
    ada = demo("premium_user_1")
    ada.page.add_init_script(OBSERVE)
    answer = "**/api/friends/requests/"
    ada.page.add_init_script("""
        const push = () => {
            if (!document.querySelector("main h1")) return requestAnimationFrame(push);
            // Once it has been drawn.
            requestAnimationFrame(() => requestAnimationFrame(() => {
                document.querySelector("main").style.paddingTop = "200px";
            }));
        };
        if (location.pathname === "/watch")
            addEventListener("load", () => fetch("/api/friends/requests/").then(push));
    """)
    ada.page.route(answer, lambda route: route.fulfill(json={"results": [], "next": None}))
    assert arrives(ada, "/watch") != []


def prepared(host: Person, number: int) -> list[str]:
    """Return places with something in them: a lobby, a conversation, a battle, games and the world."""
    opens_a_lobby(host, f"calm {number}")
    host.writes("Hello")
    expect(host.page.locator(".message")).to_have_count(1)
    places = [host.page.url]
    opens_friends(host, "user_1")
    host.writes("Hello")
    places.append(host.page.url)
    host.page.goto("/battles")
    host.button("Join: Rats in the cellar").click()
    host.page.wait_for_url(re.compile(r"/battles/\d+$"))
    places.append(host.page.url)
    host.page.goto("/play")
    host.button("Computer: Connect four").click()
    host.in_dialog("Easy")
    host.page.locator("[data-cell='0'].free").click()
    expect(host.page.locator(".disc").first).to_be_visible()
    host.button("Resign").click()
    host.button("Yes, resign").click()
    host.page.get_by_role("link", name="Replay").click()
    host.page.wait_for_url(re.compile("/replay/"))
    places.append(host.page.url)
    host.page.goto("/world")
    host.page.get_by_label("Name").fill(f"Calm{number}")
    host.page.get_by_label("Dawnguard").check()
    host.button("Create and play").click()
    expect(host.page.locator(".place-card > h2")).to_have_text("Sunspire")
    places.append(host.page.url)
    host.page.goto("/play")
    host.button("Computer: Tic-tac-toe").click()
    host.in_dialog("Easy")
    host.is_at_a_game()
    return [*places, host.page.url]


@pytest.mark.parametrize(
    ("name", "size"), [("premium_user_1", SIZES[0]), ("premium_user_2", SIZES[1])], ids=["phone", "wide"]
)
def test_no_place_with_something_in_it_moves_while_it_loads(
    demo: Demo, name: str, size: dict[str, int]
) -> None:
    host = demo(name)
    places = prepared(host, int(name[-1]))
    assert [re.sub(r"/(\d+|[0-9a-f-]{36})$", "/0", urlsplit(place).path) for place in places] == FILLED_PLACES
    host.page.goto("about:blank")
    ada = demo(name, viewport=size)
    ada.page.add_init_script(OBSERVE)
    moved = {place: arrives(ada, place) for place in places}
    assert {place: shifts for place, shifts in moved.items() if shifts} == {}


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("title", ["Pong", "Arena"])
def test_no_game_in_real_time_moves_as_it_begins_goes_on_and_ends(
    visit: Callable[..., Person], title: str, size: dict[str, int]
) -> None:
    ada = visit(viewport=size)
    ada.page.add_init_script(OBSERVE)
    ada.comes_as_guest()
    ada.button(f"Computer: {title}").click()
    ada.in_dialog("Easy")
    ada.is_at_a_game()
    picture = "document.querySelector('canvas').toDataURL()"
    expect(ada.page.locator(".status")).to_have_text("In play")
    expect(ada.page.locator(".status-line").get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()
    ada.page.wait_for_function(f"(before) => {picture} !== before", arg=ada.page.evaluate(picture))
    ada.button("Resign").click()
    ada.button("Yes, resign").click()
    expect(ada.page.locator(".result")).to_be_visible()
    settle(ada)
    assert moves(ada) == []


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_no_place_of_strangers_moves_while_it_loads(
    visit: Callable[..., Person], size: dict[str, int]
) -> None:
    ada = visit(viewport=size)
    ada.page.add_init_script(OBSERVE)
    moved = {place: arrives(ada, place) for place in STRANGERS_PLACES}
    assert {place: shifts for place, shifts in moved.items() if shifts} == {}


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_no_game_moves_as_it_begins_goes_on_and_ends(
    visit: Callable[..., Person], size: dict[str, int]
) -> None:
    ada, bob = visit(viewport=size), visit(viewport=size)
    for person in (ada, bob):
        person.page.add_init_script(OBSERVE)
        person.comes_as_guest()
    ada.queues_for("Tic-tac-toe")
    expect(ada.page.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
    bob.queues_for("Tic-tac-toe")
    for person in (ada, bob):
        person.is_at_a_game()
    status = ada.page.locator(".status")
    expect(status).to_have_text(re.compile("Your turn|is thinking"))
    first, second = (ada, bob) if status.inner_text() == "Your turn" else (bob, ada)
    first.picks(4)
    second.sees_mark(4)
    first.button("Resign").click()
    first.button("Yes, resign").click()
    expect(second.page.get_by_role("heading", name="You won")).to_be_visible()
    assert [moves(person) for person in (ada, bob)] == [[], []]
