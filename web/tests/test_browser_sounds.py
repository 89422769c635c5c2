"""The sounds of a game, in real browsers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from web.tests.person import Person

pytestmark = pytest.mark.browser

COUNTS_TONES = """
    window.tones = 0;
    const begin = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { window.tones += 1; return begin.apply(this, at); };
"""


def tones(person: Person) -> int:
    """Return the number of tones so far, and count from zero again."""
    count: int = person.page.evaluate("[window.tones, window.tones = 0][0]")
    return count


def heard(person: Person) -> None:
    """Wait for a tone."""
    person.page.wait_for_function("window.tones > 0")
    tones(person)


def test_moves_and_messages_are_heard_until_the_sounds_are_switched_off(demo: Callable[..., Person]) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1")
    for person in (ada, bob):
        person.page.context.add_init_script(COUNTS_TONES)
        person.page.goto("/play")
        person.queues_for("Tic-tac-toe")
    for person in (ada, bob):
        person.is_at_a_game()
        person.page.locator(".status").click()
    for person in (ada, bob):
        expect(person.page.locator(".status")).to_have_text(re.compile("Your turn|is thinking"))
    order = [ada, bob] if ada.page.locator(".status.mine").count() else [bob, ada]
    assert [tones(person) for person in (ada, bob)] == [0, 0]

    order[0].picks(0)
    for person in (ada, bob):
        heard(person)

    ada.button("Turn sounds off").click()
    expect(ada.button("Turn sounds on")).to_be_visible()
    order[1].picks(1)
    heard(bob)
    ada.sees_mark(1)
    assert tones(ada) == 0
    ada.page.reload()
    expect(ada.button("Turn sounds on")).to_be_visible()
