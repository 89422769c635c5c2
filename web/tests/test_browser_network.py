"""The page over a network that falls silent without closing anything."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from bench import proxy
from gameplatform.testing.processes import ServerProcess
from web.tests.person import Person

pytestmark = pytest.mark.browser

PICTURE = "document.querySelector('canvas').toDataURL()"


@pytest.fixture
def network(new_server: ServerProcess) -> Iterator[proxy.ProxyThread]:
    port = urlsplit(new_server.base_url).port
    assert port is not None
    with proxy.running(port) as network:
        yield network


@pytest.fixture
def afar(browser: Browser, network: proxy.ProxyThread, people: list[Person]) -> Callable[[], Person]:
    """``afar()``: one more user, behind the network."""

    def arrive() -> Person:
        people.append(Person(browser.new_context(base_url=network.url).new_page()))
        return people[-1]

    return arrive


def sees_it_move(person: Person) -> None:
    before = person.page.evaluate(PICTURE)
    person.page.wait_for_function(f"(before) => {PICTURE} !== before", arg=before)


def plays(person: Person, title: str) -> None:
    """Start a game against the computer."""
    person.comes_as_guest()
    person.button(f"Computer: {title}").click()
    person.in_dialog("Easy")
    person.is_at_a_game()


def test_a_silent_network_is_shown_in_play_and_play_goes_on_when_it_is_back(
    afar: Callable[[], Person], network: proxy.ProxyThread
) -> None:
    ada = afar()
    plays(ada, "Pong")
    expect(ada.page.locator(".pong.playing canvas")).to_be_visible()
    sees_it_move(ada)
    silent = ada.game_socket()
    network.fall_silent()
    expect(ada.page.locator(".status-line .badge.warn")).to_be_visible()
    expect(ada.page.locator(".connection.open")).to_have_count(0)
    network.recover()
    expect(ada.page.locator(".status-line .badge.warn")).to_have_count(0)
    expect(ada.page.locator(".connection.open")).to_be_visible()
    sees_it_move(ada)
    assert ada.game_socket() is not silent


def test_a_silent_network_is_shown_while_the_other_thinks(
    afar: Callable[[], Person], network: proxy.ProxyThread
) -> None:
    ada = afar()
    plays(ada, "Tic-tac-toe")
    expect(ada.page.locator(".free").first).to_be_visible()
    network.fall_silent()
    expect(ada.page.locator(".status-line .badge.warn")).to_be_visible()
    ada.picks(4)
    network.recover()
    ada.sees_mark(4)
