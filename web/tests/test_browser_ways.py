"""Every way in on the page: a code by mail, a passkey, a second factor, and a provider."""

import re
import socket
import subprocess
from base64 import b32decode
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from time import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, expect

from gameplatform.testing.processes import ServerProcess
from tests import node
from web.tests.conftest import door_of, server_with
from web.tests.person import PASSWORD, Person

pytestmark = pytest.mark.browser

Visit = Callable[..., Person]

PROVIDER = Path(__file__).parents[2] / "accounts" / "tests" / "provider.mjs"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with a provider beside it."""
    port = free_port()
    settings = {
        "PROVIDERS": "acme",
        "PROVIDER_ACME_CLIENT_ID": "gameplatform",
        "PROVIDER_ACME_CLIENT_SECRET": "a secret of the client",
        "PROVIDER_ACME_ISSUER": f"http://127.0.0.1:{port}",
    }
    with server_with(tmp_path_factory.mktemp("ways"), **settings) as server:
        back = f"http://localhost:{server.base_url.rpartition(':')[2]}/signed-in"
        with subprocess.Popen(
            [node.executable(), str(PROVIDER), str(port), back], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "ready\n"
            yield server
            process.kill()


@pytest.fixture
def arrive(browser: Browser, server: ServerProcess, people: list[Person]) -> Visit:
    """``arrive()``: one more user. The host has a name, which passkeys need."""
    open_door = door_of(server, browser, people)
    return lambda **context: open_door(
        **{"base_url": f"http://localhost:{server.base_url.rpartition(':')[2]}", **context}
    )


def mailed(person: Person, address: str, pattern: str) -> str:
    while True:
        page = unescape(person.page.request.get("/dev/mail/").text())
        texts = [text for text in page.split("<details>") if f"<strong>{address}</strong>" in text]
        for found in filter(None, (re.search(pattern, text) for text in texts)):
            return found[1]


def opens_the_account(person: Person) -> None:
    person.page.goto("/profile/account")
    expect(person.page.get_by_role("heading", name="Account", exact=True)).to_be_visible()


def signs_out(person: Person) -> None:
    person.page.evaluate("localStorage.clear()")
    person.page.goto("/signin")


def is_in(person: Person, name: str) -> None:
    expect(person.page.get_by_role("heading", name="Pick a game")).to_be_visible()
    opens_the_account(person)
    # In the top bar of a phone the name is there for screen readers only.
    expect(person.page.locator("main header").get_by_text(name).first).to_be_visible()


def test_a_code_by_mail_signs_in(arrive: Visit) -> None:
    ada = arrive(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    ada.registers("ada_by_code")
    address = "ada_by_code@example.org"
    ada.page.goto(mailed(ada, address, r"(/verify\?key=\S+)"))
    ada.button("Verify").click()
    expect(ada.page.get_by_text("Your address is verified.")).to_be_visible()
    signs_out(ada)
    ada.page.get_by_role("link", name="Sign in with a code by e-mail").click()
    ada.can_use_the_page()
    ada.page.get_by_label("E-mail").fill(address)
    ada.button("Send the code").click()
    ada.page.get_by_label("Code").fill(mailed(ada, address, r"(\d{6}) signs you in"))
    ada.can_use_the_page()
    ada.button("Sign in").click()
    is_in(ada, "ada_by_code")


def test_a_passkey_is_added_signs_in_and_is_removed_by_keyboard(arrive: Visit) -> None:
    ada = arrive()
    cdp = ada.page.context.new_cdp_session(ada.page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    ada.registers("ada_passkey")
    opens_the_account(ada)
    ada.button("Add a passkey").focus()
    ada.page.keyboard.press("Enter")
    expect(ada.button("Remove Passkey")).to_be_visible()
    ada.can_use_the_page()
    signs_out(ada)
    ada.button("Sign in with a passkey").focus()
    ada.page.keyboard.press("Enter")
    is_in(ada, "ada_passkey")
    ada.button("Remove Passkey").click()
    expect(ada.button("Remove Passkey")).to_have_count(0)
    ada.button("Remove Password").click()
    expect(ada.page.get_by_role("alert")).to_contain_text("last way")


def code_of(secret: str) -> str:
    """The code that an authenticator app shows now."""
    app = TOTP(b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)
    return app.generate(int(time())).decode()


def test_where_players_need_a_second_factor_there_is_no_way_on_without_it(
    browser: Browser, people: list[Person], tmp_path: Path
) -> None:
    with server_with(tmp_path, PLAYER_MFA="true") as server:
        ada = door_of(server, browser, people)(viewport={"width": 390, "height": 844}, color_scheme="dark")
        ada.sends_a_registration("ada_must")
        dialog = ada.page.get_by_role("dialog", name="Second factor")
        expect(dialog).to_contain_text("every account needs a second factor")
        secret = dialog.locator("code.secret").inner_text()
        ada.can_use_the_page()
        dialog.get_by_label("Code of the app").fill(code_of(secret))
        ada.in_dialog("Turn on")
        expect(dialog.locator(".codes code")).to_have_count(10)
        ada.can_use_the_page()
        ada.in_dialog("I have kept them")
        expect(ada.page.get_by_role("dialog")).to_have_count(0)
        ada.button("Computer: Tic-tac-toe").click()
        ada.in_dialog("Easy")
        ada.is_at_a_game()


def test_a_second_factor_is_set_up_asked_for_and_turned_off(arrive: Visit) -> None:
    ada = arrive()
    ada.registers("ada_factor")
    opens_the_account(ada)
    ada.button("Set up an app").click()
    expect(ada.page.get_by_role("img", name="QR code for your app")).to_be_visible()
    secret = ada.page.locator("code.secret").inner_text()
    ada.can_use_the_page()
    ada.page.get_by_label("Code of the app").fill(code_of(secret))
    ada.page.get_by_role("button", name="Turn on", exact=True).click()
    codes = ada.page.locator(".codes code")
    expect(codes).to_have_count(10)
    recovery_code = codes.first.inner_text()
    ada.can_use_the_page()
    signs_out(ada)
    ada.page.get_by_label("Name or e-mail").fill("ada_factor")
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.page.keyboard.press("Enter")
    ada.page.get_by_label("Code of the app").fill("000000")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("alert")).to_contain_text("wrong")
    ada.can_use_the_page()
    ada.page.get_by_label("Code of the app").fill(recovery_code)
    ada.page.keyboard.press("Enter")
    is_in(ada, "ada_factor")
    expect(ada.page.get_by_text("Asked for a second factor").first).to_be_visible()
    ada.page.get_by_label("Your password").fill(PASSWORD)
    ada.button("Turn off").click()
    expect(ada.button("Set up an app")).to_be_visible()


def test_a_provider_signs_in_and_is_linked(arrive: Visit) -> None:
    zoe = arrive()
    zoe.page.goto("/signin")
    zoe.button("Continue with Acme").click()
    zoe.page.get_by_placeholder("Enter any login").fill("zoe_there")
    zoe.page.get_by_placeholder("and password").fill("any")
    zoe.page.get_by_role("button", name="Sign-in").click()
    zoe.page.get_by_role("button", name="Continue").click()
    is_in(zoe, "zoe_there")
    ada = arrive()
    ada.registers("ada_links")
    opens_the_account(ada)
    ada.button("Link Acme").click()
    ada.page.get_by_placeholder("Enter any login").fill("ada_there")
    ada.page.get_by_placeholder("and password").fill("any")
    ada.page.get_by_role("button", name="Sign-in").click()
    ada.page.get_by_role("button", name="Continue").click()
    expect(ada.button("Remove Acme")).to_be_visible()
    ada.can_use_the_page()


def test_a_device_gets_a_name(arrive: Visit) -> None:
    ada = arrive()
    ada.registers("ada_names")
    opens_the_account(ada)
    device = ada.page.locator(".device")
    device.get_by_role("button", name="Name", exact=False).first.click()
    ada.page.get_by_role("dialog").get_by_label("Name").fill("Living room")
    ada.page.keyboard.press("Enter")
    expect(device).to_contain_text("Living room")
    ada.can_use_the_page()


def test_another_account_is_merged_by_keyboard(arrive: Visit) -> None:
    bob = arrive()
    bob.registers("bob_merges")
    ada = arrive(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True, is_mobile=True)
    ada.registers("ada_merges")
    opens_the_account(ada)
    ada.button("Merge an account…").focus()
    ada.page.keyboard.press("Enter")
    dialog = ada.page.get_by_role("dialog")
    ada.can_use_the_page()
    dialog.get_by_label("Name or e-mail").fill("bob_merges")
    dialog.get_by_label("Password").fill(PASSWORD)
    ada.page.keyboard.press("Enter")
    expect(dialog).to_contain_text("ada_merges takes over everything that bob_merges has")
    ada.can_use_the_page()
    expect(dialog.get_by_role("checkbox")).to_be_focused()
    ada.page.keyboard.press("Space")
    ada.page.keyboard.press("Enter")
    expect(dialog).to_contain_text("bob_merges is merged into ada_merges.")
    ada.can_use_the_page()
    ada.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    bob.page.goto("/profile/account")
    expect(bob.page.get_by_role("link", name="Sign in").first).to_be_visible()
