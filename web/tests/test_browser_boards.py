"""The boards of chess, draughts and Hearts, against the computer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from web.tests.person import Person

pytestmark = pytest.mark.browser


def against_the_computer(arrive: Callable[..., Person], title: str, **facts: object) -> Person:
    ada = arrive(**facts)
    ada.comes_as_guest()
    ada.button(f"Computer: {title}").click()
    ada.in_dialog("Easy")
    ada.is_at_a_game()
    return ada


def square(person: Person, name: str) -> Locator:
    return person.page.get_by_role("gridcell", name=re.compile(f"^{name},"))


def drag(person: Person, start: Locator, to: Locator) -> None:
    mouse = person.page.mouse
    for press, place in ((mouse.down, start), (mouse.up, to)):
        box = place.bounding_box()
        assert box is not None
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        press()


def test_chess_is_played_by_taps_by_dragging_and_by_keys(arrive: Callable[..., Person]) -> None:
    ada = against_the_computer(arrive, "Chess")
    moves = ada.page.get_by_role("list", name="Moves").locator("li")

    square(ada, "e2").click()
    expect(square(ada, "e4")).to_have_accessible_name("e4, empty, can be reached")
    square(ada, "e4").click()
    expect(moves.first).to_have_text("1. e4")
    expect(square(ada, "e4")).to_have_accessible_name("e4, white pawn")

    expect(moves).to_have_count(2)
    drag(ada, square(ada, "a2"), square(ada, "a3"))
    expect(moves.nth(2)).to_have_text("2. a3")

    expect(moves).to_have_count(4)
    expect(square(ada, "h2")).to_have_class(re.compile("free"))
    square(ada, "h2").focus()
    for key in ("Enter", "ArrowUp", "Enter"):
        ada.page.keyboard.press(key)
    expect(moves.nth(4)).to_have_text("3. h3")
    ada.can_use_the_page()


def test_a_piece_that_may_not_go_there_stays(arrive: Callable[..., Person]) -> None:
    ada = against_the_computer(arrive, "Chess")
    drag(ada, square(ada, "e2"), square(ada, "e5"))
    expect(square(ada, "e2")).to_have_accessible_name("e2, white pawn")
    expect(square(ada, "e2")).to_have_attribute("aria-selected", "true")
    ada.page.keyboard.press("Escape")
    square(ada, "e2").focus()
    ada.page.keyboard.press("Escape")
    expect(square(ada, "e2")).to_have_attribute("aria-selected", "false")
    expect(ada.page.get_by_role("list", name="Moves").locator("li")).to_have_count(0)


def test_a_time_control_is_chosen_and_the_game_is_saved_as_pgn(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    ada.queues_for("Chess")
    queues = ada.page.get_by_role("dialog", name="Choose a queue")
    expect(queues.get_by_role("button", name=re.compile("Chess: "))).to_have_count(4)
    ada.page.keyboard.press("Escape")
    ada.button("Computer: Chess").click()
    ada.page.get_by_label("Minutes").fill("3")
    ada.in_dialog("Easy")
    ada.is_at_a_game()
    expect(ada.page.get_by_role("timer").first).to_have_text(re.compile(r"3:0\d|2:5\d"))
    square(ada, "e2").click()
    square(ada, "e4").click()
    expect(ada.page.get_by_role("list", name="Moves").locator("li")).to_have_count(2)
    ada.button("Resign").click()
    ada.button("Yes, resign").click()

    ada.page.get_by_role("link", name="Replay", exact=True).click()
    ada.button("First move").click()
    start = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
    expect(ada.page.get_by_role("textbox", name="Position (FEN)")).to_have_value(start)
    with ada.page.expect_download() as saved:
        ada.button("Download as PGN").click()
    text = Path(saved.value.path()).read_text()
    assert '[TimeControl "180+5"]' in text
    assert "\n1. e4 " in text
    ada.can_use_the_page()


def test_the_host_of_a_room_starts_it_with_bots(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    ada.button("Friend: Hearts").click()
    ada.page.get_by_label("Points").fill("20")
    ada.in_dialog("Make a link")
    ada.is_at_a_game()

    ada.button("Start now").click()

    expect(ada.page.get_by_role("heading", name="Waiting for your friend")).to_have_count(0)
    expect(ada.page.get_by_role("group", name="Your cards").get_by_role("button")).to_have_count(13)
    expect(ada.page.locator(".seat strong", has_text="Medium bot")).to_have_count(3)
    ada.can_use_the_page()


# A board by itself: it would take long until a pawn arrives.
ABOUT_TO_PROMOTE = """async () => {
  const { html, render } = await import("/static/web/dom.js");
  const { default: Chess } = await import("/static/web/games/chess.js");
  const empty = () => Array(8).fill(null);
  const view = {
    board: [
      empty().with(4, "k"),
      empty().with(0, "P"),
      ...Array.from({ length: 5 }, empty),
      empty().with(4, "K"),
    ],
    fen: "4k3/P7/8/8/8/8/8/4K3 w - - 0 1", moves: [], last: null, taken: ["", ""], check: false, ending: null,
  };
  const legal = [..."qrbn"].map((kind) => ({ uci: `a7a8${kind}` }));
  const room = { players: [{ id: 1 }, { id: 2 }], legal };
  window.moves = [];
  document.body.innerHTML = "<main></main>";
  render(html`<${Chess} view=${view} room=${room} me=${1} canMove=${true} pending=${null}
    onMove=${(movement) => window.moves.push(movement)} />`, document.querySelector("main"));
}"""


def test_a_pawn_that_arrives_asks_what_it_becomes(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.page.goto("/signin")
    expect(ada.page.get_by_label("Password")).to_be_visible()
    ada.page.evaluate(ABOUT_TO_PROMOTE)
    choice = ada.page.get_by_role("group", name="The pawn becomes")
    square(ada, "a7").click()
    square(ada, "a8").click()
    ada.page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    square(ada, "a7").click()
    square(ada, "a8").click()
    expect(choice.get_by_role("button", name="queen")).to_be_focused()
    choice.get_by_role("button", name="knight").click()
    assert ada.page.evaluate("window.moves") == [{"uci": "a7a8n"}]


def test_draughts_is_played_by_taps_and_by_keys(arrive: Callable[..., Person]) -> None:
    ada = against_the_computer(arrive, "Draughts")
    square(ada, "9").click()
    expect(square(ada, "13")).to_have_accessible_name("13, empty, can be reached")
    square(ada, "13").click()
    expect(square(ada, "13")).to_have_accessible_name("13, black man")

    movable = ada.page.locator("[data-cell].free")
    expect(movable.first).to_be_visible()
    movable.first.focus()
    start = int(movable.first.get_attribute("data-cell") or "")
    ada.page.keyboard.press("Enter")
    target = ada.page.locator("[data-cell]:has(.target)").first
    to = int(target.get_attribute("data-cell") or "")
    rows, columns = to // 8 - start // 8, to % 8 - start % 8
    for key in ["ArrowUp"] * -rows + ["ArrowLeft" if columns < 0 else "ArrowRight"] * abs(columns):
        ada.page.keyboard.press(key)
    ada.page.keyboard.press("Enter")
    # Where the man went, the computer may have taken it already.
    expect(ada.page.locator(f"[data-cell='{start}']")).not_to_have_accessible_name(re.compile("black man"))
    ada.can_use_the_page()


@pytest.mark.parametrize("width", [390, 1440])
def test_hearts_is_played_by_taps_and_by_keys(arrive: Callable[..., Person], width: int) -> None:
    ada = against_the_computer(arrive, "Hearts", viewport={"width": width, "height": 844})
    cards = ada.page.get_by_role("group", name="Your cards").get_by_role("button")
    expect(cards).to_have_count(13)
    for place in (0, 6, 12):
        cards.nth(place).click()
    expect(ada.page.get_by_text("(3 of 3)")).to_be_visible()
    ada.button("Pass cards").click()

    playable = ada.page.locator(".hand button.free")
    playable.first.click()
    expect(cards).to_have_count(12)
    playable.first.focus()
    ada.page.keyboard.press("Enter")
    expect(cards).to_have_count(11)
    ada.can_use_the_page()
