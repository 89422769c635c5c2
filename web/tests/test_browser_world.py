"""Two users in the shared world, in real browsers with the production files."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect
from websockets.sync.client import connect

from gameplatform.testing.processes import ServerProcess
from web.tests.conftest import Sql
from web.tests.person import DEMO_PASSWORD, Person

pytestmark = pytest.mark.browser

Traveller = Callable[..., "Adventurer"]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WAYS = {
    "Dawnguard": ("Sunspire", "Amber Fields", "Crossroads"),
    "Tideborn": ("Pearl Harbour", "Salt Flats", "Crossroads"),
}
"""From a faction's home to the crossroads."""


class Adventurer:
    """A user with a character in the world."""

    def __init__(self, person: Person, name: str, faction: str) -> None:
        self.person, self.page = person, person.page
        self.name, self.faction = name, faction

    def creates(self, name: str) -> None:
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label(self.faction).check()
        self.button("Create and play").click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def turns_to(self, part: str) -> None:
        """Show a part of the world, on phones, which show one at a time."""
        tab = self.page.get_by_role("radiogroup", name="Parts of the world").get_by_label(re.compile(part))
        if tab.is_visible():
            tab.check()

    def is_in(self, place: str) -> None:
        expect(self.page.locator(".place-card > h2")).to_have_text(place)

    def walks_to(self, place: str) -> None:
        self.turns_to("Map")
        self.page.get_by_role("button", name=re.compile(f"^Walk to {place}")).click()
        self.is_in(place)
        self.turns_to("Here")

    def walks_to_the_crossroads(self) -> None:
        way = WAYS[self.faction]
        here = self.page.locator(".place-card > h2").text_content() or ""
        for place in way[way.index(here) + 1 :]:
            self.walks_to(place)

    def dot(self, name: str) -> Locator:
        return self.page.locator(f"[data-character='{name}']")

    def chooses(self, thing: str, other: str) -> None:
        self.turns_to("Here")
        self.person.chooses(thing, of=f"Do something with {other}")

    def listens_to(self, channel: str) -> None:
        self.turns_to("Talk")
        self.page.get_by_role("radiogroup", name="Channels").get_by_label(re.compile(f"^{channel}")).check()

    @property
    def line(self) -> Locator:
        """The input for chat messages."""
        return self.page.locator(".world-talk form input")

    def is_connected(self) -> None:
        expect(self.page.locator(".world-banner").get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()

    def says(self, words: str, channel: str) -> None:
        self.listens_to(channel)
        self.line.fill(words)
        self.line.press("Enter")
        self.hears(words)

    def hears(self, words: str) -> None:
        expect(self.page.locator(".world-talk li", has_text=words)).to_be_visible()

    def reads(self, news: str) -> None:
        """Wait for a message in the world's log."""
        self.turns_to("Map")
        expect(self.page.get_by_label("Chronicle").locator("li", has_text=news).first).to_be_visible()

    def health(self, name: str) -> Locator:
        return self.page.get_by_role("meter", name=f"Health of {name}")


@pytest.fixture
def comes(demo: Callable[..., Person]) -> Traveller:
    """``comes("premium_user_1", "Ada", "Dawnguard")``: a demo user with a character at the crossroads.

    With ``walks=False`` the character stays where it is, which is at home at first.
    """

    def come(user: str, name: str, faction: str, *, walks: bool = True, **context: object) -> Adventurer:
        person = demo(user, reduced_motion="reduce", **context)
        one = Adventurer(person, name, faction)
        person.page.goto("/world")
        expect(person.page.locator(".place-card, .creation").first).to_be_attached()
        if person.page.locator(".creation").count():
            one.creates(name)
            one.is_in(WAYS[faction][0])
        if walks:
            one.walks_to_the_crossroads()
        return one

    return come


@pytest.fixture
def ada(comes: Traveller) -> Adventurer:
    return comes("premium_user_1", "Ada", "Dawnguard")


@pytest.fixture
def bob(comes: Traveller) -> Adventurer:
    return comes("premium_user_2", "Bob", "Tideborn", **PHONE)


@pytest.fixture
def hold(sql: Sql) -> Iterator[Callable[[int], None]]:
    """``hold(3)``: give the Dawnguard this many shards, and the one at the crossroads to nobody."""

    def hold(count: int) -> None:
        sql("UPDATE world_shard SET faction_id = NULL, captor_id = NULL, remaining = NULL, due_at = NULL")
        sql(
            "UPDATE world_shard SET faction_id = (SELECT id FROM world_faction WHERE name = 'Dawnguard')"
            " WHERE id IN (SELECT id FROM world_shard WHERE name <> 'Shard of Roads' ORDER BY id LIMIT %s)",
            count,
        )

    places = sql("SELECT location_id, id FROM world_shard")
    yield hold
    hold(0)
    for place in places:
        sql("UPDATE world_shard SET location_id = %s WHERE id = %s", *place)
    sql("UPDATE world_worldstate SET epoch = 1, current_reality_id = NULL")


def owns(one: Adventurer, thing: str) -> None:
    """Buy this in the shop."""
    tokens = one.page.evaluate("localStorage.getItem('tokens')")
    access = re.search(r'"access":"([^"]+)"', tokens)
    assert access is not None
    headers = {"Authorization": f"Bearer {access[1]}"}
    items = one.page.request.get("/api/shop/items", headers=headers).json()
    item_id = next(item["id"] for item in items if item["name"] == thing)
    bought = one.page.request.post("/api/shop/purchase", headers=headers, data={"item_id": item_id})
    assert bought.status == 201


def meet_and_walk_about(ada: Adventurer, bob: Adventurer) -> None:
    expect(ada.dot("Bob")).to_be_visible()
    expect(bob.dot("Ada")).to_be_visible()
    before = ada.dot("Bob").get_attribute("style")
    bob.page.locator(".area").focus()
    bob.page.keyboard.down("ArrowLeft")
    expect(ada.dot("Bob")).not_to_have_attribute("style", before or "")
    bob.page.keyboard.up("ArrowLeft")
    before = bob.dot("Ada").get_attribute("style")
    area = ada.page.locator(".area")
    box = area.bounding_box()
    assert box is not None
    area.click(position={"x": box["width"] * 0.53, "y": box["height"] * 0.45})
    expect(bob.dot("Ada")).not_to_have_attribute("style", before or "")


def talk(ada: Adventurer, bob: Adventurer) -> None:
    ada.says("Who goes there?", "Here")
    expect(bob.page.get_by_label("Talk · 1")).to_be_attached()
    bob.turns_to("Talk")
    bob.hears("Who goes there?")
    bob.says("A friend of the sea", "Here")
    ada.hears("A friend of the sea")
    ada.chooses("Whisper", "Bob")
    ada.page.get_by_label("Whisper to Bob").fill("Meet me at dusk")
    ada.page.keyboard.press("Enter")
    ada.hears("To Bob Meet me at dusk")
    expect(bob.page.get_by_label("Whispers · 1")).to_be_attached()
    bob.says("I will be there", "Whispers")
    ada.hears("I will be there")
    ada.says("The dawn is ours", "Faction")
    expect(bob.page.get_by_label("Faction", exact=True)).to_be_attached()
    for one in (ada, bob):
        one.person.can_use_the_page()
    bob.turns_to("Map")
    bob.person.can_use_the_page()


def decline_a_trade_and_make_another(ada: Adventurer, bob: Adventurer) -> None:
    ada.chooses("Trade", "Bob")
    expect(ada.page.get_by_text("Waiting for Bob to answer.")).to_be_visible()
    bob.button("Decline").click()
    expect(ada.page.get_by_text("Bob has ended the trade. Nothing changed hands.")).to_be_visible()
    ada.button("OK").click()

    ada.chooses("Trade", "Bob")
    bob.button("Accept").click()
    gold = ada.page.get_by_label("Gold", exact=True)
    gold.fill("999999")
    gold.press("Enter")
    expect(ada.page.locator(".trade .refusal")).to_contain_text("More gold is offered")
    expect(gold).to_have_value("0")
    more = bob.page.get_by_role("button", name=re.compile("^Offer more: "))
    expect(more).to_have_count(2)
    # Before the first answer arrives.
    more.evaluate_all("(buttons) => buttons.forEach((button) => button.click())")
    for thing in ("Iron sword", "Roast fish"):
        expect(ada.page.get_by_label("You get")).to_contain_text(f"1 × {thing}")
    bob.button("Offer less: Roast fish").click()
    expect(ada.page.get_by_label("You get")).not_to_contain_text("Roast fish")
    ada.button("Confirm trade").click()
    expect(bob.page.get_by_text("Ada has confirmed. It is up to you.")).to_be_visible()

    gold.fill("300")
    gold.press("Enter")
    expect(bob.page.get_by_label("You get")).to_contain_text("300")
    expect(bob.page.get_by_label("You get")).to_contain_text("Not confirmed")
    for one in (ada, bob):
        one.person.can_use_the_page()
    bob.button("Confirm trade").click()
    expect(ada.page.get_by_text("Bob has confirmed. It is up to you.")).to_be_visible()
    ada.button("Confirm trade").click()
    expect(ada.page.get_by_label("You got")).to_contain_text("1 × Iron sword")
    expect(bob.page.get_by_label("You got")).to_contain_text("300")
    expect(ada.page.locator(".purse .gold")).to_have_text(re.compile("9,700"))
    for one in (ada, bob):
        one.button("OK").click()


def fight_for_a_shard(ada: Adventurer, bob: Adventurer) -> None:
    ada.button("Capture the Shard of Roads").click()
    expect(ada.page.get_by_text("Held up: an enemy is here")).to_be_visible()
    expect(bob.page.get_by_text("Ada captures it for the Dawnguard.")).to_be_visible()
    ada.button("Attack Bob").click()
    expect(bob.page.get_by_role("heading", name="Fight with Ada")).to_be_focused()
    ada.page.get_by_role("button", name=re.compile("^Spark")).click()
    expect(ada.page.get_by_label("What happens")).to_contain_text("Ada casts Spark for")
    expect(ada.page.get_by_role("button", name=re.compile("^Spark"))).to_be_disabled()
    bob.page.get_by_role("button", name=re.compile("^Mend")).click()
    expect(ada.page.get_by_label("What happens")).to_contain_text("Bob heals")
    for one in (ada, bob):
        one.person.can_use_the_page()
    while not ada.page.locator(".duel .result").count():
        left = ada.health("Bob").get_attribute("aria-valuenow")
        ada.page.keyboard.press("1")
        struck = ada.page.locator(f".duel [aria-label='Health of Bob']:not([aria-valuenow='{left}'])")
        # Nobody strikes more than ten times a second, nor after being defeated.
        answered = struck.or_(ada.page.locator(".duel .refusal")).or_(ada.page.locator(".duel .result"))
        expect(answered.first).to_be_visible()
    expect(ada.page.locator(".duel .result")).to_contain_text("Your opponent is defeated, and back home.")
    expect(bob.page.locator(".duel .result")).to_contain_text("You are back in Pearl Harbour")
    for one in (ada, bob):
        one.button("OK").click()
    bob.is_in("Pearl Harbour")
    bob.turns_to("Map")
    for one in (ada, bob):
        expect(one.page.get_by_label("Chronicle").locator("li").first).to_contain_text(
            "Ada captured the Shard of Roads in Crossroads for the Dawnguard."
        )
        expect(one.page.get_by_label("Shards held")).to_contain_text("Dawnguard 1")


def test_two_meet_talk_trade_and_fight_for_a_shard(ada: Adventurer, bob: Adventurer) -> None:
    for thing in ("Iron sword", "Roast fish"):
        owns(bob, thing)
    meet_and_walk_about(ada, bob)
    talk(ada, bob)
    decline_a_trade_and_make_another(ada, bob)
    fight_for_a_shard(ada, bob)


def test_one_comes_back_to_the_world_in_one_window_and_a_character_may_go(comes: Traveller) -> None:
    cyd = comes("user_1", "Cyd", "Dawnguard")
    again = comes("user_1", "Cyd", "Dawnguard")
    expect(cyd.page.get_by_text("The world is open in another window.")).to_be_visible()
    cyd.button("Play here").click()
    cyd.is_in("Crossroads")
    expect(again.page.get_by_text("The world is open in another window.")).to_be_visible()

    cyd.page.route("**/api/world/events/**", lambda route: route.abort())
    for place in ("Watch", "World"):
        cyd.page.get_by_role("navigation", name="Places").get_by_role("link", name=place).click()
    cyd.is_connected()
    cyd.says("I am back", "Here")
    cyd.page.unroute("**/api/world/events/**")
    cyd.button("Try again").click()
    expect(cyd.page.get_by_label("Chronicle")).to_be_visible()
    expect(cyd.dot("Cyd")).to_be_visible()

    cyd.button("You play Cyd. Choose another character").click()
    cyd.creates("Cyd")
    expect(cyd.page.get_by_role("alert")).to_have_text("The name Cyd is taken.")
    cyd.person.can_use_the_page()
    cyd.person.chooses("Delete", of="Do something with Cyd")
    cyd.person.in_dialog("Delete")
    expect(cyd.page.get_by_role("heading", name="Who will you be?")).to_be_visible()


def capture_the_shard_of_roads(one: Adventurer, sql: Sql) -> None:
    one.button("Capture the Shard of Roads").click()
    expect(one.page.get_by_text(f"{one.name} captures it for the {one.faction}.")).to_be_visible()
    sql("UPDATE world_shard SET due_at = CURRENT_TIMESTAMP WHERE captor_id IS NOT NULL")


def test_who_holds_most_shards_rules_reality_and_all_of_them_bring_aetherfall(
    comes: Traveller, hold: Callable[[int], None], sql: Sql
) -> None:
    hold(3)
    dee = comes("user_2", "Dee", "Dawnguard")
    eve = comes("user_3", "Eve", "Tideborn", walks=False, **PHONE)
    capture_the_shard_of_roads(dee, sql)
    for one in (dee, eve):
        expect(one.page.get_by_role("heading", name="Reality of the Dawnguard")).to_be_visible()
        expect(one.page.get_by_label("Shards held")).to_contain_text("Dawnguard 4")
        one.reads("Reality is the Dawnguard's now.")

    hold(6)
    for one in (dee, eve):
        one.page.reload()
        expect(one.page.get_by_label("Shards held")).to_contain_text("Dawnguard 6")
    capture_the_shard_of_roads(dee, sql)
    for one in (dee, eve):
        expect(one.page.get_by_role("heading", name="Nobody rules reality")).to_be_visible()
        expect(one.page.locator(".world-banner")).to_contain_text("Epoch 2")
        expect(one.page.get_by_label("Shards held")).to_contain_text("Dawnguard 0")
        one.reads("Aetherfall! The Dawnguard held every shard. Epoch 2 begins.")


def test_a_party_talks_in_the_world_and_what_was_not_sent_stays(comes: Traveller) -> None:
    gus, hal = comes("user_4", "Gus", "Dawnguard"), comes("user_5", "Hal", "Dawnguard", **PHONE)
    gus.listens_to("Party")
    expect(gus.page.get_by_text("You are in no party. Invite somebody who is here.")).to_be_visible()
    expect(gus.line).to_be_disabled()
    gus.chooses("Invite to your party", "Hal")
    hal.page.locator(".invite-toast").get_by_role("button", name="Accept").click()
    gus.says("To the sea?", "Party")
    expect(hal.page.get_by_label("Party · 1")).to_be_attached()
    hal.says("At dusk", "Party")
    gus.hears("At dusk")

    gus.page.route("**/api/party/chat/", lambda route: route.abort())
    gus.line.fill("Bring a boat")
    gus.line.press("Enter")
    expect(gus.page.locator(".world-talk").get_by_role("alert")).to_be_visible()
    expect(gus.line).to_have_value("Bring a boat")


def test_what_the_staff_announces_is_heard_in_the_whole_world(
    ada: Adventurer, bob: Adventurer, sql: Sql, demo_server: ServerProcess
) -> None:
    sql("UPDATE accounts_user SET is_staff = TRUE WHERE username = 'user_5'")
    sql(
        "INSERT INTO accounts_user_groups (user_id, group_id) SELECT accounts_user.id, auth_group.id"
        " FROM accounts_user, auth_group WHERE username = 'user_5' AND name = 'support'"
    )
    staff = {"username": "user_5", "password": DEMO_PASSWORD}
    token = ada.page.request.post("/api/auth/login/", data=staff).json()["access"]
    bob.page.goto("about:blank")
    with (
        connect(
            f"{demo_server.ws_url}/ws", additional_headers={"Authorization": f"Bearer {token}"}
        ) as socket,
        bob.person.is_answered_late("/api/world/events/", {"results": [], "next": None, "previous": None}),
    ):
        bob.page.goto("/world")
        bob.is_in("Crossroads")
        socket.send(json.dumps({"type": "world_announcement", "content": "The gates close at noon"}))
        for one in (ada, bob):
            one.listens_to("World")
            expect(one.page.locator(".announced", has_text="The gates close at noon")).to_be_visible()
    for one in (ada, bob):
        one.reads("Announcement: The gates close at noon")
