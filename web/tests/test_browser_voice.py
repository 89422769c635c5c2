"""Users in real browsers, with microphones that beep, talk with each other.

Somebody counts as speaking where their sound arrives: the volume is that of the stream which was received.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from tests import browser as chromium
from web.tests.person import Person
from web.tests.test_browser_people import enters, opens_a_lobby

Demo = Callable[..., Person]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium with a microphone that beeps once a second."""
    path = chromium.executable()
    if path is None:
        pytest.skip("There is no Chromium for the browser tests.")
    devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        handle = playwright.chromium.launch(executable_path=path, args=[*chromium.ARGUMENTS, *devices])
        yield handle
        handle.close()


def bar(person: Person) -> Locator:
    return person.page.locator(".voice-bar")


def member(person: Person, name: str) -> Locator:
    return bar(person).locator(".voice-member", has=person.page.get_by_label(f"Mute {name} for yourself"))


def test_two_hear_each_other_hold_a_key_to_talk_and_mute(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5", viewport={"width": 390, "height": 844})
    opens_a_lobby(ada, "the-den")
    enters(bob, ada.page.url)
    ada.button("Talk to the others here").click()
    expect(bar(ada).locator(".voice-member")).to_have_count(1)
    bob.button("Talk with premium_user_1").click()

    expect(member(bob, "premium_user_1")).to_contain_class("speaks")
    expect(member(ada, "user_5")).to_contain_class("speaks")
    ada.can_use_the_page()
    bob.can_use_the_page()

    # While the key is not held nothing is heard, nor while it is typed.
    ada.chooses("Use push-to-talk", "Voice settings")
    expect(member(bob, "premium_user_1")).not_to_contain_class("speaks")
    ada.page.locator(".composer input").press("v")
    expect(ada.button("Hold V to talk")).to_have_attribute("aria-pressed", "false")
    ada.button("Leave the voice channel").focus()
    ada.page.keyboard.down("v")
    expect(member(bob, "premium_user_1")).to_contain_class("speaks")
    ada.page.keyboard.up("v")

    # The talk goes on at another place; whoever is muted by oneself alone is still heard by others.
    bob.page.get_by_role("link", name="Friends").first.click()
    bob.page.wait_for_url("**/friends")
    expect(member(ada, "user_5")).to_contain_class("speaks")
    ada.page.get_by_label("Mute user_5 for yourself").click()
    expect(member(ada, "user_5")).to_contain_class("silent")
    expect(member(ada, "user_5")).not_to_contain_class("speaks")
    bob.button("Leave the voice channel").click()
    expect(bar(bob)).to_have_count(0)
    expect(bar(ada).locator(".voice-member")).to_have_count(1)


def test_who_has_no_microphone_is_told_and_listens(demo: Demo) -> None:
    ada = demo("premium_user_1")
    ada.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    opens_a_lobby(ada, "the-attic")
    ada.button("Talk to the others here").click()

    expect(bar(ada).get_by_role("alert")).to_contain_text("you only listen")
    expect(bar(ada).locator(".voice-member")).to_have_count(1)
    expect(ada.button("Mute your microphone")).to_have_count(0)
