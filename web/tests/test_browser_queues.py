"""Declared queues on the page: their titles, what they ask, and the ready check."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from gameplatform.testing import services
from gameplatform.testing.processes import ServerProcess, fresh_database
from web.tests.conftest import door_of
from web.tests.person import Person

pytestmark = pytest.mark.browser

QUEUES = """
from typing import Literal

from game.author import Queue, Record
from game.games import ConnectFour, TicTacToe


class Where(Record):
    region: Literal["eu", "us"] = "eu"


class Checked(Queue):
    game = TicTacToe
    title = "Tic-tac-toe when all are ready"
    accept_within = 60


class Regional(Queue):
    game = ConnectFour
    mode = "regional"
    title = "Connect Four near you"
    asks = Where

    def fits(self, one, other):
        return one.asks.region == other.asks.region


class Quick(Queue):
    game = ConnectFour
    mode = "quick"
    title = "Quick Connect Four"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with an app that declares queues."""
    folder = tmp_path_factory.mktemp("apps")
    app = folder / "studio"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "queues.py").write_text(QUEUES)
    with fresh_database(os.environ["DATABASE_URL"], folder) as database_url:
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": services.another_redis_url(),
            "EXTRA_APPS": "studio",
            "PYTHONPATH": str(folder),
        }
        with ServerProcess(environment, log_path=folder / "server.log") as server:
            yield server


@pytest.fixture
def arrive(browser: Browser, server: ServerProcess, people: list[Person]) -> Callable[..., Person]:
    return door_of(server, browser, people)


def proposed(arrive: Callable[..., Person]) -> tuple[Person, Person]:
    """Two guests to whom a match is proposed."""
    ada, bob = arrive(color_scheme="dark"), arrive()
    for person in (ada, bob):
        person.comes_as_guest()
        person.queues_for("Tic-tac-toe")
    for person in (ada, bob):
        dialog = person.page.get_by_role("dialog", name="Match found")
        expect(dialog).to_contain_text("Tic-tac-toe when all are ready")
        expect(dialog.get_by_role("timer")).to_have_text(re.compile(r"^\d\d s left to accept$"))
        person.can_use_the_page()
    return ada, bob


def test_a_match_opens_once_both_have_accepted_it(arrive: Callable[..., Person]) -> None:
    ada, bob = proposed(arrive)
    ada.page.keyboard.press("Escape")
    expect(ada.button("Accept")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.button("Waiting for the others")).to_be_disabled()
    ada.page.reload()
    expect(ada.button("Waiting for the others")).to_be_disabled()

    bob.in_dialog("Accept")

    for person in (ada, bob):
        person.is_at_a_game()
        expect(person.page.get_by_role("dialog")).to_have_count(0)


def test_who_declines_is_out_and_the_other_waits_on(arrive: Callable[..., Person]) -> None:
    ada, bob = proposed(arrive)
    ada.in_dialog("Accept")

    bob.in_dialog("Decline")

    for person in (ada, bob):
        expect(person.page.get_by_role("dialog")).to_have_count(0)
    expect(ada.page.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
    expect(bob.page.locator(".queue")).to_have_count(0)
    bob.queues_for("Tic-tac-toe")
    expect(bob.page.get_by_role("alert")).to_contain_text("Queue again in")
    ada.button("Leave the queue").click()


def test_a_queue_is_chosen_by_its_title_with_what_it_asks(arrive: Callable[..., Person]) -> None:
    ada, bob = arrive(), arrive()
    for person, region in ((ada, "us"), (bob, "us")):
        person.comes_as_guest()
        person.queues_for("Connect Four")
        dialog = person.page.get_by_role("dialog", name="Choose a queue")
        expect(dialog.get_by_role("button", name="Quick Connect Four")).to_be_visible()
        dialog.get_by_label("Region").select_option(label=region)
        person.can_use_the_page()
        dialog.get_by_role("button", name="Connect Four near you").click()
        if person is ada:
            expect(person.page.locator(".queue")).to_contain_text("Connect Four near you")

    for person in (ada, bob):
        person.is_at_a_game()
