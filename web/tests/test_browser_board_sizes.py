"""The size of every board in play and in replays, and the way back through its positions."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from web.tests.person import Person

pytestmark = pytest.mark.browser

SIZE = {"width": 1440, "height": 900}
LEAST = 640
BOARDS = {
    "Tic-tac-toe": ".board",
    "Connect four": ".board",
    "Draughts": ".board",
    "Chess": ".board",
    "Hearts": ".hearts",
    "Battleship": ".board",
    "Pong": "canvas",
    "Arena": "canvas",
}


def size_of(person: Person, selector: str) -> float:
    """Return the longer side of what a board draws, as seen without scrolling."""
    box = person.page.locator(selector).first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= SIZE["height"], "its end is out of sight"
    return max(box["width"], box["height"])


@pytest.mark.parametrize("title", BOARDS)
def test_a_board_takes_the_height_that_there_is(arrive: Callable[..., Person], title: str) -> None:
    ada = arrive(viewport=SIZE)
    ada.comes_as_guest()
    ada.button(f"Computer: {title}").click()
    ada.in_dialog("Easy")
    ada.is_at_a_game()
    expect(ada.page.locator(BOARDS[title]).first).to_be_visible()
    assert size_of(ada, BOARDS[title]) >= LEAST

    ada.button("Resign").or_(ada.button("Abort")).click()
    ada.button("Yes,").click()
    ada.page.get_by_role("link", name="Replay").click()
    ada.page.wait_for_url(re.compile("/replay/"))
    expect(ada.page.locator(BOARDS[title]).first).to_be_visible()
    assert size_of(ada, BOARDS[title]) >= LEAST


TWO_ROWS = """({ children: [status, ...rest] }) => {
  const facts = rest.pop();
  const middle = (one) => { const { top, bottom } = one.getBoundingClientRect(); return (top + bottom) / 2; };
  const right = Math.max(...[...facts.children].map((one) => one.getBoundingClientRect().right));
  return {
    one_row: rest.every((one) => Math.abs(middle(one) - middle(status)) <= 1),
    facts_fit: right <= facts.getBoundingClientRect().right && facts.scrollHeight <= facts.clientHeight,
    cut: status.scrollWidth > status.clientWidth,
  };
}"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_state_of_a_game_stays_on_its_lines(arrive: Callable[..., Person], language: str) -> None:
    ada, bob = people = arrive(), arrive()
    ada.registers(f"ada_thinking_{language[0]}")
    ada.button("Friend: Connect four").click()
    ada.is_at_a_game()
    bob.comes_as_guest()
    bob.page.goto(ada.page.url)
    bob.button("Join the game").click()
    expect(bob.page.locator(".status")).to_have_text(re.compile("Your turn|is thinking"))
    for person in people:
        person.page.context.add_cookies([{"name": "language", "value": language, "url": person.page.url}])
        person.page.goto(ada.page.url)
        expect(person.page.locator("html")).to_have_attribute("lang", language)
        line = person.page.locator(".status-line")
        expect(line.get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()
        expect(line.locator("button").first).to_be_visible()
        for width in (360, 390, 768, 900, 1440, 1920):
            person.page.set_viewport_size({"width": width, "height": 900})
            found = line.evaluate(TWO_ROWS)
            assert (width, found) == (width, {"one_row": True, "facts_fit": True, "cut": False})


def test_a_player_looks_back_during_play_and_is_back_by_one_key(arrive: Callable[..., Person]) -> None:
    ada = arrive(viewport=SIZE)
    ada.comes_as_guest()
    ada.button("Computer: Chess").click()
    ada.in_dialog("Easy")
    moves = ada.page.get_by_role("list", name="Moves").locator("li button")
    for start, end, count in (("e2", "e4", 2), ("a2", "a3", 4)):
        for square in (start, end):
            ada.page.get_by_role("gridcell", name=re.compile(f"^{square},")).click()
        expect(moves).to_have_count(count)
    # The page shows the moves from before it was opened, too.
    ada.page.reload()
    expect(moves).to_have_count(4)
    expect(moves.first).to_have_text("1. e4")

    ada.page.keyboard.press("Home")
    expect(ada.page.locator(".status")).to_have_text("Move 0 of 4")
    e2 = ada.page.get_by_role("gridcell", name=re.compile("^e2,"))
    expect(e2).to_have_accessible_name("e2, white pawn")
    expect(ada.page.locator("[data-cell].free")).to_have_count(0)
    ada.can_use_the_page()

    ada.page.keyboard.press("End")
    expect(ada.page.locator(".status")).to_have_text("Your turn")
    expect(e2).to_have_accessible_name("e2, empty")
    moves.nth(1).click()
    expect(ada.page.locator(".status")).to_have_text("Move 2 of 4")
    ada.button("Now (End)").click()
    expect(ada.page.locator(".status")).to_have_text("Your turn")

    # A resignation is not listed as a move.
    ada.button("Resign").click()
    ada.button("Yes, resign").click()
    expect(ada.page.get_by_role("heading", name="You lost")).to_be_visible()
    expect(moves).to_have_count(4)
    expect(moves.first).to_have_text("1. e4")


def test_a_position_of_a_replay_has_a_link_of_its_own(arrive: Callable[..., Person]) -> None:
    ada = arrive(viewport=SIZE)
    ada.comes_as_guest()
    ada.button("Computer: Connect four").click()
    ada.in_dialog("Easy")
    moves = ada.page.get_by_role("list", name="Moves").locator("li button")
    ada.page.locator("[data-cell='0'].free").click()
    expect(moves).to_have_count(2)
    ada.button("Resign").click()
    ada.button("Yes, resign").click()
    ada.page.get_by_role("link", name="Replay").click()
    expect(ada.page.locator(".disc")).to_have_count(2)
    ada.page.keyboard.press("ArrowLeft")
    expect(ada.page.locator(".disc")).to_have_count(1)
    link = ada.page.get_by_role("textbox", name="Link to this position")
    expect(link).to_have_value(re.compile(r"\?at=1$"))
    expect(ada.page).to_have_url(link.input_value())

    bob = arrive(viewport=SIZE)
    bob.comes_as_guest()
    bob.page.goto(link.input_value())
    expect(bob.page.locator(".disc")).to_have_count(1)
    with bob.page.expect_download() as saved:
        bob.button("Download as JSON").click()
    assert saved.value.suggested_filename.endswith(".json")
