"""Growth, inventory and a shared battle, in real browsers with the production files."""

import functools
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from web.tests.conftest import Sql
from web.tests.person import Person

pytestmark = pytest.mark.browser

Demo = Callable[..., Person]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def player(demo: Demo) -> Demo:
    """``player("user_1")``: a demo user with reduced motion."""
    return functools.partial(demo, reduced_motion="reduce")


def goes_to(person: Person, place: str) -> None:
    person.page.goto(f"/{place}")
    expect(person.page.locator(".skeleton")).to_have_count(0)


def gold(person: Person) -> Locator:
    return person.page.locator(".purse .gold")


def buys(person: Person, thing: str, count: int = 1) -> None:
    person.button(f"Buy {thing}").click()
    person.page.get_by_label("How many").fill(str(count))
    person.in_dialog("Buy")
    expect(person.page.get_by_text(f"Bought: {count} × {thing}")).to_be_visible()


def derived(person: Person, name: str) -> Locator:
    return person.page.locator(".derived > div", has_text=name).locator("dd")


def test_gear_is_bought_and_worn_by_drag_and_by_click(player: Demo) -> None:
    ada = player("premium_user_1")
    goes_to(ada, "profile/shop")
    expect(gold(ada)).to_have_text(re.compile("10,000"))
    buys(ada, "Iron sword")
    expect(gold(ada)).to_have_text(re.compile("9,750"))
    buys(ada, "Crown of ages")
    expect(ada.page.locator(".thing-card", has_text="Crown of ages")).to_contain_text("4 left")
    ada.button("Buy Crown of ages").click()
    expect(ada.page.get_by_text("You don't have that much gold.")).to_be_visible()
    expect(ada.page.get_by_role("dialog").get_by_role("button", name="Buy", exact=True)).to_be_disabled()

    goes_to(ada, "profile/inventory")
    weapon, head = (ada.page.locator(".slot", has_text=slot) for slot in ("weapon", "headgear"))
    ada.page.locator(".tiles .tile", has_text="Iron sword").drag_to(weapon)
    expect(weapon).to_contain_text("Iron sword")
    ada.page.locator(".tiles .tile", has_text="Crown of ages").focus()
    ada.page.keyboard.press("Enter")
    ada.in_dialog("Wear it")
    expect(head).to_contain_text("Crown of ages")
    weapon.locator(".tile").drag_to(ada.page.locator(".tiles"))
    expect(weapon).to_contain_text("Nothing")
    head.locator(".tile").click()
    ada.in_dialog("Take it off")
    expect(head).to_contain_text("Nothing")


def test_a_purchase_whose_answer_was_lost_is_made_once(player: Demo) -> None:
    bob = player("premium_user_2")
    goes_to(bob, "profile/shop")
    lost: list[Any] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    bob.page.route("**/api/shop/purchase/", lose_the_first_answer)
    bob.button("Buy Chain mail").click()
    bob.in_dialog("Buy")
    expect(bob.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("can't be reached")
    bob.in_dialog("Buy")
    expect(bob.page.get_by_text("Bought: 1 × Chain mail")).to_be_visible()
    expect(gold(bob)).to_have_text(re.compile("9,700"))


def test_an_egg_is_hatched_and_the_pet_fed_and_taken_along(player: Demo) -> None:
    ada = player("premium_user_1")
    goes_to(ada, "profile/shop")
    buys(ada, "Moss egg")
    buys(ada, "Roast fish", count=2)
    goes_to(ada, "profile/pets")
    expect(ada.page.get_by_label("What may hatch")).to_contain_text("Uncommon 45%")
    ada.button("Hatch Moss egg").click()
    hatched = ada.page.get_by_role("dialog")
    expect(hatched.get_by_role("heading")).to_have_text(re.compile(r"\w!"))
    ada.in_dialog("OK")
    expect(ada.page.get_by_text("No eggs to hatch.")).to_be_visible()
    pet = ada.page.locator(".thing-card")
    pet.get_by_role("button", name="Feed").click()
    for level in ("Level 1 · 5 XP", "Level 2 · 50 XP"):
        ada.button("Give Roast fish").click()
        expect(hatched).to_contain_text(level)
    expect(hatched.get_by_text("You have no food.")).to_be_visible()
    ada.page.keyboard.press("Escape")
    pet.get_by_role("button", name="Take along").click()
    expect(ada.page.get_by_text("1 of 3")).to_be_visible()
    pet.get_by_role("button", name="Let rest").click()
    expect(ada.page.get_by_text("0 of 3")).to_be_visible()


def test_two_fight_side_by_side_take_the_loot_and_grow(player: Demo, sql: Sql) -> None:
    # Existing players reach level 2 with this battle.
    sql("UPDATE progression_player SET xp = 70")
    ada, bob = player("premium_user_2"), player("user_1", **PHONE)
    goes_to(ada, "profile/shop")
    buys(ada, "Iron sword")
    goes_to(ada, "profile/inventory")
    ada.page.locator(".tiles .tile", has_text="Iron sword").click()
    ada.in_dialog("Wear it")
    expect(ada.page.locator(".slots")).to_contain_text("Iron sword")
    goes_to(ada, "battles")
    ada.button("Join: Rats in the cellar").click()
    expect(ada.page.locator(".breath")).to_contain_text("95")
    bob.page.goto("/battles/999999")
    expect(bob.page.get_by_text("There is no such battle")).to_be_visible()
    goes_to(bob, ada.page.url.split("/", 3)[3])
    bob.button("Join: Rats in the cellar").click()
    expect(ada.page.get_by_text("user_1 joins in.")).to_be_visible()
    bob.page.get_by_label("Write a message").fill("Together now")
    bob.page.keyboard.press("Enter")
    expect(ada.page.get_by_text("Together now")).to_be_visible()
    bob.page.get_by_label("Write a message").blur()

    bob.button("Attack 1: Cellar rat").click()
    health = ada.page.get_by_role("meter", name="Health of Cellar rat").first
    expect(health).not_to_have_attribute("aria-valuenow", "70")
    expect(ada.page.get_by_label("What happens")).to_contain_text("user_1 hits Cellar rat for")
    for person in (ada, bob):
        person.can_use_the_page()
    while ada.page.locator(".enemy .button").count():
        for person in (ada, bob):
            person.page.keyboard.press(str(1 + ada.page.locator(".enemy.beaten").count()))
        expect(ada.page.locator(".enemy .button:enabled, .result").first).to_be_visible()
    for person in (ada, bob):
        expect(person.page.get_by_role("heading", name="Victory")).to_be_visible()
    expect(ada.button("Take the loot")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_text("Level 2! Stat points to give: 3")).to_be_visible()
    expect(ada.page.locator(".loot")).to_contain_text("+40 XP")
    expect(ada.page.locator(".purse")).to_contain_text("Level 2")
    bob.page.reload()
    bob.button("Take the loot").click()
    expect(bob.page.locator(".loot")).to_contain_text("+40 XP")
    bob.can_use_the_page()

    goes_to(ada, "battles")
    expect(ada.page.locator(".list .row", has_text="Rats in the cellar")).to_contain_text("Won")
    goes_to(ada, "profile")
    expect(ada.page.locator(".achievement", has_text="Monster slayer")).to_contain_text("Reached")
    attack = int(derived(ada, "Attack").inner_text())
    for _ in range(3):
        ada.button("More Strength").click()
    expect(ada.button("More Luck")).to_be_disabled()
    ada.button("Give points").click()
    expect(derived(ada, "Attack")).to_have_text(str(attack + 6))
    expect(ada.page.get_by_text("Points to give")).to_have_count(0)


def test_the_profile_tells_of_goals_the_daily_reward_and_the_ledger(player: Demo) -> None:
    cyd = player("user_3", **PHONE)
    goes_to(cyd, "profile")
    expect(cyd.page.locator(".achievement", has_text="Faithful")).to_contain_text("0 / 7")
    cyd.button("Take it").click()
    expect(cyd.page.get_by_text("Come back tomorrow")).to_be_visible()
    expect(gold(cyd)).to_have_text(re.compile("120"))
    cyd.page.reload()
    expect(cyd.page.locator(".entry").first).to_contain_text("20")
    for place in ("profile", "profile/inventory", "profile/pets", "profile/shop", "battles", "play"):
        goes_to(cyd, place)
        expect(cyd.page.locator("main h1")).to_have_count(1)
        cyd.can_use_the_page()


def test_stamina_comes_back_by_the_clock(player: Demo) -> None:
    bob = player("user_4")
    bob.page.clock.install()
    goes_to(bob, "battles")
    bob.button("Join: Rats in the cellar").click()
    expect(bob.page.locator(".breath")).to_contain_text("95")
    bob.page.clock.fast_forward(11_000)
    expect(bob.page.locator(".breath")).to_contain_text("100")


def test_of_what_is_told_of_the_player_the_newest_stays(player: Demo) -> None:
    cyd = player("premium_user_2")
    goes_to(cyd, "profile/shop")
    before = gold(cyd).inner_text()
    held: list[Route] = []
    cyd.page.route("**/api/player/me", lambda route: held.append(route), times=1)
    tabs = cyd.page.get_by_role("navigation", name="Your places")
    with cyd.page.expect_request("**/api/player/me"):
        tabs.get_by_role("link", name="Profile").click()
    tabs.get_by_role("link", name="Shop").click()
    buys(cyd, "Roast fish")
    expect(gold(cyd)).not_to_have_text(before)
    now = gold(cyd).inner_text()
    old = held[0].fetch().json()
    with cyd.page.expect_response("**/api/player/me"):
        held[0].fulfill(json={**old, "gold": 7})
    cyd.page.wait_for_timeout(200)
    expect(gold(cyd)).to_have_text(now)


def test_an_egg_whose_pet_was_lost_on_the_way_is_hatched_once(player: Demo) -> None:
    bob = player("premium_user_2")
    goes_to(bob, "profile/shop")
    buys(bob, "Moss egg", count=2)
    goes_to(bob, "profile/pets")
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch())
        route.abort()

    bob.page.route("**/api/pets/hatch/**", lose, times=1)
    bob.button("Hatch Moss egg").click()
    expect(bob.page.locator(".thing-card").get_by_role("alert")).to_contain_text("can't be reached")
    bob.button("Hatch Moss egg").click()
    expect(bob.page.get_by_role("dialog")).to_contain_text(lost[0].json()["name"])
    bob.in_dialog("OK")
    expect(bob.page.get_by_text("You have 1")).to_be_visible()
