"""The sounds of a game, in real browsers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from web.tests.person import Person
from web.tests.test_browser_people import opens_friends

pytestmark = pytest.mark.browser

NOTES_TONES = """
    window.pitches = [];
    const { setValueAtTime } = AudioParam.prototype;
    AudioParam.prototype.setValueAtTime = function (value, ...at) {
        window.pitches.push(value);
        return setValueAtTime.call(this, value, ...at);
    };
    const begin = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
        document.documentElement.dataset.tones = "heard";
        return begin.apply(this, at);
    };
"""


def heard(person: Person) -> None:
    """Wait for a tone, and forget it."""
    expect(person.page.locator("html")).to_have_attribute("data-tones", "heard")
    person.page.evaluate("delete document.documentElement.dataset.tones")


def heard_nothing(person: Person) -> None:
    expect(person.page.locator("html[data-tones]")).to_have_count(0)


def heard_from(person: Person, *pitches: int) -> None:
    """Wait for a sound of tones that begin at these pitches, and forget what was heard."""
    person.page.wait_for_function("(all) => all.every((one) => pitches.includes(one))", arg=pitches)
    person.page.evaluate("pitches.length = 0")


def test_moves_and_messages_are_heard_until_the_sounds_are_switched_off(demo: Callable[..., Person]) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1")
    for person in (ada, bob):
        person.page.context.add_init_script(NOTES_TONES)
        person.page.goto("/play")
        person.queues_for("Tic-tac-toe")
    for person in (ada, bob):
        person.is_at_a_game()
        person.page.locator(".status").click()
    for person in (ada, bob):
        expect(person.page.locator(".status")).to_have_text(re.compile("Your turn|is thinking"))
        heard_nothing(person)
    order = [ada, bob] if ada.page.locator(".status.mine").count() else [bob, ada]

    order[0].picks(0)
    for person in (ada, bob):
        heard(person)

    ada.button("Turn sounds off").click()
    expect(ada.button("Turn sounds on")).to_be_visible()
    order[1].picks(1)
    heard(bob)
    ada.sees_mark(1)
    heard_nothing(ada)
    ada.page.reload()
    expect(ada.button("Turn sounds on")).to_be_visible()
    bob.button("Resign").click()
    bob.button("Yes, resign").click()
    expect(ada.page.get_by_role("heading", name="You won")).to_be_visible()


def test_a_message_and_a_win_sound_each_in_its_way(demo: Callable[..., Person]) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1")
    ada.page.context.add_init_script(NOTES_TONES)
    opens_friends(bob, "premium_user_1")
    ada.page.goto("/play")
    ada.page.get_by_role("heading", name="Pick a game").click()
    bob.writes("Listen")
    heard_from(ada, 620, 830)

    bob.page.goto("/play")
    for person in (ada, bob):
        person.queues_for("Tic-tac-toe")
    for person in (ada, bob):
        person.is_at_a_game()
    status = ada.page.locator(".status")
    expect(status).to_have_text(re.compile("Your turn|is thinking"))
    starts, follows = (ada, bob) if status.inner_text() == "Your turn" else (bob, ada)
    starts.picks(0)
    follows.picks(1)
    starts.sees_mark(1)
    heard_from(ada, 300)
    bob.button("Resign").click()
    bob.button("Yes, resign").click()
    heard_from(ada, 523, 659, 784, 1047)


# A clock by itself: it would take long until one is low.
RENDER_CLOCK = """async (left) => {
    const { html, render } = await import("/static/web/dom.js");
    const { Seat } = await import("/static/web/play/seat.js");
    const player = { id: 1, username: "ada", side: "left", rating: 1500, score: 0, connected: true };
    const clock = {
        initial_ms: 60_000, increment_ms: 0, left_ms: { 1: left }, running: [1], at: new Date().toISOString(),
    };
    const room = { view: {}, turn: 1, clock, gone: {}, players: [player], you: { user_id: 1 }, result: null };
    document.body.innerHTML = "<main></main>";
    render(html`<${Seat} room=${room} seat=${player} board=${{}} />`, document.querySelector("main"));
}"""


def test_ones_own_clock_sounds_when_little_time_is_left(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.page.add_init_script(NOTES_TONES)
    ada.page.goto("/signin")
    ada.page.get_by_label("Password").click()
    ada.page.evaluate(RENDER_CLOCK, 55_000)
    expect(ada.page.get_by_role("timer")).to_contain_text("0:5")
    heard_nothing(ada)

    ada.page.evaluate(RENDER_CLOCK, 19_000)

    heard_from(ada, 880)
