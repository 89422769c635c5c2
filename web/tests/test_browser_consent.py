"""Terms, the age gate and bans on the page, on a server that has all of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import environ
import pytest
from django.db.utils import ConnectionHandler
from playwright.sync_api import Browser, expect
from pytest_django import DjangoDbBlocker

from gameplatform.testing.processes import ServerProcess
from web.tests.conftest import door_of, server_with
from web.tests.person import PASSWORD, Person

pytestmark = pytest.mark.browser

Visit = Callable[..., Person]

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {
        "TERMS_VERSION": "2026-11",
        "TERMS_URL": "https://example.org/terms",
        "ADULT_AGE": "16",
        "APPEALS": "Write to appeals@example.org.",
    }
    with server_with(tmp_path_factory.mktemp("consent"), **settings) as server:
        yield server


@pytest.fixture
def arrive(browser: Browser, server: ServerProcess, people: list[Person]) -> Visit:
    return door_of(server, browser, people)


def agrees(person: Person) -> None:
    person.page.get_by_label("I have read the terms and agree to them.").check()
    person.in_dialog("Agree")


def test_terms_and_a_date_of_birth_are_asked_for_by_keyboard(arrive: Visit) -> None:
    ada = arrive()
    ada.registers("ada_consent")
    dialog = ada.page.get_by_role("dialog", name="Terms of use")
    expect(dialog.get_by_role("link", name="Read the terms")).to_have_attribute(
        "href", "https://example.org/terms"
    )
    ada.can_use_the_page()
    expect(dialog.get_by_role("checkbox")).to_be_focused()
    ada.page.keyboard.press("Space")
    ada.page.keyboard.press("Enter")
    dialog = ada.page.get_by_role("dialog", name="Date of birth")
    dialog.get_by_label("Date of birth").fill("1990-05-04")
    ada.can_use_the_page()
    ada.in_dialog("Save")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ada.page.goto("/profile/account")
    card = ada.page.locator(".card", has=ada.page.get_by_role("heading", name="Agreements"))
    expect(card).to_contain_text("version 2026-11")
    expect(card).to_contain_text("1990")
    card.get_by_label("Send me news by e-mail.").check()
    expect(ada.page.get_by_text("Saved.")).to_be_visible()
    ada.page.reload()
    expect(card.get_by_label("Send me news by e-mail.")).to_be_checked()
    expect(ada.page.get_by_role("dialog")).to_have_count(0)


def test_who_does_not_agree_is_signed_out(arrive: Visit) -> None:
    bob = arrive(**PHONE)
    bob.registers("bob_consent")
    expect(bob.page.get_by_role("dialog", name="Terms of use")).to_be_visible()
    bob.can_use_the_page()
    bob.in_dialog("Sign out")
    expect(bob.page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_an_under_age_player_is_told_why_there_is_no_chat_with_strangers(arrive: Visit) -> None:
    cyd = arrive(**PHONE)
    cyd.registers("cyd_consent")
    agrees(cyd)
    cyd.page.get_by_role("dialog").get_by_label("Date of birth").fill("2020-01-01")
    cyd.in_dialog("Save")
    expect(cyd.page.get_by_role("dialog")).to_have_count(0)
    answer = cyd.page.evaluate(
        """async () => {
            const { client } = await import("/static/web/session.js");
            const { reason } = await import("/static/web/session.js");
            return client.request("POST", "/api/shop/purchase", { item_id: 1 }).catch(reason);
        }"""
    )
    assert answer == "This is for people of 16 years or more."
    cyd.button("Computer: Tic-tac-toe").click()
    cyd.in_dialog("Easy")
    cyd.is_at_a_game()
    cyd.page.get_by_label("Write a message").fill("hello")
    cyd.page.keyboard.press("Enter")
    expect(cyd.page.get_by_role("alert")).to_have_text("This is for people of 16 years or more.")
    cyd.can_use_the_page()


def test_a_banned_player_is_told_why_until_when_and_where_to_appeal(
    arrive: Visit, server: ServerProcess, django_db_blocker: DjangoDbBlocker
) -> None:
    dan = arrive()
    dan.registers("dan_consent")
    agrees(dan)
    handler = ConnectionHandler({"default": environ.Env.db_url_config(server.environment["DATABASE_URL"])})

    def ban() -> None:
        with handler["default"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_ban (kind, user_id, device, network, reason, until, created_at)"
                " SELECT 'ban', id, '', '', 'Cheating.', '2999-05-04T12:00:00Z', now()"
                " FROM accounts_user WHERE username = 'dan_consent'"
            )
            cursor.execute("UPDATE accounts_user SET is_active = false WHERE username = 'dan_consent'")
        handler.close_all()

    with django_db_blocker.unblock(), ThreadPoolExecutor(1) as thread:
        thread.submit(ban).result()
    dan.page.evaluate("localStorage.clear()")
    dan.page.goto("/signin")
    dan.page.get_by_label("Name or e-mail").fill("dan_consent")
    dan.page.get_by_label("Password").fill(PASSWORD)
    dan.page.keyboard.press("Enter")
    alert = dan.page.get_by_role("alert")
    expect(alert).to_contain_text("Cheating. Write to appeals@example.org.")
    expect(alert).to_contain_text("2999")
    dan.can_use_the_page()
