"""Nothing on a screen moves by itself: layout shifts are measured as browsers report them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from web.tests.person import Person

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
STRANGERS_PLACES = ["/", "/play", "/signin", "/register", "/forgotten", "/code"]
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


def settle(person: Person) -> None:
    person.page.wait_for_load_state("networkidle")
    expect(person.page.locator("main .skeleton")).to_have_count(0)
    expect(person.page.locator("main")).not_to_be_empty()


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_no_place_moves_while_it_loads(demo: Demo, size: dict[str, int]) -> None:
    ada = demo("premium_user_1", viewport=size)
    ada.page.add_init_script(OBSERVE)
    moved = {}
    for place in PLACES:
        ada.page.goto(place)
        settle(ada)
        moved[place] = moves(ada)
    assert {place: shifts for place, shifts in moved.items() if shifts} == {}


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_no_place_of_strangers_moves_while_it_loads(
    visit: Callable[..., Person], size: dict[str, int]
) -> None:
    ada = visit(viewport=size)
    ada.page.add_init_script(OBSERVE)
    for place in STRANGERS_PLACES:
        ada.page.goto(place)
        settle(ada)
        assert (place, moves(ada)) == (place, [])


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
