"""Several users in real browsers: friends, messages, invites, parties, lobbies."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import APIResponse, Route, WebSocketRoute, expect

from gameplatform.testing.processes import ServerProcess, manage
from web.tests.conftest import Sql
from web.tests.person import DEMO_PASSWORD, Person
from web.tests.test_browser_play import first_and_second

pytestmark = pytest.mark.browser

Demo = Callable[..., Person]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def opens_friends(person: Person, friend: str) -> None:
    person.page.goto("/friends")
    person.page.locator(".person .open", has_text=friend).first.click()
    expect(person.page.get_by_role("log")).to_be_visible()


def opens_a_lobby(person: Person, name: str, most: int = 10) -> None:
    person.page.goto("/lobbies")
    person.button("Open a lobby").click()
    person.page.get_by_label("Name").fill(name)
    person.page.get_by_label("How many people at most").fill(str(most))
    person.in_dialog("Open a lobby")
    expect(person.page.get_by_role("heading", name=name)).to_be_visible()


def accepts(person: Person, asking: str) -> None:
    """Accept the request that just appeared."""
    toast = person.page.locator(".invite-toast", has_text=asking)
    toast.get_by_role("button", name="Accept").click()


def enters(person: Person, lobby: str) -> None:
    """Open a lobby's link and join."""
    person.page.goto(lobby)
    person.button("Join").click()
    expect(person.page.get_by_role("log")).to_be_visible()


def test_a_party_gets_ready_queues_together_and_ends(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1")
    ada.button("Make a party").click()
    ada.chooses("Invite to your party", "Do something with user_1")
    bob.page.get_by_role("button", name=re.compile(r"Notifications, \d+ new")).click()
    bob.page.locator(".notifications .asking", has_text="party").get_by_role("button", name="Accept").click()
    for person in (ada, bob):
        expect(person.page.locator(".party", has_text="2 of 4")).to_be_visible()
    bob.button("I am ready").click()
    expect(ada.page.locator(".party .person", has_text="user_1").get_by_text("Ready")).to_be_visible()
    line = bob.page.get_by_label("Write to the party")
    line.fill("Pong?")
    line.press("Enter")
    expect(line).to_have_value("")
    for person in (ada, bob):
        expect(person.page.get_by_role("log", name="What the party says")).to_contain_text("user_1 Pong?")
    bob.can_use_the_page()
    ada.queues_for("Pong")
    for person in (ada, bob):
        person.is_at_a_game()
        person.page.goto("/play")
    bob.chooses("Leave the party", "Do something with the party")
    expect(ada.page.locator(".party", has_text="1 of 4")).to_be_visible()
    expect(bob.button("Make a party")).to_be_visible()
    ada.chooses("End the party", "Do something with the party")
    expect(ada.button("Make a party")).to_be_visible()


def test_who_is_sent_away_from_a_party_hears_it_no_more_and_may_come_again(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_3")
    ada.chooses("Invite to your party", "Do something with user_3")
    accepts(bob, "invites you to a party")
    line = ada.page.get_by_label("Write to the party")
    line.fill("Hello")
    line.press("Enter")
    expect(bob.page.get_by_role("log", name="What the party says")).to_contain_text("Hello")
    member = ada.page.locator(".party .person", has_text="user_3")
    member.get_by_role("button", name="Do something with user_3").click()
    ada.page.get_by_role("menuitem", name="Send away").click()
    for person in (ada, bob):
        expect(person.page.get_by_role("log", name="What the party says")).to_have_count(0)
    expect(bob.button("Make a party")).to_be_visible()

    ada.chooses("Invite to your party", "Do something with user_3")
    accepts(bob, "invites you to a party")
    expect(bob.page.get_by_label("Write to the party")).to_be_visible()
    expect(bob.page.get_by_role("log", name="What the party says")).to_have_text("")
    ada.chooses("End the party", "Do something with the party")
    expect(bob.button("Make a party")).to_be_visible()


def test_what_is_heard_while_the_lists_are_asked_for_stays(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_3")
    bob.page.goto("about:blank")
    with bob.is_answered_late("/api/invites/", {"results": [], "next": None, "previous": None}):
        bob.page.goto("/play")
        ada.chooses("Invite to your party", "Do something with user_3")
        expect(bob.page.locator(".invite-toast", has_text="invites you to a party")).to_be_visible()
    accepts(bob, "invites you to a party")
    expect(bob.page.get_by_label("Write to the party")).to_be_visible()
    ada.chooses("End the party", "Do something with the party")
    expect(bob.button("Make a party")).to_be_visible()


def test_an_announcement_reaches_who_is_here_and_stays_in_the_notifications(
    demo: Demo, demo_server: ServerProcess
) -> None:
    ada = demo("user_4")
    expect(ada.page.locator(".connection.open")).to_be_visible()
    # The toast may disappear before the command returns.
    with ThreadPoolExecutor() as pool:
        announced = pool.submit(manage, demo_server.environment, "announce", "Back at noon")
        expect(ada.page.locator(".toast", has_text="Back at noon")).to_be_visible()
        announced.result()
    ada.page.get_by_role("button", name=re.compile(r"Notifications, \d+ new")).click()
    expect(ada.page.locator(".notifications .asking", has_text="Back at noon")).to_be_visible()


def test_two_become_friends_see_each_other_and_part(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5")
    for person in (ada, bob):
        person.page.goto("/friends")
    bob.page.get_by_label("Add a friend by name").fill("nobody-of-this-name")
    bob.page.keyboard.press("Enter")
    expect(bob.page.locator(".add-friend").get_by_role("alert")).to_be_visible()
    bob.page.get_by_label("Add a friend by name").fill("premium_user_1")
    bob.page.keyboard.press("Enter")
    expect(bob.page.get_by_text("Not answered yet")).to_be_visible()
    ada.button("Accept user_5").click()
    for person, other in ((ada, "user_5"), (bob, "premium_user_1")):
        # They may have started to play in an earlier test.
        expect(person.page.locator(".person:not(.offline)", has_text=other)).to_be_visible()

    bob.page.context.close()
    gone = ada.page.locator(".person.offline", has_text="user_5")
    expect(gone).to_be_visible()
    soft = gone.locator(".soft").evaluate("(words) => getComputedStyle(words).color")
    expect(gone.locator("strong")).to_have_css("color", soft)
    ada.chooses("Block", "Do something with user_5")
    ada.in_dialog("Block")
    expect(ada.page.locator(".person", has_text="user_5")).to_have_count(0)
    ada.page.get_by_text("Blocked people").click()
    ada.button("Unblock user_5").click()
    expect(ada.page.get_by_text("You block nobody.")).to_be_visible()


def test_who_signs_in_next_does_not_find_what_another_began_to_write(demo: Demo) -> None:
    ada = demo("user_1")
    opens_friends(ada, "premium_user_1")
    line = ada.page.locator(".composer input")
    line.fill("Between you and me")
    another = ada.page.context.new_page()
    another.goto("/signin")
    another.evaluate("localStorage.removeItem('tokens')")
    ada.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    ada.page.get_by_label("Name or e-mail").fill("user_2")
    ada.page.get_by_label("Password").fill(DEMO_PASSWORD)
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("log")).to_be_visible()
    expect(line).to_have_value("")


def test_a_request_is_taken_back_and_another_declined(demo: Demo) -> None:
    ada, bob = demo("user_2"), demo("user_5")
    for person, other in ((ada, "user_5"), (bob, "premium_user_2")):
        person.page.goto("/friends")
        person.page.get_by_label("Add a friend by name").fill(other)
        person.page.keyboard.press("Enter")
    expect(bob.page.get_by_role("button", name="Notifications, 1 new")).to_be_visible()
    bob.button("Decline user_2").click()
    expect(ada.page.get_by_text("Not answered yet")).to_have_count(0)
    bob.button("Withdraw the request to premium_user_2").click()
    expect(bob.page.get_by_role("heading", name="Requests")).to_have_count(0)


def test_friends_write_to_each_other_and_see_what_was_read(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1", **PHONE)
    opens_friends(ada, "user_1")
    ada.writes("Are you there?")
    ada.hears("Are you there?")
    expect(ada.page.get_by_text("Seen", exact=True)).to_have_count(0)
    expect(bob.page.locator(".rail .count")).to_be_visible()

    opens_friends(bob, "premium_user_1")
    bob.hears("Are you there?")
    expect(ada.page.get_by_text("Seen", exact=True)).to_be_visible()
    expect(bob.page.locator(".rail .count")).to_have_count(0)
    bob.page.locator(".composer input").fill("Yes")
    expect(ada.page.get_by_text("user_1 is writing")).to_be_visible()
    bob.page.keyboard.press("Enter")
    ada.hears("Yes")
    expect(ada.page.get_by_text("user_1 is writing")).to_have_count(0)
    ada.page.locator(".tab", has_text="Messages").click()
    expect(ada.page.locator(".list-side .person", has_text="Yes")).to_be_visible()

    for number in range(5):
        bob.writes(f"Line {number}")
    expect(bob.page.locator(".composer").get_by_role("alert")).to_be_visible()
    expect(bob.page.locator(".composer input")).not_to_have_value("")


def test_a_message_begins_where_its_script_begins(demo: Demo) -> None:
    ada = demo("premium_user_1")
    opens_friends(ada, "user_1")
    sides = []
    for message in ("1:0 for you!", "مرحبا!"):
        ada.writes(message)
        ada.hears(message)
        sides.append(
            ada.page.locator(".said p", has_text=message).last.evaluate(
                """(line) => {
                  const text = document.createRange();
                  text.selectNodeContents(line);
                  const [all, part] = [line.getBoundingClientRect(), text.getBoundingClientRect()];
                  return part.left - all.left < all.right - part.right ? "left" : "right";
                }"""
            )
        )
    assert sides == ["left", "right"]


def test_what_is_written_while_the_line_is_away_is_kept_and_goes_out_with_it(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1")
    waiting: list[Route] = []

    def lose_every_message(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(
            lambda message: line.close(code=1012) if "chat_message" in str(message) else server.send(message)
        )

    ada.page.route_web_socket(re.compile("/ws/chat/"), lose_every_message)
    opens_friends(bob, "premium_user_1")
    opens_friends(ada, "user_1")
    line = ada.page.locator(".composer input")
    away = ada.page.get_by_text("What you write is kept.")
    expect(away).to_have_count(0)
    ada.page.route("**/api/auth/ticket/", lambda route: waiting.append(route))
    ada.writes("Lost?")
    expect(away).to_be_visible()
    expect(line).to_have_value("Lost?")
    ada.page.route_web_socket(re.compile("/ws/chat/"), lambda line: line.connect_to_server())
    line.press("Enter")
    ada.page.get_by_role("navigation", name="Places").get_by_role("link", name="Watch").click()
    ada.page.go_back()
    line.press("Enter")
    expect(line).to_have_value("Lost?")
    while waiting:
        waiting.pop().continue_()
    ada.page.unroute("**/api/auth/ticket/")
    bob.hears("Lost?")
    expect(line).to_have_value("")


def test_older_messages_come_by_scrolling_and_the_place_is_kept(demo: Demo) -> None:
    ada = demo("premium_user_1")
    sender = {"id": 999_999, "username": "user_1", "is_premium": False}

    def history(route: Route) -> None:
        older = "cursor" in route.request.url
        numbers = range(50, 0, -1) if older else range(100, 50, -1)
        results = [
            {
                "id": n,
                "content": f"Line {n}.",
                "sender": sender,
                "created_at": "2026-01-01T10:00:00Z",
                "read_at": None,
            }
            for n in numbers
        ]
        following = None if older else f"{route.request.url}?cursor=older"
        route.fulfill(
            content_type="application/json",
            body=json.dumps({"next": following, "previous": None, "results": results}),
        )

    ada.page.route(re.compile("/api/dm/[0-9]+/messages/"), history)
    opens_friends(ada, "user_1")
    expect(ada.page.get_by_text("Line 100.")).to_be_in_viewport()
    expect(ada.page.get_by_text("Line 50.")).to_have_count(0)
    ada.page.get_by_role("log").evaluate("(log) => (log.scrollTop = 0)")
    expect(ada.page.get_by_text("Line 50.")).to_have_count(1)
    expect(ada.page.get_by_text("Line 51.")).to_be_in_viewport()


def test_a_conversation_that_has_grown_long_begins_anew_for_who_is_at_its_end(demo: Demo) -> None:
    ada = demo("premium_user_1")
    lines: list[WebSocketRoute] = []
    last = 600
    sizes = iter([490])  # as if pages had read that many

    def message(number: int) -> dict[str, object]:
        sender = {"id": 999_999, "username": "user_1", "is_premium": False}
        at = "2026-01-01T10:00:00Z"
        return {
            "id": number,
            "content": f"Line {number}.",
            "sender": sender,
            "created_at": at,
            "read_at": at,
        }

    def history(route: Route) -> None:
        address, _, until = route.request.url.partition("?cursor=")
        numbers = range(int(until or last), int(until or last) - next(sizes, 50), -1)
        following = f"{address}?cursor={numbers[-1] - 1}"
        route.fulfill(json={"next": following, "previous": None, "results": [*map(message, numbers)]})

    def line(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        lines.append(socket)

    ada.page.route(re.compile("/api/dm/[0-9]+/messages/"), history)
    ada.page.route_web_socket(re.compile("/ws/chat/"), line)
    opens_friends(ada, "user_1")
    expect(ada.page.get_by_text("Line 600.")).to_be_in_viewport()
    for last in range(601, 612):
        lines[-1].send(json.dumps({"type": "chat_message", "message": message(last)}))
    expect(ada.page.get_by_text("Line 611.")).to_be_in_viewport()
    expect(ada.page.locator(".message")).to_have_count(50)
    ada.page.get_by_role("log").evaluate("(log) => (log.scrollTop = 0)")
    expect(ada.page.get_by_text("Line 561.")).to_have_count(1)
    expect(ada.page.locator(".message")).to_have_count(100)


def test_an_invite_is_shown_at_once_and_leads_both_into_the_game(demo: Demo) -> None:
    ada, bob = demo("premium_user_1", **PHONE), demo("user_2")
    ada.page.goto("/friends")
    for answer in ("Decline", "Accept"):
        ada.chooses("Invite to a game", "Do something with user_2")
        ada.page.locator("select[name=game]").select_option("tictactoe")
        ada.in_dialog("Invite")
        toast = bob.page.locator(".invite-toast")
        expect(toast.get_by_role("timer")).to_have_text(re.compile(r"\d+ s"))
        if answer == "Decline":
            toast.get_by_role("button", name="Decline").click()
            expect(ada.page.get_by_text("user_2 can't come.")).to_be_visible()
            continue
        toast.get_by_role("button", name="Answer later").click()
        expect(toast).to_have_count(0)
        bob.page.get_by_role("button", name=re.compile(r"Notifications, \d+ new")).click()
        asking = bob.page.locator(".notifications .asking", has_text="invites you to a game: Tic-tac-toe")
        asking.get_by_role("button", name="Accept").click()
    for person in (ada, bob):
        person.is_at_a_game()
        expect(person.page.locator(".tictactoe")).to_be_visible()


def test_a_lobby_is_opened_talked_in_kept_in_order_and_played_from(demo: Demo) -> None:
    ada, bob, cyd = demo("premium_user_1"), demo("user_1", **PHONE), demo("user_5")
    cyd.page.goto("/lobbies")
    expect(cyd.page.get_by_text("Premium members open lobbies")).to_be_visible()
    opens_a_lobby(ada, "the-cave", 3)
    for person in (bob, cyd):
        enters(person, ada.page.url)
    expect(ada.page.get_by_text("3 here")).to_be_visible()

    cyd.page.locator(".composer input").fill("Hello")
    for person in (ada, bob):
        expect(person.page.get_by_text("user_5 is writing")).to_be_visible()
    cyd.page.keyboard.press("Enter")
    for person in (ada, bob, cyd):
        person.hears("Hello")

    ada.chooses("Make a moderator", "Do something with user_1")
    bob.button("3 here").click()
    bob.chooses("Mute", "Do something with user_5")
    line = cyd.page.locator(".composer input")
    line.fill("Can you hear me?")
    bob.page.get_by_role("dialog", name="Mute user_5?").get_by_role("button", name="Mute", exact=True).click()
    expect(ada.page.locator(".person", has_text="user_5")).to_contain_text("Muted")
    expect(cyd.page.get_by_text(re.compile(r"You are muted until \d+:\d\d"))).to_be_visible()
    expect(line).to_have_count(0)
    cyd.can_use_the_page()
    bob.chooses("Let speak again", "Do something with user_5")
    expect(ada.page.locator(".person", has_text="user_5")).not_to_contain_text("Muted")
    expect(line).to_have_value("Can you hear me?")
    line.press("Enter")
    bob.page.keyboard.press("Escape")
    bob.hears("Can you hear me?")
    ada.chooses("No longer a moderator", "Do something with user_1")
    bob.button("3 here").click()
    expect(bob.button("Do something with user_5")).to_be_visible()
    bob.button("Do something with user_5").click()
    expect(bob.page.get_by_role("menuitem", name="Kick")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    said = ada.page.locator(".message", has_text="Hello")
    said.hover()
    said.get_by_role("button", name="Do something with this message of user_5").click()
    ada.page.get_by_role("menuitem", name="Delete").click()
    ada.in_dialog("Delete")
    expect(bob.page.locator(".message", has_text="Hello")).to_have_count(0)

    ada.chooses("Ban", "Do something with user_5")
    ada.page.get_by_label("Reason").fill(f"Too l{150 * 'o'}ud")
    ada.in_dialog("Ban")
    expect(cyd.page.get_by_role("alert")).to_contain_text("Too looo")
    cyd.can_use_the_page()
    cyd.page.reload()
    cyd.button("Join").click()
    expect(cyd.page.get_by_role("alert")).to_be_visible()
    ada.chooses("Banned", "Do something with this lobby")
    ada.button("Let user_5 in again").click()
    expect(ada.page.get_by_text("Nobody is banned here.")).to_be_visible()
    ada.page.keyboard.press("Escape")
    cyd.button("Join").click()
    expect(ada.page.get_by_text("3 here")).to_be_visible()

    ada.button("Start a game").click()
    ada.page.locator("select[name=game]").select_option("connect_four")
    ada.in_dialog("Start a game")
    for person in (ada, bob, cyd):
        person.is_at_a_game()
    expect(cyd.page.get_by_text("You are watching")).to_be_visible()


def test_a_friend_is_asked_into_a_lobby_reports_a_message_and_is_sent_out(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_2")
    opens_a_lobby(ada, "the-loft")
    ada.writes("Buy cheap gold")
    ada.hears("Buy cheap gold")
    ada.chooses("Invite friends", "Do something with this lobby")
    ada.button("Invite user_2").click()
    ada.page.keyboard.press("Escape")
    accepts(bob, "invites you to a lobby")
    expect(bob.page.get_by_role("heading", name="the-loft")).to_be_visible()

    bob.page.locator(".message", has_text="Buy cheap gold").hover()
    bob.chooses("Report", "Do something with this message of premium_user_1")
    bob.page.get_by_label("Reason").fill("An advertisement")
    bob.in_dialog("Report")
    expect(bob.page.get_by_text("Thank you. Somebody will look at it.")).to_be_visible()
    ada.chooses("Kick", "Do something with user_2")
    ada.page.get_by_label("Reason").fill("See you later")
    ada.in_dialog("Kick")
    expect(bob.page.get_by_role("alert")).to_contain_text("See you later")
    bob.page.reload()
    bob.button("Join").click()
    bob.hears("Buy cheap gold")


def test_a_dialog_gives_the_focus_back_to_what_opened_it(demo: Demo) -> None:
    ada = demo("premium_user_1")
    ada.page.goto("/lobbies")
    ada.button("Open a lobby").click()
    ada.in_dialog("Close")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(ada.button("Open a lobby")).to_be_focused()


def test_an_address_that_nobody_can_read_is_told_to_be_wrong(demo: Demo) -> None:
    ada = demo("premium_user_1")
    ada.page.goto("/lobbies/%E0%A4%A")
    expect(ada.page.get_by_text("There is no such lobby.")).to_be_visible()


def test_a_lobby_that_is_refused_keeps_what_was_filled_in(demo: Demo) -> None:
    ada = demo("premium_user_1")
    opens_a_lobby(ada, "taken-name")
    ada.page.goto("/lobbies")
    ada.button("Open a lobby").click()
    ada.page.get_by_label("Name").fill("taken-name")
    most = ada.page.get_by_label("How many people at most")
    expect(most).to_have_value("20")
    most.fill("2")
    ada.in_dialog("Open a lobby")
    expect(ada.page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    expect(most).to_have_value("2")


def test_lobbies_are_found_by_name_and_a_full_one_says_so(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5")
    opens_a_lobby(ada, "two-seats", 2)
    enters(bob, ada.page.url)
    cyd = demo("user_2")
    cyd.page.goto("/lobbies")
    cyd.page.get_by_label("Find a lobby").fill("two-s")
    row = cyd.page.locator("main .row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Full")
    row.click()
    expect(cyd.button("Join")).to_be_disabled()
    bob.chooses("Leave", "Do something with this lobby")
    expect(bob.page.get_by_role("heading", name="Lobbies")).to_be_visible()
    cyd.page.reload()
    cyd.button("Join").click()
    cyd.writes("Room for one more")
    ada.hears("Room for one more")
    ada.chooses("Close the lobby", "Do something with this lobby")
    ada.in_dialog("Close the lobby")
    expect(cyd.page.get_by_role("heading", name="This lobby was closed.")).to_be_visible()


def test_an_invite_that_was_declined_before_its_sender_was_answered_is_over(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_3")
    expect(bob.page.locator(".connection.open")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    ada.page.route("**/api/invites/", lambda route: held.append((route, route.fetch())), times=1)
    ada.chooses("Invite to a game", "Do something with user_3")
    ada.in_dialog("Invite")
    bob.page.locator(".invite-toast").get_by_role("button", name="Decline").click()
    expect(ada.page.locator(".toast", has_text="user_3 can't come.")).to_be_visible()
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ada.page.get_by_role("button", name=re.compile("Notifications")).click()
    expect(ada.page.get_by_role("dialog", name="Notifications")).to_be_visible()
    expect(ada.page.locator(".notifications .asking", has_text="user_3")).to_have_count(0)


def test_who_has_left_a_party_and_come_to_another_stays_in_it(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_3")
    bob.button("Make a party").click()
    expect(bob.page.locator(".party", has_text="1 of 4")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    bob.page.route("**/api/party/leave/", lambda route: held.append((route, route.fetch())), times=1)
    bob.chooses("Leave the party", "Do something with the party")
    expect(bob.page.get_by_text("Make a party")).to_be_visible()
    ada.chooses("Invite to your party", "Do something with user_3")
    accepts(bob, "invites you to a party")
    expect(bob.page.locator(".party", has_text="2 of 4")).to_be_visible()
    route, answer = held[0]
    with bob.page.expect_response("**/api/party/leave/"):
        route.fulfill(response=answer)
    expect(bob.page.locator(".party [aria-busy='true']")).to_have_count(0)
    expect(bob.page.locator(".party", has_text="2 of 4")).to_be_visible()
    ada.chooses("End the party", "Do something with the party")


def test_a_message_that_is_removed_while_the_history_is_on_its_way_stays_removed(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5")
    opens_a_lobby(ada, "the-attic")
    enters(bob, ada.page.url)
    ada.writes("Not for long")
    bob.hears("Not for long")
    lobby = ada.page.url.rpartition("/")[2]
    path = f"/api/lobbies/{lobby}/messages/"
    access = json.loads(bob.page.evaluate("localStorage.tokens"))["access"]
    old = bob.page.request.get(path, headers={"Authorization": f"Bearer {access}"}).json()
    assert len(old["results"]) == 1
    bob.page.goto("about:blank")
    with bob.is_answered_late(path, old):
        bob.page.goto(ada.page.url)
        expect(ada.page.get_by_text("2 here")).to_be_visible()
        expect(bob.page.get_by_text("2 here")).to_be_visible()
        ada.chooses("Delete", "Do something with this message of premium_user_1")
        ada.in_dialog("Delete")
        expect(ada.page.get_by_text("Not for long")).to_have_count(0)
    expect(bob.page.get_by_role("log")).to_have_attribute("aria-busy", "false")
    expect(bob.page.get_by_text("Not for long")).to_have_count(0)


def test_a_history_that_did_not_come_is_asked_for_again(demo: Demo) -> None:
    ada = demo("premium_user_1")
    opens_a_lobby(ada, "the-cellar")
    ada.writes("Still here")
    ada.hears("Still here")
    ada.page.route("**/messages/", lambda route: route.abort(), times=1)
    ada.page.reload()
    ada.page.get_by_role("log").get_by_role("button", name="Try again").click()
    ada.hears("Still here")
    expect(ada.page.get_by_role("alert")).to_have_count(0)


def test_more_of_what_is_not_searched_for_any_more_is_not_shown(demo: Demo) -> None:
    cyd = demo("user_2")
    held: list[Route] = []

    def lobby(name: str) -> dict[str, object]:
        facts = {"id": len(name), "owner": None, "game": None, "is_public": True, "status": "open"}
        return {**facts, "name": name, "title": name, "member_count": 1, "max_participants": 9}

    def answer(route: Route) -> None:
        if "cursor" in route.request.url:
            held.append(route)
        elif "search" in route.request.url:
            route.fulfill(json={"results": [lobby("sought")], "next": None, "previous": None})
        else:
            route.fulfill(
                json={"results": [lobby("any")], "next": "/api/lobbies/?cursor=2", "previous": None}
            )

    cyd.page.route("**/api/lobbies/**", answer)
    cyd.page.goto("/lobbies")
    with cyd.page.expect_request("**/api/lobbies/?cursor=2"):
        cyd.button("Show more").click()
    cyd.page.get_by_label("Find a lobby").fill("so")
    row = cyd.page.locator("main .row")
    expect(row).to_contain_text("sought")
    with cyd.page.expect_response("**/api/lobbies/?cursor=2"):
        held[0].fulfill(json={"results": [lobby("too late")], "next": None, "previous": None})
    cyd.page.wait_for_timeout(200)
    expect(row).to_have_count(1)


def test_a_player_is_reported_from_the_table_and_from_the_replay(demo: Demo, sql: Sql) -> None:
    ada, bob = demo("premium_user_1"), demo("user_2")
    ada.page.goto("/play")
    ada.button("Friend: Tic-tac-toe").click()
    expect(ada.page.get_by_role("heading", name="Waiting for your friend")).to_be_visible()
    bob.page.goto(ada.page.url)
    bob.button("Join the game").click()
    ada, bob = first_and_second(ada, bob)
    for turn, cell in enumerate([0, 3]):
        (ada, bob)[turn % 2].picks(cell)
        (ada, bob)[1 - turn % 2].sees_mark(cell)
    bob.chooses("Report a player", "More of this game")
    bob.page.get_by_label("Reason").fill("Swears")
    bob.in_dialog("Report")
    expect(bob.page.get_by_text("Thank you. Somebody will look at it.")).to_be_visible()

    bob.button("Resign").click()
    bob.button("Yes, resign").click()
    expect(ada.page.get_by_role("heading", name="You won")).to_be_visible()
    ada.page.goto(ada.page.url.replace("/games/", "/replay/"))
    ada.chooses("Report a player", "More of this game")
    expect(ada.page.get_by_role("dialog").get_by_role("option")).to_have_count(1)
    ada.page.get_by_label("Reason").fill("Gave the game away")
    ada.in_dialog("Report")
    expect(ada.page.get_by_text("Thank you. Somebody will look at it.")).to_be_visible()

    queue = sql("SELECT game_id, reason, about_id FROM chat_report WHERE kind = 'game' ORDER BY id")
    game = ada.page.url.rsplit("/", 1)[1]
    assert [(str(game_id), reason) for game_id, reason, _ in queue] == [
        (game, "Swears"),
        (game, "Gave the game away"),
    ]
    assert len({about for _, _, about in queue}) == 2
