"""Games of extra apps in real browsers: with a page or a board of their own, and with neither."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from gameplatform.testing.processes import ServerProcess
from web.tests.conftest import door_of, server_with
from web.tests.person import Person
from web.tests.test_browser_play import first_and_second, friends

pytestmark = pytest.mark.browser

README = Path(__file__).resolve().parents[2] / "README.md"


def blocks_of_the_readme() -> dict[str, str]:
    """The three files of the game that the README writes, by language."""
    section = README.read_text().partition("## A game online in 26 lines")[2].partition("\n## ")[0]
    return dict(re.findall(r"^```(\w+)\n(.*?)^```", section, re.DOTALL | re.MULTILINE))


SHELF = """
from game.author import Game, move


class Pairs(Game):
    \"\"\"A move is a list, which no form of types can offer.\"\"\"

    name = "pairs"
    title = "Pairs"
    tells_legal = True

    def setup(self, random):
        return {"sum": 0, "last": None}

    @move
    def add(self, state, seat, numbers: list[int]):
        self.require(numbers in ([3, 4], [2, 5]), "wrong_numbers", "Not these.")
        state["sum"] += sum(numbers)
        state["last"] = seat

    def legal(self, state, seat):
        return [{"numbers": [3, 4]}, {"numbers": [2, 5]}]

    def result(self, state):
        return state["last"] if state["sum"] > 20 else None


class Many(Pairs):
    \"\"\"Too many movements for a button each, and two moves.\"\"\"

    name = "many"
    title = "Many"
    tells_legal = True

    @move
    def add(self, state, seat, left: int, right: int):
        self.require(left + right == 8, "wrong_numbers", "Not these.")
        state["last"] = seat
        state["sum"] = 21

    @move
    def stop(self, state, seat, why: str):
        state["last"] = seat

    def legal(self, state, seat):
        numbers = [{"left": left, "right": 8 - left} for left in range(1, 8) for _ in range(2)]
        return [{"why": "tired"}, *numbers]


class Failing(Pairs):
    name = "failing"
    title = "Failing"
    tells_legal = True
"""
FAILING = """
import { html } from "/static/web/board.js";

export default function Board({ view }) {
  if (view.sum) throw new Error("cannot draw a sum");
  return html`<p>A board of its own</p>`;
}
"""


@pytest.fixture(scope="module")
def extra_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with the README's game, one made by startgame, and games with a failing board or none."""
    folder = tmp_path_factory.mktemp("extra")
    files = blocks_of_the_readme()
    pages = folder / "noughts" / "static" / "noughts"
    pages.mkdir(parents=True)
    (folder / "noughts" / "__init__.py").touch()
    (folder / "noughts" / "games.py").write_text(files["python"])
    (pages / "index.html").write_text(files["html"])
    (pages / "play.js").write_text(files["js"])
    call_command("startgame", "dice_duel", into=str(folder), stdout=io.StringIO())
    failing = folder / "shelf" / "static" / "failing"
    failing.mkdir(parents=True)
    (folder / "shelf" / "__init__.py").touch()
    (folder / "shelf" / "games.py").write_text(SHELF)
    (failing / "board.js").write_text(FAILING)
    with server_with(folder, EXTRA_APPS="noughts,dice_duel,shelf", PYTHONPATH=str(folder)) as server:
        yield server


@pytest.fixture
def come(browser: Browser, extra_server: ServerProcess, people: list[Person]) -> Callable[..., Person]:
    """``come()``: one more user of the server with extra apps."""
    return door_of(extra_server, browser, people)


def test_the_game_of_the_readme_is_26_lines() -> None:
    lines = [line for block in blocks_of_the_readme().values() for line in block.splitlines() if line.strip()]
    assert len(lines) <= 26


def test_two_people_play_the_game_of_the_readme(come: Callable[..., Person]) -> None:
    pages = [come().page, come().page]
    for page in pages:
        page.goto("/static/noughts/index.html")
    for page in pages:
        expect(page).to_have_title(re.compile("turn"))
    if pages[0].title() != "Your turn":
        pages.reverse()
    for turn, cell in enumerate([0, 3, 1, 4, 2]):
        page, other = pages[turn % 2], pages[1 - turn % 2]
        expect(page).to_have_title("Your turn")
        page.get_by_role("button").nth(cell).click()
        expect(other.get_by_role("button").nth(cell)).to_have_text("XO"[turn % 2])
    for page in pages:
        expect(page).to_have_title("Over: win")


def test_a_game_made_by_startgame_has_its_board_on_the_page(come: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*friends(come, "Dice Duel"))
    board = ada.page.locator(".board-frame")
    expect(board).to_contain_text("0 of 10")
    for turn in range(3):
        (ada, bob)[turn % 2].button("+ 3").click()
    expect(board).to_contain_text("9 of 10")
    expect(bob.button("+ 2")).to_be_disabled()
    bob.button("+ 1").click()
    expect(bob.page.get_by_role("heading", name="You won")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_legal_movements_are_offered_as_buttons(come: Callable[..., Person], theme: str) -> None:
    ada, bob = first_and_second(*friends(lambda: come(color_scheme=theme), "Pairs"))
    for turn in range(3):
        mover = (ada, bob)[turn % 2]
        offered = mover.page.get_by_role("group", name="Legal moves").get_by_role("button")
        expect(offered).to_have_text(["Numbers 3, 4", "Numbers 2, 5"])
        mover.can_use_the_page()
        offered.nth(turn % 2).focus()
        mover.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("heading", name="You won")).to_be_visible()


def test_many_legal_movements_are_narrowed_down_field_by_field(come: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*friends(come, "Many"))
    form = ada.page.get_by_role("form", name="Legal moves")
    expect(form.get_by_label("Move").locator("option")).to_have_text(["Stop", "Add"])
    form.get_by_label("Move").select_option("Add")
    expect(form.get_by_label("Left").locator("option")).to_have_count(7)
    form.get_by_label("Left").select_option("5")
    expect(form.get_by_label("Right")).to_have_count(0)
    ada.can_use_the_page()
    form.get_by_label("Left").press("Tab")
    ada.page.keyboard.press("Enter")
    expect(bob.page.get_by_role("heading", name="You lost")).to_be_visible()


def test_the_form_takes_the_place_of_a_board_that_fails(come: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*friends(come, "Failing"))
    said: list[str] = []
    bob.page.on("console", lambda message: said.append(message.text))
    expect(bob.page.get_by_text("A board of its own")).to_be_visible()
    ada.page.evaluate(
        "(async () => (await import('/static/web/session.js')).client.sendMove({ numbers: [3, 4] }))()"
    )
    bob.button("Numbers 2, 5").click()
    expect(ada.button("Numbers 2, 5")).to_be_visible()
    assert any(text.startswith("The board of failing failed; the form takes its place.") for text in said)


def test_an_author_plays_all_seats_and_goes_back_in_time(come: Callable[..., Person]) -> None:
    ada = come(viewport={"width": 1440, "height": 900}, screen={"width": 1440, "height": 900})
    ada.page.goto("/dev/games/dice_duel/")
    moments = ada.page.get_by_role("list", name="Moments").get_by_role("listitem")
    for side in ("Left", "Right"):
        ada.page.get_by_role("group", name=f"Legal moves of {side}").get_by_role(
            "button", name="Number 3"
        ).click()
    expect(moments).to_have_text(["0: start", "1: Left number 3", "2: Right number 3"])
    left = ada.page.get_by_role("region", name="Left")
    expect(left.locator(".board-frame")).to_contain_text("6 of 10")
    ada.page.get_by_role("heading", name="Dice Duel").click()
    ada.page.keyboard.press("ArrowLeft")
    expect(left.locator(".board-frame")).to_contain_text("3 of 10")

    state = ada.page.get_by_label("The state as JSON")
    state.fill(state.input_value().replace("3", "9"))
    ada.button("Go on from this state").click()
    expect(moments).to_have_text(["0: start", "1: Left number 3", "2: edited"])
    ada.page.get_by_role("region", name="Right", exact=True).get_by_role("button", name="+ 1").click()
    expect(ada.page.get_by_role("heading", name="Over")).to_be_visible()
    ada.can_use_the_page()
