"""Profiles: one behind every name, a card beside it, and the games played."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from web.tests.person import Person

pytestmark = pytest.mark.browser

Demo = Callable[..., Person]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def play(winner: Person, loser: Person) -> None:
    """Let two users meet in the queue for tic-tac-toe and play to the end."""
    for person in (winner, loser):
        person.page.goto("/play")
        person.queues_for("Tic-tac-toe")
    for person in (winner, loser):
        person.is_at_a_game()
        expect(person.page.locator(".status")).to_have_text(re.compile("Your turn|is thinking"))
    first, second = (winner, loser) if winner.page.locator(".status.mine").count() else (loser, winner)
    if first is winner:
        moves = [(first, 0), (second, 3), (first, 1), (second, 4), (first, 2)]
    else:
        moves = [(first, 0), (second, 3), (first, 1), (second, 4), (first, 8), (second, 5)]
    for person, cell in moves:
        person.picks(cell)
        for other in (winner, loser):
            other.sees_mark(cell)
    expect(winner.page.get_by_role("button", name="Rematch")).to_be_visible()


def test_a_game_leads_to_the_opponents_profile_with_rating_and_history(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_1")
    play(ada, bob)

    ada.page.locator(".seat .person-link", has_text="user_1").first.hover()
    expect(ada.page.locator(".person-card")).to_contain_text(re.compile(r"user_1.*Level \d+ · Rating \d+"))
    ada.page.locator(".seat .person-link", has_text=re.compile(r"^user_1$")).click()

    expect(ada.page).to_have_url(re.compile("/people/user_1$"))
    expect(ada.page.get_by_role("heading", name="user_1", exact=True)).to_be_visible()
    expect(ada.page.locator(".person-card")).to_have_count(0)
    row = ada.page.locator(".game-row", has_text="premium_user_1")
    expect(row).to_contain_text("Lost")
    expect(row.locator(".change")).to_have_text(re.compile(r"−\d+"))
    expect(ada.page.locator(".ratings")).to_contain_text("0 of 1 won")
    ada.can_use_the_page()
    ada.page.get_by_label("Kind").select_option("Not rated")
    expect(ada.page.get_by_text("No such games.")).to_be_visible()
    ada.page.get_by_label("Kind").select_option("Rated")
    row.locator(".cover").click()
    expect(ada.page).to_have_url(re.compile("/replay/"))

    bob.page.goto("/profile")
    mine = bob.page.locator(".game-row", has_text="premium_user_1")
    expect(mine).to_contain_text("Lost")
    mine.locator(".person-link").click()
    expect(bob.page).to_have_url(re.compile("/people/premium_user_1$"))


def test_somebody_found_by_name_is_asked_challenged_and_blocked_from_the_profile(demo: Demo) -> None:
    cyd, eve = demo("user_4", **PHONE), demo("premium_user_2")
    cyd.page.goto("/friends")
    cyd.page.get_by_role("link", name="Find people").click()
    cyd.page.get_by_role("searchbox").fill("USER_2")
    cyd.page.keyboard.press("Enter")
    cyd.page.locator(".list .row", has_text="premium_user_2").click()
    expect(cyd.page.get_by_role("heading", name="premium_user_2")).to_be_visible()
    cyd.can_use_the_page()
    cyd.button("Challenge").click()
    cyd.page.get_by_role("dialog").get_by_label("Game").select_option("Chess")
    cyd.in_dialog("Invite")
    expect(eve.page.locator(".invite-toast", has_text="user_4")).to_contain_text("Chess")
    cyd.button("Ask to be friends").click()
    expect(cyd.button("Asked")).to_be_disabled()
    cyd.chooses("Block", "Do something with premium_user_2")
    cyd.in_dialog("Block")
    expect(cyd.button("Ask to be friends")).to_be_visible()


def test_a_name_that_nobody_has_leads_to_a_clear_notice(demo: Demo) -> None:
    ada = demo("user_1")
    ada.page.goto("/people/%E2%98%83 nobody")
    expect(ada.page.get_by_role("alert")).to_contain_text("Nobody here is called ☃ nobody")
