"""The arena on the page: at once against bots, with two thumbs, and with somebody who comes later."""

import re
import time
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, WebSocket, expect

from web.tests.person import Person

pytestmark = pytest.mark.browser

PICTURE = "document.querySelector('.arena canvas').toDataURL()"
SHOWN_WITHIN_S = 10


def enters_the_arena(person: Person) -> list[str]:
    """Play at once; return the list of what the page sends from now on."""
    sent: list[str] = []
    person.comes_as_guest()
    person.page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(str(data))))
    person.button("Play: Arena").click()
    person.is_at_a_game()
    expect(person.page.get_by_text("In play")).to_be_visible()
    expect(person.page.locator(".arena canvas")).to_be_visible()
    return sent


def binary_frames(page: Page) -> list[str]:
    """Return a list to which each binary frame of a socket that opens from now on adds its address."""
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on(
            "framereceived", lambda frame: heard.append(socket.url) if isinstance(frame, bytes) else None
        )

    page.on("websocket", listen)
    return heard


def until_sent(page: Page, sent: list[str], *parts: str) -> None:
    """Wait until the page has sent an input with all of these parts."""
    for _ in range(100):
        if any(all(part in one for part in parts) for one in sent):
            return
        page.wait_for_timeout(50)
    raise AssertionError(sent[-5:])


def test_two_people_and_bots_play_at_once(arrive: Callable[..., Person]) -> None:
    ada, bob = arrive(), arrive()
    sent = enters_the_arena(ada)
    box = ada.page.locator(".arena canvas").bounding_box()
    assert box is not None
    ada.page.keyboard.down("d")
    until_sent(ada.page, sent, '"dx":10')
    ada.page.keyboard.up("d")
    ada.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    ada.page.mouse.down()
    until_sent(ada.page, sent, '"fire":true')
    ada.page.mouse.up()

    enters_the_arena(bob)
    assert bob.page.url == ada.page.url
    bob.page.keyboard.down("Tab")
    scores = bob.page.get_by_role("table", name="Scores")
    expect(scores.get_by_role("row")).to_have_count(7)
    # The bots fight each other: somebody is felled before long.
    expect(bob.page.locator(".arena [aria-live]")).to_contain_text("felled", timeout=60_000)
    bob.page.keyboard.up("Tab")
    expect(scores).to_have_count(0)
    ada.can_use_the_page()


def test_a_visitor_sees_an_arena_in_play_within_ten_seconds(arrive: Callable[..., Person]) -> None:
    eve = arrive()
    eve.page.goto("/")
    frames = binary_frames(eve.page)
    until = time.monotonic() + SHOWN_WITHIN_S
    eve.button("Play now").click()
    eve.button("Play: Arena").click()
    eve.is_at_a_game()
    expect(eve.page.locator(".arena canvas")).to_be_visible()
    # Nobody steers the own fighter: what moves is the others.
    eve.page.keyboard.down("Tab")
    expect(eve.page.get_by_role("table", name="Scores")).to_contain_text("bot")
    eve.page.keyboard.up("Tab")
    shown = eve.page.evaluate(PICTURE)
    eve.page.wait_for_function(f"(shown) => {PICTURE} !== shown", arg=shown)
    left = until - time.monotonic()
    assert frames
    assert left > 0, f"It took {SHOWN_WITHIN_S - left:.1f} s."


def test_two_thumbs_run_and_shoot(arrive: Callable[..., Person]) -> None:
    ada = arrive(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    sent = enters_the_arena(ada)
    box = ada.page.locator(".arena canvas").bounding_box()
    assert box is not None
    touch = ada.page.context.new_cdp_session(ada.page)
    left, right, y = (
        box["x"] + box["width"] / 4,
        box["x"] + box["width"] * 3 / 4,
        box["y"] + box["height"] / 2,
    )
    points = [{"x": left, "y": y, "id": 1}, {"x": right, "y": y, "id": 2}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    points = [{"x": left + 60, "y": y, "id": 1}, {"x": right, "y": y - 60, "id": 2}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
    until_sent(ada.page, sent, '"dx":10', '"aim":768', '"fire":true')
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    sent.clear()
    until_sent(ada.page, sent, '"dx":0', '"fire":false')
    ada.can_use_the_page()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_spectator_watches_through_the_eyes_of_a_player(
    arrive: Callable[..., Person], theme: Literal["light", "dark"]
) -> None:
    ada = arrive()
    enters_the_arena(ada)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    cyd = arrive(locale="de", color_scheme=theme, **(phone if theme == "dark" else {}))
    cyd.page.goto("/play")
    cyd.button("Als Gast spielen").click()
    expect(cyd.page.get_by_role("heading", name="Wähl ein Spiel")).to_be_visible()
    cyd.page.goto(ada.page.url)
    eyes = cyd.page.get_by_label("Mit wessen Augen")
    expect(eyes.locator("option").first).to_have_text("Das ganze Spiel")
    expect(cyd.page.locator(".arena canvas")).to_be_visible()
    # Bots stay; people of other tests may leave.
    bot = eyes.locator("option", has_text=re.compile("^Hard bot$"))
    for key, option in (("h", bot), ("Home", eyes.locator("option").first)):
        whose = option.get_attribute("value")
        followed = binary_frames(cyd.page)
        with cyd.page.expect_websocket(lambda socket: "/ws/game/" in socket.url) as opened:
            eyes.focus()
            cyd.page.keyboard.press(key)
        assert opened.value.url.partition("follow=")[2].partition("&")[0] == whose
        until_sent(cyd.page, followed, f"follow={whose}" if whose else "/ws/game/")
        expect(eyes).to_have_value(whose or "")
        cyd.can_use_the_page()


def test_a_spectator_sees_the_whole_game_again_when_the_player_has_gone(
    arrive: Callable[..., Person],
) -> None:
    ada, bob, cyd = arrive(), arrive(), arrive()
    enters_the_arena(ada)
    # An arena ends when only bots are left.
    enters_the_arena(bob)
    cyd.comes_as_guest()
    cyd.page.goto(ada.page.url)
    eyes = cyd.page.get_by_label("Through whose eyes")
    name = ada.page.locator(".below .seat strong").inner_text().split()[0]
    followed = binary_frames(cyd.page)
    eyes.select_option(label=name)
    until_sent(cyd.page, followed, "follow=")
    ada.button("Resign").click()
    ada.button("Yes, resign").click()
    expect(eyes).to_have_value("")
