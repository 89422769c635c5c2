"""The page when something is missing, unreachable, new or forbidden: it says so and recovers."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import WebSocketRoute, expect

from web.tests.person import Person
from web.tests.test_browser_people import opens_friends
from web.tests.test_browser_play import first_and_second, friends

pytestmark = pytest.mark.browser

MOST_SHIFT = 0.01
# What a browser counts as unexpected: nothing within half a second of a click or key.
WATCH_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries())
            if (!hadRecentInput)
                shifts.push([value, ...sources.map(({ node }) => node?.className ?? node?.nodeName)]);
    }).observe({ type: "layout-shift", buffered: true });
"""
SHIFTS = """new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(shifts))))"""


@contextmanager
def keeps_still(person: Person) -> Iterator[None]:
    """Assert that nothing on the user's page shifts by itself until the end of the block."""
    person.page.add_init_script(WATCH_SHIFTS)
    yield
    shifts = person.page.evaluate(SHIFTS)
    assert sum(value for value, *_ in shifts) < MOST_SHIFT, shifts


def test_where_there_is_nothing_the_page_says_so_and_knows_a_way_on(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    response = ada.page.goto("/nowhere")
    assert response is not None
    assert response.status == 404
    expect(ada.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    ada.page.get_by_role("link", name="Go to Play").click()
    expect(ada.page.get_by_role("heading", name="Who is playing?")).to_be_visible()


def test_a_screen_that_did_not_come_comes_when_the_connection_is_back(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    expect(ada.page.locator(".connection.open")).to_be_visible()
    ada.page.context.set_offline(True)
    expect(ada.page.locator(".connection.waiting")).to_have_text(re.compile(r"Reconnecting… \d+ s"))
    ada.page.get_by_role("link", name="Lobbies").click()
    expect(ada.page.locator("#main").get_by_role("heading", name="That did not work")).to_be_visible()
    ada.page.context.set_offline(False)
    expect(ada.page.locator(".connection.open")).to_be_visible()
    expect(ada.page.get_by_role("heading", name="Lobbies")).to_be_visible()


def test_a_list_that_did_not_come_comes_when_the_connection_is_back(visit: Callable[..., Person]) -> None:
    ada = visit()
    ada.comes_as_guest()
    ada.page.get_by_role("link", name="Ranking").click()
    expect(ada.page.get_by_role("heading", name="Ranking")).to_be_visible()
    expect(ada.page.locator(".connection.open")).to_be_visible()
    ada.page.context.set_offline(True)
    ada.page.get_by_role("radio", name="Pong").check(force=True)
    expect(ada.page.get_by_text("Check your connection")).to_be_visible()
    ada.page.context.set_offline(False)
    expect(ada.page.get_by_text("Check your connection")).to_have_count(0)


def test_what_was_said_in_a_game_is_there_after_a_reload(arrive: Callable[..., Person]) -> None:
    ada, bob = friends(arrive, "Tic-tac-toe")
    for person, words in ((ada, "Good luck"), (bob, "You too")):
        line = person.page.get_by_label("Write a message")
        line.fill(words)
        line.press("Enter")
    for person in (ada, bob):
        expect(person.page.locator(".chat li", has_text="You too")).to_be_visible()
        person.page.reload()
        expect(person.page.locator(".chat li")).to_have_text([re.compile("Good luck"), re.compile("You too")])


def test_a_game_that_is_open_elsewhere_is_still_shown_here(arrive: Callable[..., Person]) -> None:
    ada, _ = friends(arrive, "Tic-tac-toe")
    expect(ada.page.locator(".board")).to_be_visible()
    other = ada.page.context.new_page()
    other.goto(ada.page.url)
    expect(ada.page.get_by_text("This game is open in another window.")).to_be_visible()
    expect(ada.page.locator(".table[inert] .board")).to_be_visible()
    ada.button("Play here").click()
    expect(other.get_by_text("This game is open in another window.")).to_be_visible()
    expect(ada.page.locator(".table[inert]")).to_have_count(0)


def test_a_game_in_which_nobody_has_moved_is_aborted(arrive: Callable[..., Person]) -> None:
    def aborting(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def tell(text: str | bytes) -> None:
            message = json.loads(text)
            for told in (message, message.get("result") or {}):
                if "reason" in told:
                    told |= {"reason": "aborted", "winner_ids": [], "ratings": [], "rewards": []}
            socket.send(json.dumps(message))

        server.on_message(tell)

    ada, bob = arrive(), arrive()
    bob.page.route_web_socket(re.compile("/ws/game/"), aborting)
    ada.comes_as_guest()
    ada.button("Friend: Tic-tac-toe").click()
    ada.is_at_a_game()
    bob.page.goto(ada.page.url)
    bob.button("Play as guest").click()
    bob.button("Join the game").click()
    for person in (ada, bob):
        expect(person.button("Abort")).to_be_visible()
        expect(person.button("Resign")).to_have_count(0)
    bob.button("Abort").click()
    bob.button("Yes, abort").click()
    expect(bob.page.get_by_role("heading", name="Game aborted")).to_be_visible()
    expect(bob.page.get_by_text("nobody had moved: it does not count")).to_be_visible()


def test_a_game_in_which_somebody_has_moved_is_resigned(arrive: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*friends(arrive, "Tic-tac-toe"))
    ada.picks(4)
    for person in (ada, bob):
        expect(person.button("Resign")).to_be_visible()
        expect(person.button("Abort")).to_have_count(0)
    bob.page.reload()
    expect(bob.button("Resign")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_one_queues_and_is_offered_the_computer(
    visit: Callable[..., Person], width: int
) -> None:
    ada = visit(viewport={"width": width, "height": 844})
    ada.comes_as_guest()
    ada.button("Friend: Connect Four").click()
    ada.is_at_a_game()
    with keeps_still(ada):
        ada.page.goto("/play")
        ada.queues_for("Tic-tac-toe")
        expect(ada.page.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
        expect(ada.button("Play the computer")).to_be_visible()
    ada.button("Play the computer").click()
    ada.is_at_a_game()
    expect(ada.page.locator(".status")).to_have_text("Your turn")
    with keeps_still(ada):
        ada.page.goto("/play")
        expect(ada.page.get_by_role("heading", name="Your games")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_when_a_game_starts(visit: Callable[..., Person], width: int) -> None:
    ada, bob = visit(viewport={"width": width, "height": 844}), visit()
    ada.comes_as_guest()
    ada.button("Friend: Tic-tac-toe").click()
    ada.is_at_a_game()
    bob.comes_as_guest()
    with keeps_still(ada):
        ada.page.reload()
        expect(ada.page.get_by_role("heading", name="Waiting for your friend")).to_be_visible()
        bob.page.goto(ada.page.url)
        bob.button("Join the game").click()
        expect(ada.page.locator(".status")).to_have_text(re.compile("Your turn|is thinking"))
        expect(ada.button("Abort")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_the_profile_comes(demo: Callable[..., Person], width: int) -> None:
    ada = demo("user_1", viewport={"width": width, "height": 844})
    with keeps_still(ada):
        ada.page.goto("/profile")
        expect(ada.page.get_by_role("heading", name="Achievements")).to_be_visible()
        expect(ada.page.get_by_role("heading", name="Daily reward")).to_be_visible()
        expect(ada.page.locator(".entry").first).to_be_visible()


def test_two_keys_start_a_game_against_the_computer(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    ada.button("Computer: Tic-tac-toe").focus()
    ada.page.keyboard.press("Enter")
    expect(ada.button("Easy")).to_be_focused()
    ada.page.keyboard.press("Enter")
    ada.is_at_a_game()


def test_a_game_that_there_is_not_is_left_and_not_tried_again(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    ada.page.goto("/games/00000000-0000-4000-8000-000000000000")
    expect(ada.page.get_by_text("There is no such game")).to_be_visible()
    expect(ada.button("Try again")).to_have_count(0)
    ada.page.get_by_role("link", name="Go to Play").click()
    expect(ada.page.get_by_role("heading", name="Pick a game")).to_be_visible()


def test_a_name_that_is_too_short_is_refused_in_plain_words(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.page.goto("/register")
    ada.page.get_by_label("Name").fill("ab")
    ada.page.get_by_label("E-mail").fill("ab@example.org")
    ada.page.get_by_label("Password").fill("correct-horse-battery")
    ada.page.locator("form").get_by_role("button", name="Register").click()
    expect(ada.page.get_by_role("alert")).to_have_text("At least 3 characters.")


def test_a_german_page_says_in_german_what_is_refused_and_which_queues_there_are(
    arrive: Callable[..., Person],
) -> None:
    ada = arrive(locale="de-AT")
    ada.page.goto("/register")
    ada.page.get_by_label("Name").fill("ada_liest_deutsch")
    ada.page.get_by_label("E-Mail").fill("ada_liest_deutsch@example.org")
    ada.page.get_by_label("Passwort").fill("password")
    register = ada.page.locator("form").get_by_role("button", name="Registrieren")
    register.click()
    expect(ada.page.get_by_role("alert")).to_contain_text("Dieses Passwort ist zu leicht zu erraten")
    ada.page.get_by_label("Passwort").fill("correct-horse-battery")
    ada.page.get_by_label("Name").fill("administrator")
    register.click()
    expect(ada.page.get_by_role("alert")).to_contain_text("Dieser Name geht nicht")
    ada.page.get_by_label("Name").fill("ada_liest_deutsch")
    register.click()
    ada.button("Spielen: Schach").click()

    expect(ada.page.get_by_role("dialog").get_by_role("button", name="Schach: Blitz, 3+2")).to_be_visible()
    ada.page.keyboard.press("Escape")
    ada.page.get_by_label("Code eines privaten Raums").fill("nothing1")
    ada.page.get_by_label("Code eines privaten Raums").press("Enter")
    expect(ada.page.get_by_role("alert")).to_have_text("Dieses Spiel gibt es nicht.")


def test_the_language_that_one_has_chosen_is_the_page_s_wherever_one_signs_in(
    arrive: Callable[..., Person],
) -> None:
    ada, elsewhere = arrive(), arrive()
    ada.registers("ada_speaks_german")
    ada.chooses("Deutsch", of="Language")
    expect(ada.page.get_by_role("heading", name="Wähl ein Spiel")).to_be_visible()
    elsewhere.page.goto("/signin")
    elsewhere.page.get_by_label("Name or e-mail").fill("ada_speaks_german")
    elsewhere.page.get_by_label("Password").fill("correct-horse-battery")
    elsewhere.page.keyboard.press("Enter")
    expect(elsewhere.page.get_by_role("heading", name="Wähl ein Spiel")).to_be_visible()


def test_a_friend_s_link_says_who_invites_to_what_before_it_asks_who_one_is(
    arrive: Callable[..., Person],
) -> None:
    ada, bob = arrive(), arrive()
    ada.comes_as_guest()
    name = ada.page.locator(".me").inner_text().split("\n")[-1]
    ada.button("Friend: Connect Four").click()
    ada.is_at_a_game()
    bob.page.goto(ada.page.url)
    expect(bob.page.get_by_role("heading", name=f"{name} invites you")).to_be_visible()
    expect(bob.page.get_by_text("A game of Connect Four.")).to_be_visible()
    bob.can_use_the_page()
    bob.button("Play as guest").click()
    bob.button("Join the game").click()
    expect(bob.page.locator(".connect-four")).to_be_visible()


def test_the_tab_s_title_counts_what_waits(demo: Callable[..., Person]) -> None:
    ada, bob = demo("user_1"), demo("user_2")
    expect(ada.page.locator(".connection.open")).to_be_visible()
    expect(ada.page).to_have_title("Play · Game platform")
    opens_friends(bob, "user_1")
    bob.writes("Are you there?")
    expect(ada.page).to_have_title("(1) Play · Game platform")
    bob.page.goto("/play")
    bob.chooses("Invite to a game", "Do something with user_1")
    bob.in_dialog("Invite")
    expect(ada.page).to_have_title("(2) Play · Game platform")
    ada.page.locator(".invite-toast").get_by_role("button", name="Decline").click()
    expect(ada.page).to_have_title("(1) Play · Game platform")


def test_the_tab_s_title_counts_a_turn_while_it_lasts(arrive: Callable[..., Person]) -> None:
    first, second = first_and_second(*friends(arrive, "Tic-tac-toe"))
    names = second.page.title()
    assert re.fullmatch(r"\S+ – \S+ · Game platform", names)
    expect(first.page).to_have_title("(1) ● Your turn · Game platform")
    first.picks(0)
    expect(second.page).to_have_title("(1) ● Your turn · Game platform")
    expect(first.page).to_have_title(names)


def test_a_phone_s_bar_leads_to_the_ranking(visit: Callable[..., Person]) -> None:
    ada = visit(viewport={"width": 360, "height": 740})
    ada.comes_as_guest()
    ada.page.locator(".rail").get_by_role("link", name="Ranking").click()
    expect(ada.page.get_by_role("heading", name="Ranking")).to_be_visible()
    ada.can_use_the_page()
