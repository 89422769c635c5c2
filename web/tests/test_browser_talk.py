"""Two users in real browsers talk in a lobby: replies, reactions, names, edits, pins, slow mode."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Locator, WebSocketRoute, expect

from web.tests.person import Person
from web.tests.test_browser_people import enters, opens_a_lobby

Demo = Callable[..., Person]


def message(person: Person, words: str) -> Locator:
    own = person.page.locator(".said > p:not(.answered)", has_text=words)
    return person.page.locator(".message", has=own)


def until_all_is_read(person: Person, lobby: str) -> None:
    """Wait until nothing is unread: a message is read once it has been on the screen for a second."""
    access = json.loads(person.page.evaluate("localStorage.tokens"))["access"]
    unread = None
    while unread != 0:
        headers = {"Authorization": f"Bearer {access}"}
        page = person.page.request.get(f"/api/lobbies/?mine=1&search={lobby}", headers=headers).json()
        unread = page["results"][0]["unread"]


def does(person: Person, thing: str, words: str) -> None:
    """Choose an entry of a message's menu."""
    line = message(person, words)
    line.hover()
    line.get_by_role("button", name="Do something with this message").click()
    person.page.get_by_role("menuitem", name=thing, exact=True).click()


def test_a_lobby_is_answered_reacted_to_corrected_pinned_and_slowed_down(demo: Demo) -> None:
    ada = demo("premium_user_1")
    bob = demo("user_5", viewport={"width": 390, "height": 844})
    opens_a_lobby(ada, "the-porch")
    enters(bob, ada.page.url)

    # Bob names Ada with the help of the list; the address becomes a link.
    field = bob.page.get_by_label("Write to the-porch")
    field.press_sequentially("Rules at https://example.org/rules @prem")
    bob.button("@premium_user_1").click()
    expect(field).to_have_value("Rules at https://example.org/rules @premium_user_1 ")
    field.press("Enter")
    expect(message(ada, "Rules at").locator(".mention.me")).to_have_text("@premium_user_1")
    link = message(ada, "Rules at").get_by_role("link", name="https://example.org/rules")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(ada.page.get_by_text("user_5 mentioned you in the-porch").first).to_be_visible()

    does(ada, "Reply", "Rules at")
    expect(ada.page.get_by_text("Reply to user_5:")).to_be_visible()
    ada.writes("Thnks")
    expect(message(bob, "Thnks").locator(".answered")).to_contain_text("user_5 Rules at")

    does(ada, "Edit", "Thnks")
    expect(ada.page.get_by_label("Write to the-porch")).to_have_value("Thnks")
    ada.page.get_by_label("Write to the-porch").fill("Thanks a lot")
    ada.page.keyboard.press("Enter")
    expect(message(bob, "Thanks a lot")).to_contain_text("edited")

    line = message(bob, "Thanks a lot")
    line.hover()
    line.get_by_role("button", name="React to this message").click()
    bob.page.get_by_role("menuitem", name="Applause").click()
    hers = message(ada, "Thanks a lot").get_by_role("button", name="Applause: 1")
    hers.click()
    expect(line.get_by_role("button", name="Applause: 2")).to_have_attribute("aria-pressed", "true")

    does(ada, "Pin", "Rules at")
    expect(bob.page.locator(".pinned")).to_contain_text("Rules at")
    ada.chooses("Settings", "Do something with this lobby")
    ada.page.get_by_label("Slow mode").select_option("300")
    ada.in_dialog("Save")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    bob.writes("once")
    bob.hears("once")
    bob.writes("twice")
    expect(bob.page.get_by_text("Write again in")).to_be_visible()
    expect(field).to_have_value("twice")
    ada.can_use_the_page()
    bob.can_use_the_page()


def test_who_reads_the_end_stays_there_when_its_room_shrinks(demo: Demo) -> None:
    ada = demo("premium_user_1", viewport={"width": 390, "height": 844})
    opens_a_lobby(ada, "Keyboards")
    for word in ("one ", "two ", "three "):
        ada.writes((word * 200)[:480])
        expect(ada.page.locator(".message:not(.sent)", has_text=word * 5)).to_be_visible()
    from_the_end = """() => {
        const { scrollHeight, scrollTop, clientHeight } = document.querySelector(".history");
        return scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
    }"""
    ada.page.wait_for_function(from_the_end)
    ada.page.set_viewport_size({"width": 390, "height": 560})
    ada.page.wait_for_function("innerHeight === 560")
    ada.page.wait_for_function(from_the_end)


def test_a_message_that_is_written_while_the_socket_opens_is_seen(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5")
    opens_a_lobby(ada, "the-hall")
    waiting: list[WebSocketRoute] = []

    def hold(socket: WebSocketRoute) -> None:
        socket.on_message(lambda _: socket.send('{"type": "pong"}'))
        waiting.append(socket)

    bob.page.route_web_socket(re.compile("/ws/lobbies/"), hold)
    enters(bob, ada.page.url)
    while not waiting:
        bob.page.evaluate("fetch('/api/me/')")
    # What the page asks for as soon as the socket is open is answered before this.
    bob.page.evaluate("fetch('/api/games/').then((response) => response.json())")
    ada.writes("early")
    ada.hears("early")
    (socket,) = waiting
    socket.connect_to_server()
    bob.hears("early")


def test_new_messages_are_counted_and_marked_and_who_is_muted_sees_until_when(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5")
    opens_a_lobby(ada, "the-shed")
    enters(bob, ada.page.url)
    ada.writes("first")
    bob.hears("first")
    until_all_is_read(bob, "the-shed")
    bob.page.goto("/lobbies")
    ada.writes("second")
    ada.writes("third")
    expect(bob.page.get_by_role("link", name="the-shed")).to_contain_text("2 new", timeout=20_000)
    bob.page.get_by_role("link", name="the-shed").click()
    expect(bob.page.locator("li", has=bob.page.get_by_text("New since you were here"))).to_contain_text(
        "second"
    )

    ada.page.get_by_role("button", name="Do something with user_5").click()
    ada.page.get_by_role("menuitem", name="Mute").click()
    ada.in_dialog("Mute")
    expect(bob.page.get_by_text("You are muted")).to_be_visible()
    expect(bob.page.get_by_label("Write to the-shed")).to_have_count(0)
