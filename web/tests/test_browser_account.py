"""The account in the page: password, devices, data, deletion, and state kept by the browser."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, WebSocketRoute, expect

from web.tests.person import PASSWORD, Person

pytestmark = pytest.mark.browser

Visit = Callable[..., Person]
PHONE = {
    "viewport": {"width": 320, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
}
NOTHING_IS_KEPT = """
    const refuse = () => { throw new DOMException("Access is denied.", "SecurityError"); };
    Object.defineProperty(window, "localStorage", { get: refuse });
    navigator.locks.request = async () => refuse();
"""
"""Chromium's behaviour with all site data blocked."""
ENDED = "Your session has ended. Please sign in again."


def opens_the_account(person: Person) -> None:
    person.page.get_by_role("banner").get_by_role("link", name="Account").click()
    expect(person.page.get_by_role("heading", name="Account", level=1)).to_be_visible()


def has_signed_in(person: Person, name: str) -> None:
    person.page.goto("/signin?next=/profile/account")
    person.page.get_by_label("Name or e-mail").fill(name)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", name="Account", level=1)).to_be_visible()


def can_sign_in(person: Person, name: str, password: str) -> bool:
    return person.page.request.post("/api/auth/login", data={"username": name, "password": password}).ok


def is_signed_out(person: Person) -> None:
    expect(person.page.get_by_role("heading", name="Who is playing?")).to_be_visible()
    assert person.page.evaluate("localStorage.getItem('tokens')") is None


def field(person: Person, label: str) -> Locator:
    return person.page.locator("label.field", has_text=label)


def is_refused_beside(person: Person, label: str, why: str) -> None:
    expect(field(person, label).get_by_role("alert")).to_contain_text(why)
    expect(field(person, label).locator("input")).to_be_focused()


def test_a_new_password_and_a_click_sign_out_other_devices(visit: Visit) -> None:
    ada, phone = visit(), visit(**PHONE)
    ada.registers("ada")
    opens_the_account(ada)
    has_signed_in(phone, "ada")
    devices = phone.page.locator(".device")
    expect(devices).to_have_count(2)
    expect(devices.first).to_contain_text("Firefox on Android This device")
    phone.can_use_the_page()

    ada.page.get_by_label("Current password").fill("wrong")
    ada.page.get_by_label("New password").fill("a whole new one")
    ada.button("Change password").click()
    is_refused_beside(ada, "Current password", "not your password")
    ada.page.get_by_label("Current password").fill(PASSWORD)
    ada.page.get_by_label("New password").fill("123")
    ada.button("Change password").click()
    is_refused_beside(ada, "New password", "short")
    ada.page.get_by_label("New password").fill("a whole new one")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_text("All other devices are signed out.")).to_be_visible()
    expect(ada.page.get_by_label("Current password")).to_have_value("")
    is_signed_out(phone)
    expect(phone.page.get_by_text(ENDED)).to_be_visible()
    assert not can_sign_in(ada, "ada", PASSWORD)
    assert can_sign_in(ada, "ada", "a whole new one")

    ada.page.reload()
    other = ada.page.locator(".device").nth(1)
    other.get_by_role("button", name=re.compile("^Sign out .+")).click()
    expect(ada.page.locator(".device")).to_have_count(1)
    expect(ada.page.get_by_role("heading", name="Signed-in devices")).to_be_focused()
    ada.page.locator(".device").get_by_role("button", name="Sign out").click()
    is_signed_out(ada)


def test_all_data_comes_as_a_file_and_an_account_is_erased_on_purpose_only(
    visit: Visit, tmp_path: Path
) -> None:
    bob = visit()
    bob.registers("bob")
    opens_the_account(bob)
    with bob.page.expect_download() as download:
        bob.button("Download my data").click()
    assert download.value.suggested_filename == "bob.json"
    download.value.save_as(tmp_path / "bob.json")
    assert json.loads((tmp_path / "bob.json").read_text())["account"]["email"] == "bob@example.org"

    erase = bob.button("Erase my account…")
    erase.click()
    bob.in_dialog("Cancel")
    expect(erase).to_be_focused()
    erase.click()
    bob.can_use_the_page()
    bob.page.keyboard.type("wrong")
    bob.in_dialog("Erase for good")
    expect(bob.page.get_by_label("I know")).to_be_focused()
    bob.page.keyboard.press("Space")
    bob.page.keyboard.press("Enter")
    is_refused_beside(bob, "Your password", "not your password")

    def answer_when_the_sockets_are_closed(route: Route) -> None:
        response = route.fetch()
        expect(bob.page.locator(".connection.closed")).to_be_attached()
        route.fulfill(response=response)

    asked: list[str] = []
    bob.page.on("request", lambda request: asked.append(request.url))
    bob.page.route("**/api/me/", answer_when_the_sockets_are_closed)
    bob.page.get_by_label("Your password").fill(PASSWORD)
    bob.page.keyboard.press("Enter")
    expect(bob.page.get_by_role("status").get_by_text("Your account is erased")).to_be_visible()
    expect(bob.page).to_have_url(re.compile(r"\d/$"))
    expect(bob.page.get_by_text(ENDED)).to_have_count(0)
    assert [url for url in asked if "refresh" in url] == []
    assert bob.page.evaluate("localStorage.getItem('tokens')") is None
    assert not can_sign_in(bob, "bob", PASSWORD)


def test_another_e_mail_needs_the_password(visit: Visit) -> None:
    eve = visit()
    eve.registers("eve")
    opens_the_account(eve)
    eve.page.get_by_label("E-mail", exact=True).fill("new@example.org")
    eve.button("Save").click()
    is_refused_beside(eve, "Password, to change the e-mail", "required")
    password = eve.page.get_by_label("Password, to change the e-mail")
    password.fill("wrong")
    eve.button("Save").click()
    is_refused_beside(eve, "Password, to change the e-mail", "not your password")
    password.fill(PASSWORD)
    eve.button("Save").click()
    expect(eve.page.get_by_text("eve · new@example.org")).to_be_visible()
    expect(password).to_have_value("")


def test_a_guest_is_shown_what_a_guest_can_do(visit: Visit) -> None:
    cyd = visit(**PHONE)
    cyd.comes_as_guest()
    cyd.page.goto("/profile")
    cyd.page.get_by_role("link", name="Account").click()
    expect(cyd.page.get_by_role("heading", name="Keep this account")).to_be_visible()
    expect(cyd.button("Change password")).to_have_count(0)
    expect(cyd.page.locator(".device")).to_have_count(0)
    name = cyd.page.get_by_role("textbox", name="Name")
    name.fill("cyd the first")
    name.press("Enter")
    is_refused_beside(cyd, "Name", "Letters")
    name.fill("cyd")
    asked: list[Route] = []
    cyd.page.route("**/api/me/", lambda route: asked.append(route))
    with cyd.page.expect_request("**/api/me/"):
        cyd.button("Save").click()
    expect(cyd.button("Save")).to_have_attribute("aria-busy", "true")
    cyd.page.keyboard.press("Enter")
    asked[0].continue_()
    expect(cyd.page.get_by_text("cyd · Guest")).to_be_visible()
    assert len(asked) == 1
    cyd.page.unroute("**/api/me/")
    expect(cyd.button("Save")).to_be_focused()
    cyd.button("Erase my account…").click()
    expect(cyd.page.get_by_role("dialog").locator("[type=password]")).to_have_count(0)
    cyd.page.get_by_label("I know").check()
    cyd.in_dialog("Erase for good")
    expect(cyd.page.get_by_text("Your account is erased")).to_be_visible()


def test_whatever_a_browser_has_kept_that_is_no_token_means_signed_out(visit: Visit) -> None:
    dan = visit()
    dan.page.goto("/play")
    for kept in ("{broken", "{}", '{"access": "é"}', '{"access": "x.bnVsbA.y", "refresh": "x"}'):
        dan.page.evaluate("(kept) => { localStorage.tokens = kept; localStorage.theme = kept; }", kept)
        dan.page.reload()
        expect(dan.page.get_by_role("heading", name="Who is playing?"), kept).to_be_visible()
        expect(dan.page.locator("html")).to_have_attribute("data-theme", re.compile("^(light|dark)$"))
    dan.button("Play as guest").click()
    expect(dan.page.get_by_role("heading", name="Pick a game")).to_be_visible()
    another = dan.page.context.new_page()
    another.goto("/play")
    another.evaluate("localStorage.tokens = '{broken'")
    is_signed_out(dan)


def test_a_browser_that_keeps_nothing_is_signed_in_for_the_visit(visit: Visit) -> None:
    fay = visit(color_scheme="light")
    fay.page.add_init_script(NOTHING_IS_KEPT)
    fay.comes_as_guest()
    fay.button("Hide people").click()
    fay.button("Switch to the dark theme").click()
    expect(fay.page.locator("html")).to_have_attribute("data-theme", "dark")
    fay.page.route("**/api/lobbies/**", lambda route: route.fulfill(status=401), times=1)
    with fay.page.expect_response("**/api/token/refresh/"):
        fay.page.get_by_role("link", name="Lobbies").click()
    expect(fay.page.get_by_text("No lobby is open right now.")).to_be_visible()
    fay.button("Sign out").click()
    fay.button("Play as guest").click()
    expect(fay.page.get_by_text("No lobby is open right now.")).to_be_visible()
    fay.page.reload()
    expect(fay.page.get_by_role("heading", name="Who is playing?")).to_be_visible()


def test_a_socket_that_never_opens_is_told_of_and_can_be_tried_again(visit: Visit) -> None:
    eve = visit()
    eve.comes_as_guest()
    tickets = "**/api/auth/ticket/"
    told = eve.page.get_by_role("alert").get_by_text("The live connection to the server does not open.")
    held: list[Route] = []

    def tries_again() -> None:
        # Delayed until then, because the page retries by itself and the button would disappear.
        eve.page.route(tickets, lambda route: held.append(route))
        with eve.page.expect_request(tickets):
            eve.page.locator("main").get_by_role("button", name="Try again").click()
        while held:
            held.pop().continue_()
        eve.page.unroute(tickets)

    eve.page.clock.install()
    eve.page.route(tickets, lambda route: route.abort())
    eve.page.goto("/world")
    expect(eve.page.locator("main .skeleton")).to_be_attached()
    eve.page.clock.run_for(5_000)
    expect(told).to_be_visible()
    eve.can_use_the_page()
    tries_again()
    expect(eve.page.get_by_role("heading", name="Who will you be?")).to_be_visible()

    eve.page.route(tickets, lambda route: route.abort())
    eve.page.goto("/friends")
    eve.page.clock.run_for(5_000)
    expect(told).to_be_visible()
    tries_again()
    expect(eve.page.get_by_text("No friends here yet.").first).to_be_visible()

    eve.page.goto("/play")
    eve.button("Computer: Tic-tac-toe").click()
    eve.in_dialog("Easy")
    eve.is_at_a_game()
    eve.page.route(tickets, lambda route: held.append(route))
    eve.page.reload()
    expect(eve.page.locator("main .skeleton")).to_be_attached()
    eve.page.clock.run_for(5_000)
    expect(told).to_be_visible()
    expect(eve.page.locator("main").get_by_role("link", name="Go to Play")).to_be_visible()
    assert held
    tries_again()
    expect(eve.page.locator(".board")).to_be_visible()


def test_a_profile_whose_player_cannot_be_had_says_so_and_tries_again(visit: Visit) -> None:
    gus = visit()
    gus.comes_as_guest()
    gus.page.route("**/api/auth/ticket/", lambda route: route.abort())
    gus.page.route("**/api/player/me", lambda route: route.fulfill(status=500))
    gus.page.goto("/profile")
    again = gus.page.locator("main").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    gus.page.unroute("**/api/player/me")
    again.click()
    expect(gus.page.get_by_role("heading", name="Level 1")).to_be_visible()


def tokens_of(person: Person) -> dict[str, str]:
    tokens: dict[str, str] = json.loads(person.page.evaluate("localStorage.tokens"))
    return tokens


def test_a_guest_stays_one_while_the_tokens_cannot_be_renewed(visit: Visit) -> None:
    hal = visit()
    hal.comes_as_guest()
    hal.page.route("**/api/me/", lambda route: route.fulfill(status=401))
    hal.page.route("**/api/token/refresh/", lambda route: route.abort())
    hal.page.reload()
    expect(hal.page.get_by_text("The server can't be reached.")).to_be_visible()
    hal.page.unroute("**/api/me/")
    hal.button("Try again").click()
    expect(hal.page.get_by_role("heading", name="Pick a game")).to_be_visible()


def test_tokens_that_another_tab_has_renewed_keep_the_sockets_open(visit: Visit) -> None:
    ida = visit()
    ida.comes_as_guest()
    expect(ida.page.locator(".connection.open")).to_be_visible()
    renewed = ida.page.request.post("/api/token/refresh/", data={"refresh": tokens_of(ida)["refresh"]}).json()
    another = ida.page.context.new_page()
    another.goto("/health/live")
    with ida.page.expect_websocket(lambda socket: "/ws/notifications/" in socket.url):
        another.evaluate("(tokens) => { localStorage.tokens = JSON.stringify(tokens); }", renewed)
    expect(ida.page.get_by_role("heading", name="Pick a game")).to_be_visible()


def test_who_signs_out_in_another_tab_while_this_one_loads_is_signed_out(visit: Visit) -> None:
    joe = visit()
    joe.comes_as_guest()
    another = joe.page.context.new_page()
    another.goto("/health/live")
    held: list[Route] = []
    joe.page.route("**/api/me/", lambda route: held.append(route))
    with joe.page.expect_request("**/api/me/"):
        joe.page.reload()
    answer = held[0].fetch()
    another.evaluate("localStorage.removeItem('tokens')")
    is_signed_out(joe)
    with joe.page.expect_response("**/api/me/"):
        held[0].fulfill(response=answer)
    joe.page.get_by_role("link", name="Lobbies").click()
    is_signed_out(joe)


def test_a_game_that_was_left_while_its_connection_was_renewed_stays_left(visit: Visit) -> None:
    kim = visit()
    kim.comes_as_guest()
    lines: list[WebSocketRoute] = []

    def listen_in(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    kim.page.route_web_socket(re.compile("/ws/game/"), listen_in)
    kim.button("Computer: Tic-tac-toe").click()
    kim.in_dialog("Easy")
    kim.is_at_a_game()
    kim.page.reload()
    expect(kim.page.locator(".board")).to_be_visible()
    held: list[Route] = []
    kim.page.route("**/api/token/refresh/", lambda route: held.append(route))
    with kim.page.expect_request("**/api/token/refresh/"):
        lines[-1].close(code=4401)
    kim.page.get_by_role("link", name="Lobbies").click()
    expect(kim.page.get_by_role("heading", name="Lobbies")).to_be_visible()
    with kim.page.expect_websocket(lambda socket: "/ws/chat/" not in socket.url) as opened:
        held[0].continue_()
        kim.page.get_by_role("link", name="World").click()
    assert "/ws/game/" not in opened.value.url
    assert len(lines) == 1


def test_what_the_bell_opens_is_asked_for_again_where_it_did_not_come(visit: Visit) -> None:
    lea = visit()
    lea.comes_as_guest()
    lea.page.goto("/")
    lea.page.route("**/web/chunks/people-*.js", lambda route: route.abort())
    lea.button("Notifications").click()
    shown = lea.page.get_by_role("dialog", name="Notifications")
    expect(shown).to_contain_text("The server can't be reached.")


def test_signing_out_takes_its_time_and_is_done_once(visit: Visit) -> None:
    mia = visit()
    mia.comes_as_guest()
    held: list[Route] = []
    mia.page.route("**/api/auth/logout/", lambda route: held.append(route))
    with mia.page.expect_request("**/api/auth/logout/"):
        mia.button("Sign out").click()
    mia.button("Sign out").click()
    mia.page.get_by_role("link", name="Lobbies").click()
    expect(mia.page.get_by_role("heading", name="Lobbies")).to_be_visible()
    (route,) = held
    route.continue_()
    is_signed_out(mia)
    expect(mia.page.get_by_text(ENDED)).to_have_count(0)


def test_nothing_moves_once_it_is_known_who_one_is(visit: Visit) -> None:
    eve = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    eve.comes_as_guest()
    held: list[Route] = []
    eve.page.route("**/api/me/", lambda route: held.append(route))
    with eve.page.expect_request("**/api/me/"):
        eve.page.goto("/lobbies")
    main = eve.page.locator("main")
    expect(main.locator(".skeleton")).to_be_attached()
    before = main.evaluate("(main) => main.getBoundingClientRect().top")
    held[0].continue_()
    expect(eve.page.get_by_role("heading", name="Lobbies")).to_be_visible()
    expect(eve.page.locator("a.purse")).to_be_visible()
    assert main.evaluate("(main) => main.getBoundingClientRect().top") == before


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_a_toast_lies_where_nothing_is_played_however_long(arrive: Visit, width: int, height: int) -> None:
    fay = arrive(viewport={"width": width, "height": height})
    fay.comes_as_guest()
    long = "toast('a long mention '.repeat(30))"
    fay.page.evaluate(f"import('/static/web/toasts.js').then(({{ toast }}) => {long})")
    toast = fay.page.locator(".toast")
    expect(toast).to_be_visible()
    place = toast.bounding_box()
    assert place
    on_the_bar = place["y"] + place["height"] < 70
    last_link = fay.page.locator(".rail a").last.bounding_box()
    assert last_link
    below_the_rail = place["x"] < 32 and last_link["y"] + last_link["height"] < place["y"] < height - 30
    assert on_the_bar if width < 900 else below_the_rail


def mailed(person: Person, address: str, pattern: str) -> str:
    """Wait for a mail to this address; return what the pattern's group matches in the newest that has it."""
    while True:
        page = unescape(person.page.request.get("/dev/mail/").text())
        texts = [text for text in page.split("<details>") if f"<strong>{address}</strong>" in text]
        for found in filter(None, (re.search(pattern, text) for text in texts)):
            return found[1]


def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(arrive: Visit) -> None:
    ada = arrive()
    ada.registers("ada_forgets")
    forgetful = arrive()
    forgetful.page.goto("/signin")
    forgetful.page.get_by_role("link", name="Forgot your password?").click()
    forgetful.page.get_by_label("E-mail").fill("ada_forgets@example.org")
    forgetful.button("Send the link").click()
    expect(forgetful.page.get_by_text("a link is on its way")).to_be_visible()
    forgetful.can_use_the_page()
    forgetful.page.goto(mailed(forgetful, "ada_forgets@example.org", r"(/reset\?key=\S+)"))
    forgetful.page.get_by_label("New password").fill("123")
    forgetful.button("Set the password").click()
    is_refused_beside(forgetful, "New password", "short")
    forgetful.page.get_by_label("New password").fill("a whole new one")
    forgetful.can_use_the_page()
    forgetful.button("Set the password").click()
    expect(forgetful.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert can_sign_in(forgetful, "ada_forgets", "a whole new one")
    assert not can_sign_in(forgetful, "ada_forgets", PASSWORD)


def test_an_address_is_verified_by_the_link_in_a_mail(arrive: Visit) -> None:
    ada = arrive()
    ada.registers("ada_verifies")
    opens_the_account(ada)
    ada.page.get_by_label("Code").fill("000")
    ada.button("Verify").click()
    expect(ada.page.get_by_role("alert")).to_contain_text("wrong or has expired")
    ada.can_use_the_page()
    address = "ada_verifies@example.org"
    first = mailed(ada, address, r"verify\?key=(\S+)")
    ada.button("Send another code").click()
    expect(ada.page.get_by_text("A code is on its way")).to_be_visible()
    ada.page.goto(mailed(ada, address, rf"(/verify\?key=(?!{first})\S+)"))
    ada.can_use_the_page()
    ada.button("Verify").click()
    expect(ada.page.get_by_text("Your address is verified.")).to_be_visible()
    opens_the_account(ada)
    expect(ada.page.get_by_role("heading", name="Verify your address")).to_have_count(0)


def test_another_address_counts_once_its_code_is_entered(arrive: Visit) -> None:
    ada = arrive()
    ada.registers("ada_moves")
    opens_the_account(ada)
    ada.page.get_by_label("E-mail", exact=True).fill("ada_moved@example.org")
    ada.page.get_by_label("Password, to change the e-mail").fill(PASSWORD)
    ada.button("Save").click()
    expect(ada.page.get_by_text("Saved.")).to_be_visible()
    code = mailed(ada, "ada_moved@example.org", r"\n(\d{6})\n")
    ada.page.get_by_label("Code").fill(code)
    ada.button("Verify").click()
    expect(ada.page.get_by_text("Your address is verified.")).to_be_visible()
    ada.page.get_by_label("E-mail", exact=True).fill("ada_again@example.org")
    ada.page.get_by_label("Password, to change the e-mail").fill(PASSWORD)
    ada.button("Save").click()
    expect(ada.page.get_by_text("A code is on its way to ada_again")).to_be_visible()
    ada.page.get_by_label("Code").fill(mailed(ada, "ada_again@example.org", r"\n(\d{6})\n"))
    ada.button("Verify").click()
    expect(ada.page.get_by_text("ada_moves · ada_again@example.org")).to_be_visible()
